"""`Idempotency-Key` on every operation that takes one: the same request has its effect once, whatever happens."""

import copy
import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from services.partners.domain.partners import ClientKind
from shared.identifiers import WIB
from tests.contract.api.forms import assert_refused, form_of
from tests.contract.api.operations import Operation, caller_of, known_to, operations_of
from tests.support.agency_events import random_nik
from tests.support.claim_story import Story, accident_report, self_report
from tests.support.served_hub import ServedHub
from tests.support.until import until

# What takes a file has its own test (tests/integration/intake/test_import.py).
_FILES = ("/v1/accident-reports/import",)
_SERVICES = ("intake", "disnaker_gateway", "verification")
_WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"


def _body(operation: Operation, story: Story) -> dict[str, Any]:
    """What this operation takes and acts on; different each time it is asked for."""
    word = secrets.token_hex(4)
    split = {"split": [story.self_report_id]}
    regions = {"region_codes": ["36"]} if operation.service == "disnaker_gateway" else {}
    bodies: dict[str, Callable[[], dict[str, Any]]] = {
        "/v1/accident-reports": lambda: accident_report(random_nik()),
        "/v1/accident-reports/{report_id}/corrections": lambda: {"changes": {"event": {"place": word}}, "reason": word},
        "/v1/accident-reports/{report_id}/withdrawal": lambda: {"reason": word},
        "/v1/self-reports": lambda: self_report(random_nik()),
        "/v1/subscriptions": lambda: {"url": f"http://127.0.0.1:9/{word}", **regions},
        "/v1/notifications/{notification_id}/acknowledgement": lambda: {"note": word},
        "/v1/determinations": lambda: _determination(story, word),
        "/v1/claims/{case_number}/decisions": lambda: {"decision": "request_completion", "reason": word},
        "/v1/claims/{case_number}/first-alert/acceptance": lambda: {"reason": word},
        "/v1/claims/{case_number}/notes": lambda: {"text": word},
        "/v1/claims/{case_number}/assignment": lambda: {"officer": {"id": word}},
        "/v1/claims/{case_number}/discrepancies/{discrepancy_id}/resolution": lambda: {
            "keep": story.report_id,
            "reason": word,
        },
        "/v1/claims/{case_number}/flags/{flag_id}/dismissal": lambda: {"reason": word},
        "/v1/claims/{case_number}/complaints": lambda: {"by": "worker", "text": word},
        "/v1/claims/{case_number}/complaints/{complaint_id}/answer": lambda: {"text": word},
        "/v1/claims/{case_number}/return-to-work": lambda: {"step": "offered", "note": word},
        "/v1/claims/{case_number}/tracking-code": lambda: {"reason": word},
        "/v1/claims/{case_number}/letters": lambda: {"kind": "completion-request", "reason": word},
        "/v1/claims/{case_number}/links": lambda: {**split, "officer": {"id": word}},
        "/v1/participants/import": lambda: {
            "nik": random_nik(),
            "segment": "BPU",
            "programmes": ["JKK"],
            "active_from": "2020-01-01",
            "name": word,
        },
        "/v1/claims/{case_number}/objections": lambda: {"by": "worker", "reason": word},
        "/v1/claims/{case_number}/objections/{objection_id}/answer": lambda: {"answer": "withdrawn", "reason": word},
        "/v1/payments": lambda: _payment(story, word),
        "/v1/unmatched/{pair_id}/link": lambda: {"reason": word},
        "/v1/unmatched/{pair_id}/dismissal": lambda: {"reason": word},
    }
    return bodies[operation.path]()


def _determination(story: Story, word: str) -> dict[str, Any]:
    return {
        "case_number": story.case_number,
        "decision": "NOT_WORK_ACCIDENT",
        "letter_number": word,
        "decided_on": datetime.now(UTC).date().isoformat(),
        "inspector": {"name": "Andi", "id": "PPK-1"},
        "legal_basis": "PP 44/2015",
    }


def _payment(story: Story, word: str) -> dict[str, Any]:
    day = datetime.now(WIB).date().isoformat()
    paid = {"benefit": "STMB", "amount_rupiah": 1_000_000, "paid_on": day, "reference": word}
    return {"case_number": story.case_number, **paid}


@dataclass
class Sender:
    """Sends one operation's requests, each acting on something of its own."""

    hub: ServedHub
    operation: Operation
    story: Story
    headers: dict[str, str]
    path: str

    def send(self, body: dict[str, Any], key: str) -> httpx.Response:
        return self.hub.apis[self.operation.service].http.request(
            self.operation.method, self.path, json=body, headers={**self.headers, "Idempotency-Key": key}
        )


def _senders(hub: ServedHub, service: str) -> Iterator[Sender]:
    """The withdrawal comes last: it leaves the others nothing to act on."""
    story = Story(hub).tell()
    operations = [each for each in operations_of(hub, service) if each.takes_key and each.path not in _FILES]
    for operation in sorted(operations, key=lambda each: each.path.endswith("/withdrawal")):
        headers = hub.bearer(caller_of(operation))
        if "If-Match" in {each["name"] for each in operation.described["parameters"]}:
            claim = story.send("verification", ClientKind.BPJS_VERIFIER, "GET", f"/v1/claims/{story.case_number}")
            headers["If-Match"] = f'"{claim["decision_version"]}"'
        known = known_to(operation, story)
        if "{pair_id}" in operation.path:
            known["pair_id"] = _pair(story)
        if "{complaint_id}" in operation.path:
            known["complaint_id"] = _complaint(story)
        if "{discrepancy_id}" in operation.path or "{flag_id}" in operation.path:
            known |= _findings(story)
        if "{objection_id}" in operation.path:
            known["objection_id"] = _objection(story)
        yield Sender(hub, operation, story, headers, operation.at(**known))


def _objection(story: Story) -> str:
    """An objection that is not answered yet, the one there is if this party has one."""
    path = f"/v1/claims/{story.case_number}"
    found = story.send("verification", ClientKind.BPJS_VERIFIER, "GET", path)["objections"]
    waiting = [each["id"] for each in found if each["state"] == "open" and each["by"] == "family"]
    body = {"by": "family", "reason": "Tidak sesuai."}
    made = waiting or [story.send("verification", ClientKind.BPJS_VERIFIER, "POST", f"{path}/objections", body)["id"]]
    return str(made[0])


def _complaint(story: Story) -> str:
    path, body = f"/v1/claims/{story.case_number}/complaints", {"by": "family", "text": "Belum ada kabar."}
    made: str = story.send("verification", ClientKind.BPJS_VERIFIER, "POST", path, body)["id"]
    return made


def _pair(story: Story) -> str:
    """Two claims that may be one: a report with a participant's number only, which two people have."""
    reports = [accident_report(random_nik()), accident_report(random_nik()), accident_report("")]
    number = reports[0]["worker"]["kpj"]
    reports[1]["worker"]["kpj"] = number
    reports[2]["worker"] |= {"nik": None, "kpj": number}
    made = [story.send("intake", ClientKind.EMPLOYER, "POST", "/v1/accident-reports", each) for each in reports]
    lone = made[2]["report_id"]

    def found() -> str | None:
        page = story.send("verification", ClientKind.BPJS_VERIFIER, "GET", "/v1/unmatched?limit=200")
        pairs = [each["id"] for each in page["items"] if lone in each["evidence_ids"]]
        return pairs[0] if len(pairs) == 2 else None

    return until(found)


def _findings(story: Story) -> dict[str, str]:
    """A second report of the same accident that tells of the other hand: a discrepancy and a flag of the claim."""
    report = accident_report(story.nik, name=story.name)
    report["event"]["body_parts"] = ["hand_left"]
    story.send("intake", ClientKind.EMPLOYER, "POST", "/v1/accident-reports", report)

    def found() -> dict[str, str] | None:
        claim = story.send("verification", ClientKind.BPJS_VERIFIER, "GET", f"/v1/claims/{story.case_number}")
        sides = [each["id"] for each in claim["discrepancies"] if each["field"] == "injury_side"]
        twice = [each["id"] for each in claim["flags"] if each["code"] == "second-stage-1" and each["state"] == "open"]
        return {"discrepancy_id": sides[0], "flag_id": twice[0]} if sides and twice else None

    return until(found)


@pytest.mark.parametrize("service", _SERVICES)
def test_the_same_key_acts_once(hub: ServedHub, service: str) -> None:
    for sender in _senders(hub, service):
        body, key, told = _body(sender.operation, sender.story), secrets.token_hex(8), str(sender.operation)
        first = sender.send(body, key)
        assert first.is_success, f"{told}: {first.status_code} {first.text}"
        assert "idempotency-replayed" not in first.headers, told
        hub.quiet()
        before = hub.stored(service)

        again = sender.send(copy.deepcopy(body), key)
        assert (again.status_code, again.content) == (first.status_code, first.content), told
        assert again.headers["idempotency-replayed"] == "true", told
        assert again.headers.get("location") == first.headers.get("location"), told

        other = sender.send({**body, **_body(sender.operation, sender.story)}, key)
        assert_refused(other, 422, form_of(sender.operation), told)
        assert other.json()["code"] == "idempotency.key-reused", told

        missing = sender.send(body, "")
        assert_refused(missing, 400, form_of(sender.operation), told)
        assert missing.json()["code"] == "idempotency-key-required", told
        long = sender.send(body, "k" * 256)
        assert_refused(long, 400, form_of(sender.operation), told)
        hub.quiet()
        assert hub.stored(service) == before, told


@pytest.mark.parametrize("service", _SERVICES)
def test_the_same_key_is_refused_while_the_first_request_is_under_way(hub: ServedHub, service: str) -> None:
    with ThreadPoolExecutor(1) as elsewhere:
        for sender in _senders(hub, service):
            body, key, told = _body(sender.operation, sender.story), secrets.token_hex(8), str(sender.operation)
            with _answers_cannot_be_kept(hub, service) as somebody_waits:
                first = elsewhere.submit(sender.send, body, key)
                until(somebody_waits)
                second = sender.send(body, key)
                assert_refused(second, 409, form_of(sender.operation), told)
                assert second.json()["code"] == "idempotency.in-flight", told
            answer = first.result()
            assert answer.is_success, f"{told}: {answer.status_code} {answer.text}"
            assert sender.send(body, key).content == answer.content, told


@contextmanager
def _answers_cannot_be_kept(hub: ServedHub, service: str) -> Iterator[Callable[[], bool]]:
    """Requests stop before their last step; gives a look at whether one has come so far."""
    database = hub.apis[service].database
    connection: asyncpg.Connection = hub.wait_for(asyncpg.connect(database.superuser_url))
    transaction = connection.transaction()
    hub.wait_for(transaction.start())
    hub.wait_for(connection.execute("LOCK TABLE idempotency_key IN SHARE MODE"))
    try:
        yield lambda: bool(hub.rows(service, _WAITING, database.name))
    finally:
        hub.wait_for(transaction.rollback())
        hub.wait_for(connection.close())


def test_a_key_is_good_for_one_client_and_one_address_only(hub: ServedHub) -> None:
    key, http = secrets.token_hex(8), hub.apis["intake"].http
    report = accident_report(random_nik())
    answers = [
        http.post("/v1/accident-reports", json=report, headers=hub.once(ClientKind.EMPLOYER, key=key)),
        http.post("/v1/self-reports", json=self_report(random_nik()), headers=hub.once(ClientKind.CHANNEL, key=key)),
    ]
    theirs = json.loads(json.dumps(report).replace("JJ012345", "KK999999"))
    headers = hub.once(ClientKind.EMPLOYER, "employer:KK999999", key)
    answers.append(http.post("/v1/accident-reports", json=theirs, headers=headers))
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    path = f"/v1/accident-reports/{answers[0].json()['report_id']}/withdrawal"
    assert http.post(path, json={"reason": "x"}, headers=hub.once(ClientKind.EMPLOYER, key=key)).status_code == 200


def test_a_refused_request_leaves_its_key_unused(hub: ServedHub) -> None:
    key, http = secrets.token_hex(8), hub.apis["intake"].http
    report = accident_report(random_nik())
    wrong = copy.deepcopy(report)
    wrong["worker"]["nik"] = "1"
    sent = [
        http.post("/v1/accident-reports", json=each, headers=hub.once(ClientKind.EMPLOYER, key=key))
        for each in (wrong, report)
    ]
    assert [answer.status_code for answer in sent] == [422, 201]
