"""The invariants of a hub that has come to rest, each a list of what is wrong (empty: nothing)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

import asyncpg

from deploy.local.settings import SERVICES
from shared.events.topics import (
    ACCIDENT_REPORTS,
    CASE_NOTIFICATIONS,
    CLAIM_STATE,
    DETERMINATIONS,
    MEDICAL_REPORTS,
    PARTICIPANTS,
    PARTNERS,
)
from shared.kafka.bus import Received
from tests.support.parties import Accepted
from tests.support.probe import stream_problems
from tests.support.webhook_receiver import WebhookReceiver


class Databases(Protocol):
    """What the checks look at: the services' databases, behind row-level security."""

    async def rows(self, service: str, sql: str, *arguments: Any) -> list[asyncpg.Record]: ...


# Who hears what: interface section 7.
HEARD = {
    "intake": (CLAIM_STATE,),
    "hospital_gateway": (PARTNERS, PARTICIPANTS, CLAIM_STATE),
    "disnaker_gateway": (CASE_NOTIFICATIONS, CLAIM_STATE),
    "verification": (ACCIDENT_REPORTS, MEDICAL_REPORTS, DETERMINATIONS),
}


async def unrest(hub: Databases) -> list[str]:
    """What still has to happen: events to be published, heard, given a position, delivered; claims to look around."""
    waiting = []
    told: dict[str, set[object]] = defaultdict(set)
    for name in SERVICES:
        for row in await hub.rows(name, "SELECT event_id, topic, sent_at FROM outbox"):
            told[row["topic"]].add(row["event_id"])
            if row["sent_at"] is None:
                waiting.append(f"{name} has unsent events")
    for name, topics in HEARD.items():
        heard = {row[0] for row in await hub.rows(name, "SELECT event_id FROM inbox WHERE consumer = $1", name)}
        waiting += [f"{name} has not heard all of {t}" for t in topics if told[t] - heard]
    if await hub.rows("verification", "SELECT 1 FROM stream_event WHERE position IS NULL"):
        waiting.append("events without a position")
    if await hub.rows("verification", "SELECT 1 FROM claim_surrounding WHERE looked_at_revision < revision"):
        waiting.append("claims to look around")
    for name in ("disnaker_gateway", "intake"):
        if await hub.rows(name, "SELECT 1 FROM webhook_delivery WHERE state IN ('pending', 'paused')"):
            waiting.append(f"deliveries of {name} under way")
    return sorted(set(waiting))


async def is_at_rest(hub: Databases) -> bool:
    """For `eventually`: its message then names what is left."""
    left = await unrest(hub)
    assert not left, left
    return True


async def lost(hub: Databases, accepted: Sequence[Accepted]) -> list[str]:
    """I1: whatever was answered 2xx has its events and its line in the log of accesses."""
    missing = []
    for line in accepted:
        told = "SELECT 1 FROM outbox WHERE aggregate_id = $1"
        if line.subject and not await hub.rows(line.service, told, line.subject):
            missing.append(f"no event of {line.what} {line.subject}")
        noted = "SELECT 1 FROM audit_log WHERE object_id = $1 OR detail::text LIKE '%' || $1 || '%'"
        if not await hub.rows(line.service, noted, line.id):
            missing.append(f"no audit row of {line.what} {line.id}")
    return missing


async def dropped(hub: Databases) -> list[str]:
    """I4 and I9: outboxes are empty of unsent rows, nothing is dead or parked."""
    wrong = await unrest(hub)
    for name in SERVICES:
        for table, where in (("dead_letter", "state = 'open'"), ("parked_event", "true")):
            if await hub.rows(name, f"SELECT 1 FROM {table} WHERE {where}"):
                wrong.append(f"{name}: {table} is not empty")
    return wrong


async def misordered(hub: Databases, published: Sequence[Received]) -> list[str]:
    """I3: versions on `jkk.claims` and positions on the stream are 1, 2, 3, … without a gap. `published` is what
    lies on `jkk.claims`."""
    versions = {
        row["case_number"]: row["version"]
        for row in await hub.rows("verification", "SELECT case_number, version FROM claim")
    }
    wrong = stream_problems(published, versions)
    rows = await hub.rows(
        "verification", "SELECT position, case_number, claim_version FROM stream_event ORDER BY position"
    )
    if [row["position"] for row in rows] != list(range(1, len(rows) + 1)):
        wrong.append(f"positions {[row['position'] for row in rows]}")
    of_claims: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        of_claims[row["case_number"]].append(row["claim_version"])
    wrong += [f"stream of {n}: {found}" for n, found in of_claims.items() if found != list(range(1, len(found) + 1))]
    for name in SERVICES:
        sql = """SELECT aggregate_id, array_agg(aggregate_version ORDER BY id) FROM outbox
                  WHERE topic <> $1 GROUP BY aggregate_id, topic"""
        for aggregate, found in await hub.rows(name, sql, CLAIM_STATE):
            if found != list(range(1, len(found) + 1)):
                wrong.append(f"{name} tells versions {found} of {aggregate}")
    return wrong


async def notified_wrongly(hub: Databases, receiver: WebhookReceiver) -> list[str]:
    """I2: of each case, type and version the office has one message, signed, whose copies are all alike."""
    wrong = []
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for delivery in receiver.verified():
        bodies[delivery.message_id].add(delivery.body)
    wrong += [f"message {id_} has {len(found)} bodies" for id_, found in bodies.items() if len(found) > 1]
    rows = await hub.rows(
        "disnaker_gateway",
        "SELECT notification_id::text AS id, case_number, notification_type, sequence FROM notification",
    )
    if bodies.keys() != {row["id"] for row in rows}:
        wrong.append(f"{len(bodies)} messages delivered of {len(rows)} notifications")
    twice = Counter((row["case_number"], row["sequence"]) for row in rows)
    wrong += [f"two notifications for {key}" for key, number in twice.items() if number > 1]
    opened = Counter(row["case_number"] for row in rows if row["notification_type"] == "case.opened")
    wrong += [f"{case} opened {number} times" for case, number in opened.items() if number > 1]
    return wrong


async def broken(
    hub: Databases, accepted: Sequence[Accepted], published: Sequence[Received], receiver: WebhookReceiver
) -> list[str]:
    """All invariants together."""
    return [
        *await lost(hub, accepted),
        *await dropped(hub),
        *await misordered(hub, published),
        *await notified_wrongly(hub, receiver),
    ]
