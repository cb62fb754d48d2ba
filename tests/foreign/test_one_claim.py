"""Four parties of other people's making, one claim: on the stream, by API and on Kafka, in either order."""

import json

from deploy.local.hub import Hub
from tests.foreign.accident import PressAccident
from tests.foreign.kafka_clients import by_librdkafka
from tests.foreign.live_stream import LiveStream, live_stream
from tests.foreign.parties import (
    ALL_SOURCES,
    Office,
    Parties,
    case_of_report,
    case_of_worker,
    determine,
    has_evidence_of,
    send_report,
)
from tests.support.until import until

_KINDS = {
    ("intake", "accident-report"),
    ("hospital_gateway", "medical-report"),
    ("disnaker_gateway", "determination"),
}


def test_a_report_a_bundle_and_a_determination_make_one_claim(hub: Hub, parties: Parties, office: Office) -> None:
    accident = PressAccident()
    url = parties.core.url("verification", "/v1/claims/stream")
    with live_stream(url, parties.core.token) as stream:
        case_number = case_of_report(parties, send_report(parties, accident))
        until(lambda: stream.of(case_number))
        parties.hospital.post_fhir(accident.bundle())
        until(has_evidence_of(parties, case_number, {"intake", "hospital_gateway"}))
        settle(hub, parties, office, accident, case_number, stream)


def test_a_bundle_a_report_and_a_determination_make_one_claim(hub: Hub, parties: Parties, office: Office) -> None:
    accident = PressAccident()
    url = parties.core.url("verification", "/v1/claims/stream")
    with live_stream(url, parties.core.token) as stream:
        parties.hospital.post_fhir(accident.bundle())
        case_number = case_of_worker(parties, accident)
        opened = parties.claim(case_number)
        assert (opened["state"], opened["waiting_on"]) == ("SUSPECTED", "employer")
        until(lambda: stream.of(case_number))
        assert case_of_report(parties, send_report(parties, accident)) == case_number
        settle(hub, parties, office, accident, case_number, stream)


def settle(
    hub: Hub, parties: Parties, office: Office, accident: PressAccident, case_number: str, stream: LiveStream
) -> None:
    """The notified Disnaker determines; then everybody sees one claim with the three pieces."""
    (opened,) = until(lambda: [d for d in office.deliveries(case_number) if d.notification["type"] == "case.opened"])
    assert opened in office.receiver.verified()
    assert accident.nik not in opened.body.decode()
    determination_id = determine(parties, case_number)
    claim = until(has_evidence_of(parties, case_number, ALL_SOURCES))

    assert {(piece["source"], piece["kind"]) for piece in claim["evidence"]} == _KINDS
    assert len(claim["evidence"]) == 3
    assert determination_id in {piece["id"] for piece in claim["evidence"]}
    assert claim["state"] == "CONCLUDED_WORK_ACCIDENT"
    assert [found["case_number"] for found in parties.claims_of(accident)] == [case_number]

    versions = list(range(1, claim["version"] + 1))
    until(lambda: len(stream.of(case_number)) >= len(versions))
    streamed = stream.of(case_number)
    assert [event["data"]["claim_version"] for event in streamed] == versions
    assert sum("evidence-added" in event["data"]["changes"] for event in streamed) == 3
    assert [position for position, _ in stream.events] == sorted({position for position, _ in stream.events})

    records = [r for r in by_librdkafka(hub.bootstrap, "jkk.claims") if r.key == case_number]
    assert [json.loads(record.value or "") for record in records] == [event["data"] for event in streamed]
    assert [record.headers["ce_id"] for record in records] == [event["id"] for event in streamed]
