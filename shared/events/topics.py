"""The Kafka topics: key, writers, partitions, retention.

Every figure can be set by `SIMPUL_TOPICS`, a JSON object such as
`{"jkk.claims": {"partitions": 3, "retention_days": 365, "message_bytes_max": 1000000}}`; `retention_days` 0 keeps
everything. It is read once, here, so that launcher, services and the AsyncAPI document cannot disagree.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

SETTING = "SIMPUL_TOPICS"
PARTITIONS = 12
INBOUND_RETENTION = timedelta(days=14)
DEAD_LETTER_RETENTION = timedelta(days=90)
_MEBIBYTE = 1_048_576


@dataclass(frozen=True)
class Topic:
    """One topic. `retention` None keeps everything; a compacted topic keeps the latest value of each key."""

    name: str
    key: str
    written_by: tuple[str, ...]
    description: str
    partitions: int = PARTITIONS
    retention: timedelta | None = None
    compacted: bool = False
    message_bytes_max: int = 4 * _MEBIBYTE

    def kafka_config(self) -> dict[str, str]:
        """The topic's configuration entries for the broker."""
        milliseconds = -1 if self.retention is None else int(self.retention.total_seconds() * 1000)
        config = {"retention.ms": str(milliseconds), "max.message.bytes": str(self.message_bytes_max)}
        config["cleanup.policy"] = "compact" if self.compacted else "delete"
        return config


@dataclass(frozen=True)
class TopicOverride:
    """What a setting may change of a topic; None leaves it. `retention_days` 0 keeps everything."""

    partitions: int | None = None
    retention_days: int | None = None
    message_bytes_max: int | None = None


def topics_from(environ: Mapping[str, str]) -> dict[str, Topic]:
    """The topics as the environment sets them. Raises ValueError naming the setting when it cannot be read."""
    try:
        told = json.loads(environ.get(SETTING) or "{}")
        overrides = {name: TopicOverride(**figures) for name, figures in told.items()}
        figures = [
            figure for o in overrides.values() for figure in (o.partitions, o.retention_days, o.message_bytes_max)
        ]
        if not all(figure is None or (type(figure) is int and figure >= 0) for figure in figures):
            raise TypeError("a figure is not a whole number")
        return with_overrides(DEFAULTS, overrides)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{SETTING} is not an object of topics and their figures: {error}") from None


def with_overrides(topics: Mapping[str, Topic], overrides: Mapping[str, TopicOverride]) -> dict[str, Topic]:
    """The topics after settings. Raises KeyError for a topic that does not exist."""
    changed = dict(topics)
    for name, override in overrides.items():
        topic = changed[name]
        if override.partitions is not None:
            topic = replace(topic, partitions=override.partitions)
        if override.retention_days is not None:
            days = override.retention_days
            topic = replace(topic, retention=timedelta(days=days) if days else None)
        if override.message_bytes_max is not None:
            topic = replace(topic, message_bytes_max=override.message_bytes_max)
        changed[name] = topic
    return changed


ACCIDENT_REPORTS = "jkk.accident-reports"
MEDICAL_REPORTS = "jkk.medical-reports"
DETERMINATIONS = "jkk.determinations"
PARTICIPANTS = "jkk.participants"
PARTNERS = "jkk.partners"
ERASURES = "jkk.erasures"
CASE_NOTIFICATIONS = "jkk.case-notifications"
CLAIMS = "jkk.claims"
CLAIM_STATE = "jkk.claim-state"
DEAD_LETTERS = "jkk.dead-letters"

# What `Topic.key` says of topics keyed by `WorkerKeys.worker_key`, and of the dead letters.
WORKER_KEY = "worker key"
ORIGINAL_KEY = "original key"

_EVERY_SERVICE = ("partners", "intake", "hospital_gateway", "disnaker_gateway", "verification")
_ALL = (
    Topic(
        ACCIDENT_REPORTS,
        WORKER_KEY,
        ("intake",),
        "Accident reports in all their versions (corrections, stage 2, documents, withdrawals) and self-reports.",
        retention=INBOUND_RETENTION,
    ),
    Topic(
        MEDICAL_REPORTS,
        WORKER_KEY,
        ("hospital_gateway",),
        "Versions of medical reports, one report an Encounter.",
        retention=INBOUND_RETENTION,
    ),
    Topic(
        DETERMINATIONS,
        "case number",
        ("disnaker_gateway",),
        "Inspectors' determinations and acknowledgements of notifications.",
        retention=INBOUND_RETENTION,
    ),
    Topic(
        PARTICIPANTS,
        WORKER_KEY,
        ("verification",),
        "A worker's whole membership set, the latest for each worker.",
        compacted=True,
    ),
    Topic(
        PARTNERS,
        "org",
        ("partners",),
        "Organisations, their regions, status and kinds of clients, the latest for each organisation. No secret.",
        compacted=True,
    ),
    # Kept without limit: a service restored from an old backup must be able to repeat every erasure, and the
    # events hold keyed hashes only.
    Topic(ERASURES, WORKER_KEY, ("verification",), "Lawful erasures of workers."),
    Topic(
        CASE_NOTIFICATIONS,
        "case number",
        ("verification",),
        "Exactly what Disnaker may see of a case.",
        retention=INBOUND_RETENTION,
    ),
    Topic(
        CLAIMS,
        "case number",
        ("verification",),
        "Every claim event in order: the unified stream for BPJS systems.",
    ),
    Topic(
        CLAIM_STATE,
        "case number",
        ("verification",),
        "The latest state of each claim, for the gateways' own projections.",
        compacted=True,
    ),
    # A dead letter carries the original value in base64 inside its sealed part, so it needs about twice the room.
    Topic(
        DEAD_LETTERS,
        ORIGINAL_KEY,
        _EVERY_SERVICE,
        "What could not be handled, with reason and origin.",
        retention=DEAD_LETTER_RETENTION,
        message_bytes_max=9 * _MEBIBYTE,
    ),
)
DEFAULTS: dict[str, Topic] = {topic.name: topic for topic in _ALL}
TOPICS = topics_from(os.environ)
