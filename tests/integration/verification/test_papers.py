"""A verifier finds one paper wanting, and the claim waits for another."""

from datetime import timedelta
from typing import Any

from shared.identifiers import new_id
from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.eventually import eventually
from tests.support.verification_service import Verification

STAGE_2 = {"outcome": "recovered", "examined_on": "2026-11-20", "absence_periods": [], "costs": []}
STATEMENT = {"outcome": "recovered", "examined_on": "2026-11-20"}
PAPERS = ("KPJ", "ID")


def state_of(claim: dict[str, Any], code: str) -> str:
    return str(next(item["state"] for item in claim["checklist"] if item["document_code"] == code))


async def test_a_rejected_paper_waits_for_a_newer_version(verification: Verification) -> None:
    nik, report_id = random_nik(), new_id()
    await verification.publish(
        accident_report(nik, report_id=report_id, documents=PAPERS, stage_2=STAGE_2),
        medical_report(nik, statement=STATEMENT),
    )
    claim = await verification.claim_with(nik, state="READY_FOR_REVIEW")
    unknown = await verification.decide(claim, "request_completion", reason_code="document-rejected:EXPO")
    assert unknown.status_code == 422
    assert [(error["pointer"], error["code"]) for error in unknown.json()["errors"]] == [
        ("/reason_code", "unknown-code")
    ]
    absent = await verification.decide(claim, "request_completion", reason_code="document-rejected:ATT")
    assert (absent.status_code, absent.json()["code"]) == (409, "decision.document-not-there")
    asked = await verification.decide(claim, "request_completion", reason_code="document-rejected:ID", reason="Buram.")
    assert (asked.status_code, asked.json()["state"]) == (201, "AWAITING_DOCUMENTS")
    claim = await verification.claim(claim["case_number"])
    assert (claim["waiting_on"], claim["waiting_reason"]) == ("employer", "document-rejected:ID")
    assert state_of(claim, "ID") == "rejected"

    async def told_of_it() -> bool:
        told = verification.published("jkk.claim-state", claim["case_number"])[-1]
        return state_of(told, "ID") == "rejected" and told["report_versions"] == [
            {"report_id": str(report_id), "version": 1}
        ]

    await eventually(told_of_it)
    again = {"ID": verification.clock.now() + timedelta(seconds=1)}
    await verification.publish(
        accident_report(
            nik, report_id=report_id, documents=PAPERS, brought_again=again, stage_2=STAGE_2, version=2,
            change="document-added",
        )
    )  # fmt: skip
    claim = await verification.claim_with(nik, state="READY_FOR_REVIEW")
    assert state_of(claim, "ID") == "provided"
