"""What a claim asks of its hospitals, and until when."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.hospital_gateway.domain.asked_papers import AskedPaper, ClaimAsks, ListedPaper, asked_papers

DUE = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)


def paper(code: str = "DOC", state: str = "missing", **more: Any) -> ListedPaper:
    told = {"required": True, "responsible": "hospital", "stage": 2, "legal_basis": "x", "confidence": "certain"}
    return ListedPaper(code, state, **{**told, **more})


def asked(*checklist: ListedPaper, **more: Any) -> tuple[AskedPaper, ...]:
    told = {"state": "AWAITING_DOCUMENTS", "is_open": True, "waiting_on": "employer", "waiting_reason": None}
    return asked_papers(ClaimAsks(**{**told, **more}, checklist=checklist))


def test_a_required_paper_of_the_hospital_is_wanted_and_others_are_none_of_its_business() -> None:
    (one,) = asked(paper("T2", responsible="employer"), paper())
    assert (one.document_code, one.standing, one.urgent, one.due_at) == ("DOC", "wanted", False, None)


@pytest.mark.parametrize(
    ("state", "required", "standing"),
    [
        ("missing", True, "wanted"),
        ("rejected", True, "wanted"),
        ("provided", True, "brought"),
        ("satisfied_elsewhere", True, "brought"),
        ("missing", False, "dropped"),
        ("not_required", False, "dropped"),
    ],
)
def test_a_paper_stands_where_the_checklist_says(state: str, required: bool, standing: str) -> None:
    assert asked(paper(state=state, required=required))[0].standing == standing


@pytest.mark.parametrize(("state", "is_open"), [("REJECTED", False), ("CONCLUDED_NOT_COVERED", True)])
def test_a_claim_that_is_over_wants_nothing_more(state: str, is_open: bool) -> None:
    assert asked(paper(), state=state, is_open=is_open)[0].standing == "dropped"


def test_the_paper_that_the_claim_waits_for_is_urgent() -> None:
    found = asked(paper(), paper("REST"), waiting_on="hospital", waiting_reason="document-missing:DOC")
    assert [one.urgent for one in found] == [True, False]
    assert not asked(paper(), waiting_on="employer", waiting_reason="document-missing:DOC")[0].urgent


@pytest.mark.parametrize(("stage", "clock"), [(1, "T1_KK"), (1, "T1_PAK"), (2, "T2")])
def test_a_paper_is_due_with_the_report_it_goes_with(stage: int, clock: str) -> None:
    (one,) = asked(paper(stage=stage), clocks=((clock, DUE), ("PAYOUT", datetime(2027, 1, 1, tzinfo=UTC))))
    assert one.due_at == DUE
