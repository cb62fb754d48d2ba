"""A first alert that a verifier accepts takes back that Tahap I was late, and with it who pays first."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.agency_events import ACCIDENT_AT, accident_report, random_nik
from tests.support.verification_service import AUDITOR, Verification

LATE = ACCIDENT_AT + timedelta(hours=60)
ALERTED_AT = ACCIDENT_AT + timedelta(hours=2)


async def reported_late(hub: Verification, first_alert_at: datetime | None = ALERTED_AT) -> dict[str, Any]:
    nik = random_nik()
    await hub.publish(accident_report(nik, received_at=LATE, first_alert_at=first_alert_at))
    return await hub.claim_with(nik, payer_of_first_resort="EMPLOYER")


async def accept(hub: Verification, claim: dict[str, Any], **options: Any) -> httpx.Response:
    path = f"/v1/claims/{claim['case_number']}/first-alert/acceptance"
    body = {"reason": "Pesan perusahaan dilihat.", "officer": {"id": "V-1", "name": "Dewi"}}
    return await hub.http.post(path, json=body, headers=hub.once(**options))


async def test_acceptance_works_out_lateness_and_payer_again(verification: Verification) -> None:
    late = await reported_late(verification)
    assert late["first_alert"] == {
        "evidence_id": late["evidence"][0]["id"],
        "received_at": ALERTED_AT.isoformat(),
        "accepted": False,
    }
    assert "late-stage-1" in {flag["code"] for flag in late["flags"] if flag["state"] == "open"}
    answer = await accept(verification, late)
    assert answer.status_code == 200, answer.text
    claim = answer.json()
    assert claim["payer_of_first_resort"] == "BPJS"
    assert claim["first_alert"]["accepted"] is True
    assert (claim["clocks"][0]["clock"], claim["clocks"][0]["met"]) == ("T1_KK", True)
    assert "late-stage-1" not in {flag["code"] for flag in claim["flags"] if flag["state"] == "open"}
    assert claim["decision_version"] > late["decision_version"], "who pays bears on decisions"
    assert claim["timeline"][-1]["what"] == "first-alert.accepted"
    events = verification.published("jkk.claims", claim["case_number"])
    told = [event["changes"] for event in events if "first-alert-accepted" in event["changes"]]
    assert all("payer-changed" in changes for changes in told)


@pytest.mark.parametrize(
    ("first_alert_at", "code"),
    [
        (None, "first-alert.none"),
        (ACCIDENT_AT + timedelta(hours=49), "first-alert.late"),
        (ACCIDENT_AT - timedelta(hours=1), "first-alert.before-event"),
    ],
)
async def test_alert_that_proves_nothing_is_refused(
    verification: Verification, first_alert_at: datetime | None, code: str
) -> None:
    answer = await accept(verification, await reported_late(verification, first_alert_at))
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_alert_is_accepted_once(verification: Verification) -> None:
    claim = await reported_late(verification)
    assert (await accept(verification, claim)).status_code == 200
    again = await accept(verification, claim)
    assert (again.status_code, again.json()["code"]) == (409, "first-alert.accepted-already")


async def test_only_who_decides_accepts(verification: Verification) -> None:
    claim = await reported_late(verification)
    assert (await accept(verification, claim, org=AUDITOR, scope="claims.read")).status_code == 403
    unknown = {**claim, "case_number": "JKK-2026-7K3M9Q2XTA5"}
    assert (await accept(verification, unknown)).status_code == 404
