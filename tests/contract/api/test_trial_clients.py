"""What test clients send makes claims of its own, which nothing and nobody of what is real ever meets."""

import json
from typing import Any

import httpx
import pytest

from services.partners.domain.partners import ClientKind
from shared.identifiers import trial_organisation
from tests.contract.api.operations import STREAM
from tests.support.agency_events import random_nik
from tests.support.claim_story import accident_report, bundle
from tests.support.served_hub import ORGS, ServedHub
from tests.support.until import until

_EMPLOYER, _HOSPITAL, _DISNAKER = ClientKind.EMPLOYER, ClientKind.HOSPITAL, ClientKind.DISNAKER
_VERIFIER, _CORE = ClientKind.BPJS_VERIFIER, ClientKind.BPJS_CORE


class Side:
    """What one side, real or trying things out, sends and sees."""

    def __init__(self, hub: ServedHub, *, test: bool) -> None:
        self.hub, self.test = hub, test

    def headers(self, kind: ClientKind) -> dict[str, str]:
        return self.hub.once(kind, trial_organisation(ORGS[kind]) if self.test else ORGS[kind])

    def ask(self, service: str, kind: ClientKind, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.hub.apis[service].http.request(method, path, json=body, headers=self.headers(kind))

    def report(self, nik: str) -> str:
        made = self.ask("intake", _EMPLOYER, "POST", "/v1/accident-reports", accident_report(nik))
        assert made.status_code == 201, made.text
        report_id: str = made.json()["report_id"]
        return report_id

    def visit(self, nik: str) -> None:
        sent = self.ask("hospital_gateway", _HOSPITAL, "POST", "/fhir", bundle(nik, "Siti Aminah", "Luka remuk"))
        assert sent.status_code == 200, sent.text

    def notified_of(self) -> set[str]:
        page = self.ask("disnaker_gateway", _DISNAKER, "GET", "/v1/notifications?limit=200").json()
        return {each["case_number"] for each in page["items"]}


class Tried:
    """One accident as it is, and the same tried out: the same worker, employer, hospital and hour."""

    def __init__(self, hub: ServedHub) -> None:
        self.hub, self.nik = hub, random_nik()
        self.real, self.trial = Side(hub, test=False), Side(hub, test=True)
        self.real_report, self.trial_report = self.real.report(self.nik), self.trial.report(self.nik)
        self.trial.visit(self.nik)
        self.real.visit(self.nik)
        hub.quiet()
        claims = until(lambda: self._claims() if len(self._claims()) == 2 else None)
        self.real_case, self.trial_case = (
            next(each["case_number"] for each in claims if each["test"] is wanted) for wanted in (False, True)
        )

    def _claims(self, **wanted: str) -> list[dict[str, Any]]:
        answer = self.hub.apis["verification"].http.get(
            "/v1/claims", params={"q": self.nik, **wanted}, headers=self.hub.bearer(_VERIFIER)
        )
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def found(self, **wanted: str) -> set[str]:
        return {each["case_number"] for each in self._claims(**wanted)}

    def claim(self, case_number: str) -> dict[str, Any]:
        path, headers = f"/v1/claims/{case_number}", self.hub.bearer(_VERIFIER)
        told: dict[str, Any] = self.hub.apis["verification"].http.get(path, headers=headers).json()
        return told

    def work(self, kind: ClientKind, path: str, body: dict[str, Any]) -> tuple[int, str]:
        answer = self.hub.apis["verification"].http.post(path, json=body, headers=self.hub.once(kind))
        return answer.status_code, answer.json().get("code", "")


@pytest.fixture(scope="module")
def tried(hub: ServedHub) -> Tried:
    return Tried(hub)


def test_each_side_makes_a_claim_of_its_own(tried: Tried) -> None:
    for case_number, other, is_test in (
        (tried.real_case, tried.trial_case, False),
        (tried.trial_case, tried.real_case, True),
    ):
        claim = tried.claim(case_number)
        assert claim["test"] is is_test
        assert len(claim["evidence"]) == 2
        assert {each["org"].endswith("~test") for each in claim["evidence"]} == {is_test}
        assert not [flag for flag in claim["flags"] if other in flag["related_cases"]]
    assert tried.found() == {tried.real_case, tried.trial_case}
    assert tried.found(test="true") == {tried.trial_case}
    assert tried.found(test="false") == {tried.real_case}


def test_neither_side_reads_or_changes_what_the_other_sent(tried: Tried) -> None:
    for side, other in ((tried.real, tried.trial_report), (tried.trial, tried.real_report)):
        path = f"/v1/accident-reports/{other}"
        assert side.ask("intake", _EMPLOYER, "GET", path).status_code == 404
        stage_2 = {"outcome": "recovered", "examined_on": "2026-11-20"}
        assert side.ask("intake", _EMPLOYER, "PUT", f"{path}/stage-2", stage_2).status_code == 404
    for side, own in ((tried.real, tried.real_case), (tried.trial, tried.trial_case)):
        report = tried.real_report if side is tried.real else tried.trial_report
        followed = side.ask("intake", _EMPLOYER, "GET", f"/v1/accident-reports/{report}").json()
        assert followed["case_number"] == own


def test_an_office_is_told_of_real_cases_and_its_test_clients_of_the_others(tried: Tried) -> None:
    until(lambda: tried.real_case in tried.real.notified_of())
    until(lambda: tried.trial_case in tried.trial.notified_of())
    assert tried.trial_case not in tried.real.notified_of()
    assert tried.real_case not in tried.trial.notified_of()
    for side, other in ((tried.real, tried.trial_case), (tried.trial, tried.real_case)):
        assert side.ask("disnaker_gateway", _DISNAKER, "GET", f"/v1/cases/{other}").status_code == 404
        determination = {
            "case_number": other,
            "decision": "NOT_WORK_ACCIDENT",
            "letter_number": "1",
            "decided_on": "2026-11-20",
            "inspector": {"name": "Rahmat", "id": "R1"},
            "legal_basis": "PP 44/2015",
        }
        assert side.ask("disnaker_gateway", _DISNAKER, "POST", "/v1/determinations", determination).status_code == 404


def test_nobody_joins_the_two_and_no_money_is_paid_for_a_test(tried: Tried) -> None:
    joined = tried.work(_VERIFIER, f"/v1/claims/{tried.real_case}/links", {"join": tried.trial_case})
    assert joined == (409, "claim.test-apart")
    paid = {"benefit": "STMB", "amount_rupiah": 1, "paid_on": "2026-11-20", "reference": "TF-1"}
    assert tried.work(_CORE, "/v1/payments", {**paid, "case_number": tried.trial_case}) == (409, "claim.test")
    assert len(tried.found()) == 2


def test_the_stream_says_which_events_are_of_a_test_and_leaves_them_out_where_asked(tried: Tried) -> None:
    for wanted, case_number in (("true", tried.trial_case), ("false", tried.real_case)):
        first = _first_event(tried.hub, {"q": tried.nik, "test": wanted})
        assert first["case_number"] == case_number
        assert first.get("test", False) is (wanted == "true")


def test_a_test_is_counted_nowhere(tried: Tried) -> None:
    sql = "SELECT case_number FROM claim_measure WHERE case_number = ANY($1::text[])"
    both = [tried.real_case, tried.trial_case]
    until(lambda: tried.hub.rows("verification", sql, both))
    assert [row["case_number"] for row in tried.hub.rows("verification", sql, both)] == [tried.real_case]
    around = "SELECT 1 FROM claim_surrounding WHERE case_number = $1"
    assert not tried.hub.rows("verification", around, tried.trial_case)


def _first_event(hub: ServedHub, params: dict[str, str]) -> dict[str, Any]:
    http, headers = hub.apis["verification"].http, hub.bearer(_CORE)
    with http.stream("GET", STREAM, params={"after": "0", **params}, headers=headers) as answer:
        data = next(line for line in answer.iter_lines() if line.startswith("data: "))
    told: dict[str, Any] = json.loads(data.removeprefix("data: "))["data"]
    return told
