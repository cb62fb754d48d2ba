"""Objections up their path and payments down to the end, over HTTP."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import orjson

from tests.support.agency_events import accident_report, determination, random_nik
from tests.support.eventually import eventually
from tests.support.verification_service import CORE, Verification

PAYMENT = {"benefit": "STMB", "amount_rupiah": 30, "paid_on": "2026-11-22", "reference": "PAY-1"}


async def _reported(hub: Verification) -> dict[str, Any]:
    nik = random_nik()
    await hub.publish(accident_report(nik))
    return await hub.claim_with(nik, state="REPORTED")


async def _post(hub: Verification, path: str, **body: Any) -> httpx.Response:
    hub.clock.advance(timedelta(seconds=1))
    return await hub.http.post(path, json=body, headers=hub.once())


async def _pay(hub: Verification, number: str, **changes: Any) -> httpx.Response:
    headers = hub.once(org=CORE, scope="payments.write")
    return await hub.http.post("/v1/payments", json={"case_number": number, **PAYMENT, **changes}, headers=headers)


async def _checked(hub: Verification, answer: httpx.Response) -> dict[str, Any]:
    """What anybody is told of the receipt in an answer."""
    receipt = answer.json()["receipt"]
    assert receipt["url"].endswith(f"/receipt/{receipt['code']}")
    told: dict[str, Any] = (
        await hub.http.get(f"/receipt/{receipt['code']}", headers={"Accept": "application/json"})
    ).json()
    return told


async def test_objection_goes_to_bpjs_then_to_disnaker_who_is_asked_for_it(verification: Verification) -> None:
    hub = verification
    claim = await _reported(hub)
    path = f"/v1/claims/{claim['case_number']}"
    early = await _post(hub, f"{path}/objections", by="worker", reason="Tidak setuju.")
    assert (early.status_code, early.json()["code"]) == (409, "objection.nothing-decided")
    await hub.decide(claim, "reject", reason="Di luar hubungan kerja.", officer={"id": "V-1"})

    first = await _post(hub, f"{path}/objections", by="worker", reason="Saya ditugaskan.", documents=["Surat tugas"])
    assert first.status_code == 201, first.text
    assert (await _checked(hub, first))["kind"] == "objection"
    assert (first.json()["path"], first.json()["claim_state"], first.json()["state"]) == ("bpjs", "REJECTED", "open")
    answer = f"{path}/objections/{first.json()['id']}/answer"
    same = await _post(hub, answer, answer="dismissed", reason="Tetap.", officer={"id": "V-1"})
    assert (same.status_code, same.json()["code"]) == (409, "objection.same-person")
    dismissed = await _post(hub, answer, answer="dismissed", reason="Tetap.", officer={"id": "V-2"})
    assert (dismissed.status_code, dismissed.json()["state"]) == (200, "dismissed")

    second = await _post(hub, f"{path}/objections", by="worker", reason="Masih tidak setuju.")
    assert (second.json()["path"], second.json()["claim_state"]) == ("disnaker", "AWAITING_DETERMINATION")
    now = await hub.claim(claim["case_number"])
    assert (now["waiting_on"], now["waiting_reason"]) == ("disnaker", "objection:disnaker")
    assert {clock["clock"] for clock in now["clocks"]} >= {"OBJECTION_BPJS", "OBJECTION_DISNAKER"}
    assert [item["state"] for item in now["objections"]] == ["dismissed", "open"]

    def asked() -> list[Any]:
        told = hub.published("jkk.case-notifications", claim["case_number"])
        return [e for e in told if e["facts"]["notification_type"] == "determination.requested"]

    await eventually(asked)
    assert hub.published("jkk.claim-state", claim["case_number"])[-1]["open"] is True
    at = hub.clock.now() + timedelta(seconds=1)
    await hub.publish(determination(claim["case_number"], received_at=at))

    async def determined() -> dict[str, Any] | None:
        found = await hub.claim(claim["case_number"])
        return found if found["state"] == "CONCLUDED_WORK_ACCIDENT" else None

    settled = await eventually(determined)
    assert [item["state"] for item in settled["objections"]] == ["dismissed", "determined"]
    what = [entry["what"] for entry in settled["timeline"]]
    assert what[-5:] == [
        "decision.reject", "objection.lodged", "objection.dismissed", "objection.lodged", "determination.issued",
    ]  # fmt: skip


async def test_objection_that_cannot_be_is_refused(verification: Verification) -> None:
    claim = await _reported(verification)
    path = f"/v1/claims/{claim['case_number']}/objections"
    unknown = await _post(verification, path, by="neighbour", reason="x")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/by")
    nobody = await _post(
        verification, f"{path}/019e0000-0000-7000-8000-000000000000/answer", answer="upheld", reason="x"
    )
    assert (nobody.status_code, nobody.json()["code"]) == (404, "objection.not-found")
    nothing = await _post(verification, f"{path}/nonsense/answer", answer="upheld", reason="x")
    assert nothing.status_code == 404


async def test_payments_are_recorded_once_and_shown(verification: Verification) -> None:
    hub = verification
    number = (await _reported(hub))["case_number"]
    first = await _pay(hub, number)
    assert first.status_code == 201, first.text
    recorded = first.json()
    assert (recorded["case_number"], recorded["amount_rupiah"], recorded["remaining_rupiah"]) == (number, 30, None)
    # The same payment told again, under another key, is the same payment; another one needs its own reference.
    again = await _pay(hub, number)
    assert (again.status_code, again.json()["id"]) == (201, recorded["id"])
    other = await _pay(hub, number, amount_rupiah=31)
    assert (other.status_code, other.json()["code"]) == (409, "payment.reference-used")
    claim = await hub.claim(number)
    assert [payment["reference"] for payment in claim["payments"]] == ["PAY-1"]
    assert (claim["state"], claim["remaining_rupiah"]) == ("REPORTED", None)
    changes = [change for e in hub.published("jkk.claims", number) for change in e["changes"]]
    assert changes.count("payment-recorded") == 1


async def test_a_payment_has_a_receipt_of_the_bytes_that_were_sent(verification: Verification) -> None:
    hub = verification
    body = orjson.dumps({"case_number": (await _reported(hub))["case_number"], **PAYMENT})
    headers = {**hub.once(org=CORE, scope="payments.write"), "Content-Type": "application/json"}
    answer = await hub.http.post("/v1/payments", content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    told = await _checked(hub, answer)
    assert (told["genuine"], told["kind"], told["service"]) == (True, "payment", "verification")
    assert told["sha256"] == [sha256(body).hexdigest()]


async def test_payment_that_cannot_be_is_refused(verification: Verification) -> None:
    hub = verification
    number = (await _reported(hub))["case_number"]
    for changes, pointer in (
        ({"benefit": "LUNCH"}, "/benefit"),
        ({"amount_rupiah": 0}, "/amount_rupiah"),
        ({"amount_rupiah": "30"}, "/amount_rupiah"),
        ({"paid_on": "2026-11-24"}, "/paid_on"),
        ({"paid_on": "2026-11-01"}, "/paid_on"),
        ({"paid_on": 20_000}, "/paid_on"),
    ):
        refused = await _pay(hub, number, **changes)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), changes
    assert (await _pay(hub, "JKK-2026-0000000000A")).status_code == 404
    headers = hub.once()
    forbidden = await hub.http.post("/v1/payments", json={"case_number": number, **PAYMENT}, headers=headers)
    assert forbidden.status_code == 403
