"""From events on the bus to claims by API, decisions by verifiers, and what is told of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.verification.adapters.console_queue import ConsoleQueue
from services.verification.application.console_queue import QueueFilter
from shared.identifiers import new_id
from shared.postgres.database import Database
from tests.support.agency_events import ACCIDENT_AT, accident_report, determination, medical_report, random_nik
from tests.support.eventually import eventually
from tests.support.verification_service import AUDITOR, Verification

STAGE_2 = {
    "outcome": "partial_functional",
    "examined_on": "2026-11-20",
    "absence_periods": [{"from": "2026-11-16", "to": "2026-11-25"}],
    "costs": [],
}
STATEMENT = {
    "outcome": "partial_functional",
    "disability_body_part": "thumb_right",
    "function_loss_percent": "40",
    "examined_on": "2026-11-20",
    "rest": {"from": "2026-11-16", "to": "2026-11-25"},
}
PAPERS = ("KPJ", "ID", "WAGE", "PHOTO")


async def _complete_claim(hub: Verification, *, wage_papers: tuple[str, ...] = PAPERS) -> dict[str, Any]:
    nik = random_nik()
    await hub.publish(
        accident_report(nik, documents=wage_papers, stage_2=STAGE_2), medical_report(nik, statement=STATEMENT)
    )
    return await hub.claim_with(nik, state="READY_FOR_REVIEW")


async def test_three_agencies_one_claim_by_api_and_on_kafka(verification: Verification) -> None:
    nik = random_nik()
    await verification.publish(medical_report(nik))
    await verification.publish(accident_report(nik))
    claim = await verification.claim_with(nik, state="REPORTED")
    number = claim["case_number"]
    await verification.publish(determination(number, received_at=datetime(2026, 11, 22, tzinfo=UTC)))
    claim = await verification.claim_with(nik, state="CONCLUDED_WORK_ACCIDENT")
    assert {item["source"] for item in claim["evidence"]} == {"intake", "hospital_gateway", "disnaker_gateway"}
    changed = await eventually(
        lambda: [e for e in verification.published("jkk.claims", number) if e["claim_version"] == claim["version"]]
    )
    assert changed[0]["state"] == "CONCLUDED_WORK_ACCIDENT"
    versions = [event["claim_version"] for event in verification.published("jkk.claims", number)]
    assert versions == list(range(1, claim["version"] + 1))
    state = verification.published("jkk.claim-state", number)[-1]
    assert state["identity_hashes"]["nik"]
    assert nik not in str(state)
    timeline = await verification.http.get(f"/v1/claims/{number}/timeline", headers=verification.bearer())
    assert [entry["what"] for entry in timeline.json()["items"]][-1] == "determination.issued"


async def test_merged_number_answers_308_to_the_survivor(verification: Verification) -> None:
    nik = random_nik()
    early = medical_report(nik, seen_at=ACCIDENT_AT - timedelta(days=4))
    await verification.publish(early)
    older = await verification.claim_with(nik)
    verification.clock.advance(timedelta(seconds=1))
    await verification.publish(medical_report(nik, seen_at=ACCIDENT_AT + timedelta(days=4)))

    async def other() -> str | None:
        answer = await verification.http.get("/v1/claims", params={"q": nik}, headers=verification.bearer())
        numbers = [item["case_number"] for item in answer.json()["items"]]
        return next((number for number in numbers if number != older["case_number"]), None)

    younger = await eventually(other)
    await verification.publish(accident_report(nik))
    await verification.claim_with(nik, state="REPORTED")
    answer = await verification.http.get(f"/v1/claims/{younger}", headers=verification.bearer())
    assert answer.status_code == 308
    assert answer.headers["location"] == f"/v1/claims/{older['case_number']}"


async def test_decision_needs_the_version_that_was_seen(verification: Verification) -> None:
    claim = await _complete_claim(verification)
    path = f"/v1/claims/{claim['case_number']}/decisions"
    body = {"decision": "conclude", "outcome": "work_accident"}
    assert (await verification.http.post(path, json=body, headers=verification.bearer())).status_code == 400
    assert (await verification.http.post(path, json=body, headers=verification.once())).status_code == 428
    stale = {**verification.once(), "If-Match": '"99"'}
    assert (await verification.http.post(path, json=body, headers=stale)).status_code == 412
    answer = await verification.decide(claim, "conclude", outcome="work_accident")
    assert answer.status_code == 201
    assert answer.json()["state"] == "CONCLUDED_WORK_ACCIDENT"
    assert answer.json()["decision_version"] == claim["decision_version"] + 1
    assert (await verification.decide(claim, "reject", reason="x")).status_code == 412


async def test_a_note_does_not_refuse_a_verifier_who_decides(verification: Verification) -> None:
    claim = await _complete_claim(verification)
    note = await verification.http.post(
        f"/v1/claims/{claim['case_number']}/notes", json={"text": "Dihubungi."}, headers=verification.once()
    )
    assert note.status_code == 201
    assert note.json()["version"] == claim["version"] + 1
    assert (await verification.decide(claim, "conclude", outcome="work_accident")).status_code == 201


async def test_decision_that_the_state_does_not_allow_is_a_conflict(verification: Verification) -> None:
    nik = random_nik()
    await verification.publish(accident_report(nik))
    claim = await verification.claim_with(nik, state="REPORTED")
    refused = await verification.decide(claim, "approve_benefit", amount_rupiah=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "decision.not-allowed")
    assert (await verification.decide(claim, "conclude")).status_code == 422
    concluded = await verification.decide(claim, "conclude", outcome="work_accident")
    claim = await verification.claim(claim["case_number"])
    assert claim["decision_version"] == concluded.json()["decision_version"]
    refused = await verification.decide(claim, "approve_benefit", amount_rupiah=1)
    assert refused.json()["code"] == "decision.documents-missing"


async def test_approval_above_the_limit_needs_a_second_person(verification: Verification) -> None:
    claim = await _complete_claim(verification)
    amount = {"amount_rupiah": 100_000_001}
    first = await verification.decide(claim, "approve_benefit", **amount, officer={"id": "V-1"})
    assert (first.status_code, first.json()["state"]) == (202, "AWAITING_SECOND_APPROVAL")
    claim = await verification.claim(str(claim["case_number"]))
    same = await verification.decide(claim, "approve_benefit", **amount, officer={"id": "V-1"})
    assert (same.status_code, same.json()["code"]) == (409, "decision.same-person")
    other = await verification.decide(claim, "approve_benefit", amount_rupiah=100_000_002, officer={"id": "V-2"})
    assert other.json()["code"] == "decision.amount-differs"
    second = await verification.decide(claim, "approve_benefit", **amount, officer={"id": "V-2"})
    assert (second.status_code, second.json()["state"]) == (201, "BENEFIT_APPROVED")
    approved = await verification.claim(str(claim["case_number"]))
    assert approved["benefit"]["status"] == "final"
    assert approved["benefit"]["total_rupiah"] == 100_000_001


async def test_contradiction_waits_for_the_verifier_until_disnaker_settles_it(verification: Verification) -> None:
    nik = random_nik()
    await verification.publish(
        accident_report(nik, body_parts=("hand_right",)),
        medical_report(
            nik,
            seen_at=ACCIDENT_AT + timedelta(days=2, hours=3),
            onset_at=ACCIDENT_AT + timedelta(days=2),
            body_parts=(("hand", "left"),),
        ),
    )
    claim = await verification.claim_with(nik, waiting_on="bpjs")
    found = {item["field"]: [value["value"] for value in item["values"]] for item in claim["discrepancies"]}
    assert found == {"occurred_on": ["2026-11-16", "2026-11-18"], "injury_side": ["right", "left"]}
    referred = await verification.decide(claim, "refer_to_disnaker", reason="Tanggal dan sisi berbeda.")
    assert referred.json()["state"] == "AWAITING_DETERMINATION"
    number = claim["case_number"]

    def requested() -> list[object]:
        types = [e["facts"]["notification_type"] for e in verification.published("jkk.case-notifications", number)]
        return [types] if types == ["case.opened", "determination.requested"] else []

    await eventually(requested)
    at = verification.clock.now() + timedelta(hours=1)
    await verification.publish(determination(number, received_at=at))
    settled = await verification.claim_with(nik, state="CONCLUDED_WORK_ACCIDENT")
    assert {item["state"] for item in settled["discrepancies"]} == {"resolved"}


async def test_a_verifier_says_which_source_is_right(verification: Verification) -> None:
    nik = random_nik()
    report, visit = (
        accident_report(nik, body_parts=("hand_right",)),
        medical_report(nik, body_parts=(("hand", "left"),)),
    )
    await verification.publish(report, visit)
    claim = await verification.claim_with(nik, waiting_reason="discrepancy-open:injury_side")
    (item,) = claim["discrepancies"]
    assert (item["title"]["id"], item["severity"], item["state"]) == ("Sisi tubuh yang cedera", "high", "open")
    path = f"/v1/claims/{claim['case_number']}/discrepancies"

    async def resolve(discrepancy_id: str, keep: str) -> tuple[int, Any]:
        body = {"keep": keep, "reason": "Foto rontgen.", "officer": {"id": "V-7", "name": "Dewi"}}
        url = f"{path}/{discrepancy_id}/resolution"
        answer = await verification.http.post(url, json=body, headers=verification.once())
        return answer.status_code, answer.json()

    status, problem = await resolve(item["id"], "nobody")
    assert (status, problem["errors"][0]["pointer"]) == (422, "/keep")
    for unknown in (str(new_id()), "none"):
        assert (await resolve(unknown, visit.subject))[0] == 404
    status, resolved = await resolve(item["id"], visit.subject)
    assert (status, resolved["decision_version"]) == (200, claim["decision_version"] + 1)
    (settled,) = resolved["discrepancies"]
    assert (settled["state"], settled["kept"], settled["reason"]) == ("resolved", visit.subject, "Foto rontgen.")
    assert resolved["waiting_on"] != "bpjs"
    assert [entry["what"] for entry in resolved["timeline"]][-1] == "discrepancy.resolved"
    assert (await resolve(item["id"], report.subject))[0] == 409

    def told() -> list[object]:
        events = verification.published("jkk.claims", claim["case_number"])
        return [event for event in events if "discrepancy-closed" in event["changes"]]

    assert len(await eventually(told)) == 1


async def test_verifier_splits_and_joins_and_it_stays_so(verification: Verification) -> None:
    nik = random_nik()
    report, visit = accident_report(nik), medical_report(nik)
    await verification.publish(report, visit)

    async def both() -> dict[str, Any] | None:
        claim = await verification.claim_with(nik)
        return claim if len(claim["evidence"]) == 2 else None

    claim = await eventually(both)
    path = f"/v1/claims/{claim['case_number']}/links"
    split = await verification.http.post(path, json={"split": [visit.subject]}, headers=verification.once())
    assert split.status_code == 200, split.text
    assert [item["id"] for item in split.json()["evidence"]] == [report.subject]
    queue = await verification.http.get("/v1/claims", params={"q": nik}, headers=verification.bearer())
    other = next(i for i in queue.json()["items"] if i["case_number"] != claim["case_number"])
    # A later version of the visit does not undo what a person has split.
    await verification.publish(medical_report(nik, encounter_id=visit.subject, version=2))
    again = await eventually(
        lambda: verification.http.get(f"/v1/claims/{other['case_number']}", headers=verification.bearer())
    )
    assert [item["id"] for item in again.json()["evidence"]] == [visit.subject]
    joined = await verification.http.post(path, json={"join": other["case_number"]}, headers=verification.once())
    assert {item["id"] for item in joined.json()["evidence"]} == {report.subject, visit.subject}


async def test_kpj_only_report_under_two_niks_waits_in_the_basket(verification: Verification) -> None:
    one, two = random_nik(), random_nik()
    kpj = one[:11]
    lone = medical_report(None, kpj=kpj)
    await verification.publish(accident_report(one, kpj=kpj), accident_report(two, kpj=kpj), lone)

    async def pairs() -> list[dict[str, Any]]:
        answer = await verification.http.get("/v1/unmatched", params={"limit": 200}, headers=verification.bearer())
        return [item for item in answer.json()["items"] if lone.subject in item["evidence_ids"]]

    async def two_pairs() -> list[dict[str, Any]] | None:
        found = await pairs()
        return found if len(found) == 2 else None

    found = await eventually(two_pairs)
    assert all("kpj-shared-by-two-niks" in item["reasons"] for item in found)
    assert "kpj-shared" in [flag["code"] for flag in (await verification.claim_with(one))["flags"]]
    first = await verification.http.post(
        f"/v1/unmatched/{found[0]['id']}/dismissal", json={"reason": "Orang lain."}, headers=verification.once()
    )
    assert first.status_code == 200, first.text
    linked = await verification.http.post(f"/v1/unmatched/{found[1]['id']}/link", headers=verification.once())
    assert linked.status_code == 200, linked.text
    assert lone.subject in [item["id"] for item in linked.json()["evidence"]]
    assert await pairs() == []


async def test_queue_pages_and_filters(verification: Verification, database: Database) -> None:
    niks = [random_nik() for _ in range(3)]
    await verification.publish(*(accident_report(nik, region_code="9471") for nik in niks))
    for nik in niks:
        await verification.claim_with(nik)
    soon = await _queued(verification, "94")
    assert len(soon) == len(set(soon)) >= 3
    assert await _queued_at_console(verification, database, "94") == soon
    async with database.system_transaction() as transaction:
        # A page ends among those for which no clock runs.
        await transaction.driver.execute("UPDATE claim SET next_due_at = NULL WHERE region_code LIKE '94%'")
    assert await _queued(verification, "94") == sorted(soon)
    assert await _queued_at_console(verification, database, "94") == sorted(soon)


async def _queued(verification: Verification, region: str) -> list[str]:
    """Case numbers of the queue, two to a page."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params: dict[str, str | int] = {"region": region, "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await verification.http.get("/v1/claims", params=params, headers=verification.bearer())).json()
        seen += [item["case_number"] for item in page["items"]]
        assert all("timeline" not in item and "next_due_at" in item for item in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


async def _queued_at_console(verification: Verification, database: Database, region: str) -> list[str]:
    """The same as the console reads it."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        async with database.system_transaction() as transaction:
            queue = ConsoleQueue(transaction, verification.secrets.sealer)
            page = await queue.page(QueueFilter(region=region), "", None, verification.clock.now(), cursor, 2)
        seen += [claim.case_number for claim in page.claims]
        cursor = page.next_cursor
        if cursor is None:
            return seen


async def test_only_bpjs_and_auditors_see_claims_and_every_look_is_logged(verification: Verification) -> None:
    claim = await _complete_claim(verification)
    path = f"/v1/claims/{claim['case_number']}"
    other = await verification.http.get(path, headers=verification.bearer(org="employer:JJ012345"))
    assert other.status_code == 404
    assert (await verification.http.get(path, headers=verification.bearer(org=AUDITOR))).status_code == 200
    assert (await verification.http.get(path)).status_code == 401
    assert (await verification.http.get(path, headers=verification.bearer(scope="audit.read"))).status_code == 403
    log = await verification.http.get(
        "/v1/audit",
        params={"object_id": claim["case_number"], "action": "claim.read"},
        headers=verification.bearer(org=AUDITOR, scope="audit.read"),
    )
    assert {entry["org"] for entry in log.json()["items"]} == {"bpjs:cikokol", AUDITOR}


async def test_reference_needs_no_token(verification: Verification) -> None:
    lists = (await verification.http.get("/v1/codes")).json()["lists"]
    assert {"segments", "documents", "states", "body_parts"} <= lists.keys()
    assert (await verification.http.get("/v1/codes/nonsense")).status_code == 404
    assert (await verification.http.get("/asyncapi.json")).json()["asyncapi"].startswith("3.")
    assert (await verification.http.get("/openapi.json")).status_code == 200
