"""The claim stream is what EventSource expects."""

from tests.foreign.node_programs import Node
from tests.foreign.parties import Parties, Told


def test_an_event_source_resumes_after_a_cut_without_gap_or_repeat(node: Node, parties: Parties, told: Told) -> None:
    asked = {
        "url": parties.core.url("verification", "/v1/claims/stream?after=0"),
        "token": parties.core.token,
        "case_number": told.case_number,
        "claim_version": told.claim["version"],
        "cut_after": 2,
    }
    answer = node.run("event-source.mjs", asked)
    positions = [int(event["id"]) for event in answer["events"]]
    assert positions == list(range(1, len(positions) + 1))
    assert answer["connections"] == [None, "2"]
    ours = [event["data"] for event in answer["events"] if event["data"]["subject"] == told.case_number]
    assert [event["data"]["claim_version"] for event in ours] == list(range(1, told.claim["version"] + 1))
    assert {(event["specversion"], event["type"], event["source"]) for event in ours} == {
        ("1.0", "jkk.claim.changed.v1", "/verification")
    }
