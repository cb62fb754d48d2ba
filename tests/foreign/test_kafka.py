"""Kafka clients that others wrote read the hub's topics as the interface describes them."""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from deploy.local.hub import Hub
from tests.foreign.kafka_clients import Record, by_java, by_librdkafka, in_order
from tests.foreign.node_programs import Node
from tests.foreign.parties import Parties, Told
from tests.support.until import until

Reader = Callable[[Hub, Node, str], list[Record]]


def librdkafka(hub: Hub, _: Node, topic: str) -> list[Record]:
    return by_librdkafka(hub.bootstrap, topic)


def java(hub: Hub, _: Node, topic: str) -> list[Record]:
    return by_java(hub.bootstrap, topic, len(by_librdkafka(hub.bootstrap, topic)))


def kafkajs(hub: Hub, node: Node, topic: str) -> list[Record]:
    read = node.run("kafkajs.mjs", {"bootstrap": hub.bootstrap, "topic": topic})
    return in_order([Record(**record) for record in read])


def platformatic(hub: Hub, node: Node, topic: str) -> list[Record]:
    read = node.run("platformatic-kafka.mjs", {"bootstrap": hub.bootstrap, "topic": topic})
    return in_order([Record(**record) for record in read])


READERS = [librdkafka, java, kafkajs, platformatic]


def at_rest(hub: Hub, parties: Parties, told: Told) -> int:
    """The claim's version, once both of its topics have it."""

    def look() -> int:
        version: int = parties.claim(told.case_number)["version"]
        for topic, member in (("jkk.claims", "claim_version"), ("jkk.claim-state", "claim_version")):
            ours = [r for r in by_librdkafka(hub.bootstrap, topic) if r.key == told.case_number]
            if not ours or json.loads(ours[-1].value or "")[member] != version:
                return 0
        return version

    return until(look)


@pytest.mark.parametrize("read", READERS)
def test_ordinary_clients_read_the_claims_as_cloud_events_in_order(
    hub: Hub, node: Node, parties: Parties, told: Told, read: Reader
) -> None:
    version = at_rest(hub, parties, told)
    ours = [record for record in read(hub, node, "jkk.claims") if record.key == told.case_number]
    assert len({record.partition for record in ours}) == 1
    values = [json.loads(record.value or "") for record in ours]
    assert [value["claim_version"] for value in values] == list(range(1, version + 1))
    for record, value in zip(ours, values, strict=True):
        assert_cloud_event(record, "jkk.claim.changed.v1", told.case_number)
        assert value["case_number"] == told.case_number
    assert len({record.headers["ce_id"] for record in ours}) == len(ours)


@pytest.mark.parametrize("read", READERS)
def test_ordinary_clients_read_the_latest_state_of_the_claim(
    hub: Hub, node: Node, parties: Parties, told: Told, read: Reader
) -> None:
    version = at_rest(hub, parties, told)
    ours = [record for record in read(hub, node, "jkk.claim-state") if record.key == told.case_number]
    assert_cloud_event(ours[-1], "jkk.claim-state.recorded.v1", told.case_number)
    state = json.loads(ours[-1].value or "")
    claim = parties.claim(told.case_number)
    assert (state["claim_version"], state["state"], state["waiting_on"]) == (
        version,
        claim["state"],
        claim["waiting_on"],
    )
    assert told.report_id in state["report_ids"]


def test_all_clients_read_the_same_bytes_from_every_topic(hub: Hub, node: Node, told: Told) -> None:
    for topic in ("jkk.accident-reports", "jkk.medical-reports", "jkk.partners"):
        expected = by_librdkafka(hub.bootstrap, topic)
        assert expected
        for read in (kafkajs, platformatic):
            assert read(hub, node, topic) == expected


def assert_cloud_event(record: Record, type_: str, subject: str) -> None:
    """Binary mode of CloudEvents 1.0 on Kafka."""
    headers = record.headers
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_type"] == type_
    assert headers["ce_source"] == "/verification"
    assert headers["ce_subject"] == subject
    assert headers["content-type"] == "application/json"
    assert UUID(headers["ce_id"]).version == 7
    assert datetime.fromisoformat(headers["ce_time"]).tzinfo is not None
