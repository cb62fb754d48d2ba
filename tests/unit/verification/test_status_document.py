"""What of a claim becomes the worker's words."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.verification.application.status_document import status_document
from services.verification.application.worker_status import Access, Followed, birth_dates_of, written
from shared.receipts.codes import ReceiptCodes
from shared.receipts.register import Receipts
from tests.support.evidence_makers import NIK, report

RECEIPTS = Receipts(ReceiptCodes(b"k" * 32), "verification", "https://claims.example")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def claim(**over: Any) -> dict[str, Any]:
    """A claim's document as far as the worker's words look at it."""
    found: dict[str, Any] = {
        "state": "SUSPECTED", "waiting_on": "employer", "waiting_reason": "stage-1-missing", "outcome": None,
        "occurred_at": "2026-11-16T09:30:00+07:00", "payer_of_first_resort": "BPJS", "clocks": [], "checklist": [],
        "complaints": [], "companions": [], "test": False,
        "return_to_work": None, "evidence": [], "employer": None, "region_code": "3671",
    }  # fmt: skip
    return {**found, **over}


def clock(name: str, due_at: str | None, *, running: bool = True) -> dict[str, Any]:
    return {"clock": name, "due_at": due_at, "running": running}


def told(document: dict[str, Any], **more: Any) -> dict[str, Any]:
    return status_document(Followed("JKK-2026-7K3M9Q2XTA5", document, frozenset(), **more), NOW, RECEIPTS)


def rights(document: dict[str, Any]) -> set[str]:
    return {right["code"] for right in told(document)["rights"]}


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("stage-1-missing", "T1_PAK"),
        ("document-missing:T1", "T1_KK"),
        ("document-missing:T2", "T2"),
        ("completion-requested", "INFO_FOLLOWUP"),
        ("payment", "PAYOUT"),
        ("objection:minister", "OBJECTION_MINISTER"),
    ],
)
def test_a_turn_ends_when_its_own_clock_does(reason: str, name: str) -> None:
    clocks = [clock("CLAIM_EXPIRY", "2026-11-16T10:00:00+07:00"), clock(name, "2026-11-21T10:00:00+07:00")]
    status = told(claim(waiting_reason=reason, clocks=clocks))
    assert (status["due_at"], status["overdue"]) == ("2026-11-21T10:00:00+07:00", False)


def test_a_turn_without_a_day_in_the_law_names_none() -> None:
    clocks = [clock("T2", "2026-11-21T10:00:00+07:00"), clock("T1_KK", "2026-11-18T10:00:00+07:00", running=False)]
    assert told(claim(waiting_reason="document-missing:ATT", clocks=clocks))["due_at"] is None
    assert told(claim(clocks=clocks))["due_at"] is None


def test_what_is_late_is_said_to_be_late() -> None:
    status = told(claim(clocks=[clock("T1_KK", "2026-11-18T09:30:00+07:00")]))
    assert status["overdue"] is True


def test_the_family_of_the_dead_is_not_told_to_get_well() -> None:
    assert "death" in rights(claim(outcome="death"))
    assert not {"treatment", "wages", "back-to-work"} & rights(claim(outcome="death"))


def test_who_was_refused_is_told_how_to_object() -> None:
    assert {"objection", "other-insurance"} <= rights(claim(state="CONCLUDED_NOT_COVERED"))
    assert "treatment" not in rights(claim(state="CONCLUDED_NOT_COVERED"))
    assert "objection" not in rights(claim(state="READY_FOR_REVIEW"))


def test_who_pays_first_is_told_only_when_it_is_the_employer() -> None:
    assert "employer-pays-first" in rights(claim(payer_of_first_resort="EMPLOYER"))
    assert "employer-pays-first" not in rights(claim())


def test_children_of_the_totally_disabled_have_their_scholarship() -> None:
    assert "scholarship" in rights(claim(outcome="total_permanent"))


def test_papers_that_nobody_has_to_bring_are_not_asked_for() -> None:
    def item(code: str, state: str, *, required: bool = True) -> dict[str, Any]:
        title = {"id": code, "en": code}
        return {
            "document_code": code, "title": title, "state": state, "required": required, "responsible": "hospital",
            "confidence": "certain",
        }  # fmt: skip

    checklist = [
        item("T2", "missing"), item("DOC", "rejected"), item("ID", "provided"), item("NPWP", "missing", required=False)
    ]  # fmt: skip
    status = told(claim(checklist=checklist))
    assert [paper["document_code"] for paper in status["missing"]] == ["T2", "DOC"]
    assert status["missing"][0]["who_brings_it"]["en"] == "The hospital or clinic that treats you"


def test_organisations_are_named_and_people_are_not() -> None:
    accesses = (Access("bpjs:cikokol", "looked", 2, NOW), Access("auditor:ombudsman", "looked", 1, NOW))
    evidence = [{"org": "hospital:100000401", "received_at": "2026-11-17T09:30:00+07:00"}]
    seen = told(claim(evidence=evidence), accesses=accesses, disnaker_was_told=True)["seen_by"]
    assert [item["who"]["id"] for item in seen] == [
        "BPJS Ketenagakerjaan: cikokol", "Pemeriksa: ombudsman", "Rumah sakit atau klinik",
        "Pengawas ketenagakerjaan (Disnaker): Banten",
    ]  # fmt: skip
    assert seen[-1]["last_at"] is None


def test_a_nik_means_the_birth_dates_a_worker_can_have() -> None:
    assert birth_dates_of(report("a")) == {date(1990, 3, 12)}
    assert birth_dates_of(report("a", birth_date=date(1991, 1, 2))) == {date(1991, 1, 2)}, "a told date comes first"
    assert birth_dates_of(report("a", nik=None)) == set()
    assert birth_dates_of(report("a", nik=NIK[:10] + "10" + NIK[12:])) == {date(2010, 3, 12)}


def test_a_code_is_read_as_people_write_it() -> None:
    assert written(" 7k3m-9q2x tao5\n") == "7K3M9Q2XTA05"
    assert written("iLo") == "110"
