"""The committed JSON Schemas describe what lies on the running hub's topics, says a validator that others wrote."""

import json
import uuid
from base64 import b64decode
from typing import Any

import pytest
from confluent_kafka import Producer

from deploy.local.bootstrap import ROOT
from deploy.local.hub import Hub
from shared.events import TOPICS
from shared.sealing import Sealed, Sealer, load_secrets
from tests.foreign.kafka_clients import Record, by_librdkafka
from tests.foreign.node_programs import Node
from tests.foreign.parties import Told
from tests.support.until import until

_SCHEMAS = ROOT / "shared" / "events" / "schemas"
# Nothing writes to these yet: imports of memberships and erasures come with later work.
_SILENT = {"jkk.participants", "jkk.erasures"}
_OUTSIDER = "/outsider"


@pytest.fixture(scope="module")
def letter(hub: Hub) -> str:
    """The key of a record that no service can read, sent by an ordinary producer."""
    key = f"JKK-2026-{uuid.uuid4().hex[:11].upper()}"
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid4()),
        "ce_type": "jkk.determination.issued.v1",
        "ce_source": _OUTSIDER,
        "ce_subject": str(uuid.uuid4()),
        "ce_aggregateversion": "1",
        "content-type": "application/json",
    }
    producer = Producer({"bootstrap.servers": hub.bootstrap})
    producer.produce("jkk.determinations", b'{"facts": {}}', key, headers=list(headers.items()))
    assert producer.flush(30) == 0
    until(lambda: key in {record.key for record in by_librdkafka(hub.bootstrap, "jkk.dead-letters")})
    return key


def on_topic(hub: Hub, topic: str) -> list[Record]:
    """What the hub wrote there."""
    return [r for r in by_librdkafka(hub.bootstrap, topic) if r.headers["ce_source"] != _OUTSIDER]


def checks_of(record: Record, sealer: Sealer) -> list[dict[str, Any]]:
    """What to hold against which schema: the record's value and, opened, its sealed part."""
    type_, value = record.headers["ce_type"], json.loads(record.value or "")
    checks = [{"schema": str(_SCHEMAS / f"{type_}.json"), "instance": value}]
    if "sealed" in value:
        part = value["sealed"]
        sealed = Sealed(part["key_id"], b64decode(part["nonce"]), b64decode(part["ciphertext"]))
        version = int(record.headers["ce_aggregateversion"])
        opened = json.loads(sealer.open(sealed, type=type_, id=record.headers["ce_id"], version=version))
        checks.append({"schema": str(_SCHEMAS / f"{type_}.content.json"), "instance": opened})
    return checks


@pytest.mark.usefixtures("told", "letter")
def test_every_topics_records_fit_their_committed_schemas(hub: Hub, node: Node) -> None:
    sealer = load_secrets(hub.settings.secrets_dir).sealer
    records = {topic: on_topic(hub, topic) for topic in TOPICS}
    assert {topic for topic, found in records.items() if not found} == _SILENT
    whole = [record for found in records.values() for record in found if record.value is not None]
    checks = [check for record in whole for check in checks_of(record, sealer)]
    assert {record.headers["ce_type"] for record in whole} >= {
        "jkk.accident-report.submitted.v1",
        "jkk.medical-report.assembled.v1",
        "jkk.determination.issued.v1",
        "jkk.case-notification.issued.v1",
        "jkk.case-notification.acknowledged.v1",
        "jkk.partner.recorded.v1",
        "jkk.claim.changed.v1",
        "jkk.claim-state.recorded.v1",
        "jkk.event.failed.v1",
    }
    assert node.run("event-schemas.mjs", checks) == []


def test_the_schemas_notice_a_field_of_another_type(hub: Hub, node: Node, told: Told) -> None:
    record = next(r for r in on_topic(hub, "jkk.claims") if r.key == told.case_number)
    spoilt = {**json.loads(record.value or ""), "claim_version": "one"}
    schema = str(_SCHEMAS / f"{record.headers['ce_type']}.json")
    (problem,) = node.run("event-schemas.mjs", [{"schema": schema, "instance": spoilt}])
    assert problem["errors"][0]["instancePath"] == "/claim_version"
