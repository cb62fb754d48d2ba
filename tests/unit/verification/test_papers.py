"""The checklist of a claim, row by row of the document table, and what becomes of a paper that was rejected."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.deciding import check_allowed
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import Decision, Entry
from services.verification.domain.evidence import DoctorStatement, Evidence, Receipt, Stage2Facts
from services.verification.domain.membership import Membership, Standing
from services.verification.domain.stance import Stance
from shared.errors import Conflict, Refusal
from shared.regulation.checklist import ChecklistItem
from shared.regulation.document_table import DOCUMENT_TABLE
from tests.support.evidence_makers import at, report, told, visit

NOW = datetime(2026, 12, 20, tzinfo=UTC)


def stage_2(outcome: str = "recovered", **more: Any) -> Stage2Facts:
    facts: dict[str, Any] = {
        "examined_on": date(2026, 11, 18), "absence_days": 0, "cost_rupiah": (), "children": False,
        "minor_heir": False, "received_at": at(3), **more,
    }  # fmt: skip
    return Stage2Facts(outcome, **facts)


def reported(*codes: str, **accident: Any) -> Evidence:
    """A report of which these papers came a day later."""
    papers = {"document_codes": codes, "papers_at": tuple((code, at(1)) for code in codes)}
    return report("r", accident={**papers, **accident})


def treated(**medical: Any) -> Evidence:
    return visit("v", medical=medical)


def view_of(*pieces: Evidence, entries: tuple[Entry, ...] = ()) -> ClaimView:
    return derive_claim(CaseInput(pieces, entries), NOW, Policy(100_000_000))


def item_of(view: ClaimView, code: str) -> ChecklistItem | None:
    return next((item for item in view.checklist if item.document_code == code), None)


def standing(view: ClaimView, code: str) -> tuple[str | None, str | None]:
    """State and evidence; (None, None) when the paper is not on the list."""
    item = item_of(view, code)
    return (item.state, item.satisfied_by) if item else (None, None)


@dataclass(frozen=True)
class Row:
    """One row of the table: evidence before and after, who must bring the paper, and where it then stands."""

    before: tuple[Evidence, ...]
    responsible: str
    stage: int
    after: tuple[Evidence, ...]
    ends: tuple[str, str] = ("provided", "r")
    begins: str = "missing"


TRAFFIC = {"place_type": "traffic"}
DEAD = {"consequence": "death", "stage_2": stage_2("death")}
MAIMED = {"stage_2": stage_2("partial_anatomical")}
OUTSIDE_NETWORK = {"facility_type": "non_plkk"}
RESTED = {"stage_2": stage_2(absence_days=10)}
CARRIED = {"stage_2": stage_2(cost_rupiah=(("transport", 350_000),))}
ORPHAN = {"consequence": "death", "stage_2": stage_2("death", minor_heir=True, children=True)}
RAISED = {"consequence": "death", "stage_2": stage_2("death", minor_heir=True, children=True, guardian=True)}
ASSAULT = {"external_cause_codes": ("X99",)}

ROWS: dict[str, Row] = {
    "T1": Row((treated(),), "employer", 1, (treated(), reported())),
    "KPJ": Row((reported(),), "employer", 1, (reported("KPJ"),)),
    "ID": Row((reported(),), "employer", 1, (reported("ID"),)),
    "CHRON": Row((reported(**TRAFFIC),), "employer", 1, (reported("CHRON", **TRAFFIC),)),
    "ATT": Row((reported(),), "employer", 1, (reported("ATT"),), begins="not_required"),
    "ORDER": Row(
        (reported(place_type="outside_workplace"),), "employer", 1, (reported("ORDER", place_type="outside_workplace"),)
    ),
    "T2": Row((reported(),), "employer", 2, (reported(stage_2=stage_2()),)),
    "DOC": Row(
        (reported(),), "hospital", 2, (reported(), treated(statement=DoctorStatement("recovered"))),
        ("satisfied_elsewhere", "v"),
    ),
    "RCPT": Row((reported(**OUTSIDE_NETWORK),), "employer", 2, (reported("RCPT", **OUTSIDE_NETWORK),)),
    "TRSP": Row((reported(**CARRIED),), "employer", 2, (reported("TRSP", **CARRIED),)),
    "REST": Row(
        (reported(**RESTED),), "hospital", 2, (reported(**RESTED), treated(statement=DoctorStatement(rest_days=10))),
        ("satisfied_elsewhere", "v"),
    ),
    "WAGE": Row((reported(**MAIMED),), "employer", 2, (reported("WAGE", **MAIMED),)),
    "PHOTO": Row(
        (reported(**MAIMED),), "hospital", 2, (reported(**MAIMED), treated(papers=("imaging",))),
        ("satisfied_elsewhere", "v"),
    ),
    "REF": Row(
        (reported(), treated(referred=True)), "hospital", 2, (reported(), treated(referred=True, papers=("referral",))),
        ("satisfied_elsewhere", "v"),
    ),
    "POL": Row(
        (reported(police_report=True, **TRAFFIC),), "employer", 1, (reported("POL", police_report=True, **TRAFFIC),)
    ),
    "VISUM": Row(
        (reported(violence=True),), "hospital", 1, (reported(violence=True), treated(papers=("visum",))),
        ("satisfied_elsewhere", "v"),
    ),
    "JR": Row((reported(**TRAFFIC),), "employer", 2, (reported("JR", **TRAFFIC),)),
    "DEATH": Row(
        (reported(**DEAD),), "worker", 2, (reported(**DEAD), treated(papers=("death_certificate",))),
        ("satisfied_elsewhere", "v"),
    ),
    "HEIR": Row((reported(**DEAD),), "worker", 2, (reported("HEIR", **DEAD),)),
    "GUARD": Row((reported(**ORPHAN),), "worker", 2, (reported(**RAISED),)),
    "SCHOL": Row((reported(**ORPHAN),), "worker", 2, (reported("SCHOL", **ORPHAN),)),
    "EXPO": Row(
        (reported(event_kind="occupational_disease"),), "employer", 1,
        (reported("EXPO", event_kind="occupational_disease"),),
    ),
    "PROJ": Row((reported(segment="JAKON"),), "employer", 1, (reported("PROJ", segment="JAKON"),)),
    "PMI": Row((reported(segment="PMI"),), "worker", 1, (reported("PMI", segment="PMI"),)),
    "NPWP": Row((reported(**DEAD),), "worker", 2, (reported("NPWP", **DEAD),), begins="not_required"),
    "LOST": Row((reported(),), "worker", 1, (reported("LOST"),), begins="not_required"),
}  # fmt: skip


def test_every_row_of_the_document_table_has_its_case() -> None:
    assert set(ROWS) == {rule.code for rule in DOCUMENT_TABLE}


@pytest.mark.parametrize("code", ROWS)
def test_checklist_before_and_after(code: str) -> None:
    row = ROWS[code]
    before = item_of(view_of(*row.before), code)
    assert before is not None
    assert (before.state, before.satisfied_by) == (row.begins, None)
    assert before.required is (row.begins == "missing")
    assert (before.responsible, before.stage) == (row.responsible, row.stage)
    assert before.legal_basis
    assert before.title_id != before.title_en or code == "NPWP" or code == "VISUM"
    assert standing(view_of(*row.after), code) == row.ends


@pytest.mark.parametrize("code", sorted(ROWS.keys() - {"T1"}))
def test_any_paper_may_be_brought_as_a_scan(code: str) -> None:
    """Also those that a hospital sends by itself: a worker may have been treated where no hospital is connected."""
    (first, *others) = ROWS[code].before
    assert first.accident is not None
    scanned = replace(first, accident=replace(first.accident, papers_at=((code, at(1)),)))
    assert standing(view_of(scanned, *others), code)[0] == "provided"


@pytest.mark.parametrize(
    ("pieces", "code", "expected"),
    [
        # Traffic: the police, or a chronology with two witnesses; after violence the police in any case.
        ((reported(**TRAFFIC),), "POL", ("not_required", None)),
        ((reported("POL", **TRAFFIC),), "CHRON", ("satisfied_elsewhere", "r")),
        ((reported(witness_count=1, **TRAFFIC),), "CHRON", ("missing", None)),
        ((reported(witness_count=2, **TRAFFIC),), "CHRON", ("provided", "r")),
        ((reported(police_report=True, **TRAFFIC),), "CHRON", ("not_required", None)),
        ((reported("CHRON", police_report=True, **TRAFFIC),), "POL", ("satisfied_elsewhere", "r")),
        ((reported("CHRON", police_report=True, violence=True, **TRAFFIC),), "POL", ("missing", None)),
        # Violence is known from the hospital's external cause too, with or without the employer's report.
        ((reported(), treated(**ASSAULT)), "VISUM", ("missing", None)),
        ((treated(**ASSAULT),), "VISUM", ("missing", None)),
        ((treated(**ASSAULT),), "POL", ("missing", None)),
        ((treated(referred=True),), "REF", ("missing", None)),
        # A lost card never blocks: the police letter stands for it (arts. 8A, 48A).
        ((reported("LOST"),), "KPJ", ("satisfied_elsewhere", "r")),
        # A facility of the network bills BPJS itself; elsewhere the costs are expected until Tahap II claims none.
        ((reported(stage_2=stage_2(cost_rupiah=(("treatment", 1),))),), "RCPT", (None, None)),
        ((reported(stage_2=stage_2(), **OUTSIDE_NETWORK),), "RCPT", ("not_required", None)),
        ((reported(stage_2=stage_2(cost_rupiah=(("treatment", 1),)), **OUTSIDE_NETWORK),), "RCPT", ("missing", None)),
        # What says "still in treatment" is enough only while that is so.
        ((reported(stage_2=stage_2("in_treatment")),), "T2", ("provided", "r")),
        ((reported(stage_2=stage_2("in_treatment")), treated(statement=DoctorStatement("recovered"))), "T2",
         ("missing", None)),
        ((reported(), treated(statement=DoctorStatement("in_treatment"))), "DOC", ("satisfied_elsewhere", "v")),
        ((reported(stage_2=stage_2()), treated(statement=DoctorStatement("in_treatment"))), "DOC", ("missing", None)),
        # Before Tahap II nobody knows whether there are children; afterwards there are or there are not.
        ((reported(consequence="death"),), "SCHOL", ("not_required", None)),
        ((reported(**DEAD),), "SCHOL", (None, None)),
        ((reported(stage_2=stage_2("total_permanent", children=True)),), "SCHOL", ("missing", None)),
        ((reported(**DEAD),), "GUARD", (None, None)),
        # The hospital's death is the claim's, whatever the first report said.
        ((reported(), treated(deceased=True)), "DEATH", ("missing", None)),
        ((reported(stage_2=stage_2("total_permanent")),), "NPWP", ("not_required", None)),
        ((reported(segment="BPU", place_type="outside_workplace"),), "ORDER", (None, None)),
        ((reported(segment="JAKON"),), "ATT", (None, None)),
    ],
)  # fmt: skip
def test_what_counts_as_satisfied(pieces: tuple[Evidence, ...], code: str, expected: tuple[str | None, str]) -> None:
    assert standing(view_of(*pieces), code) == expected


@pytest.mark.parametrize(
    ("accident", "code", "who"),
    [
        ({"segment": "PU"}, "T1", "employer"),
        ({"segment": "PU_NON_ASN"}, "T2", "employer"),
        ({"segment": "JAKON"}, "PROJ", "employer"),
        # The informal worker has no employer, the migrant's is abroad.
        ({"segment": "BPU"}, "T1", "worker"),
        ({"segment": "BPU"}, "ID", "worker"),
        ({"segment": "BPU"}, "DOC", "hospital"),
        ({"segment": "PMI"}, "T2", "worker"),
        ({"segment": "PMI", "pmi_phase": "after"}, "DOC", "hospital"),
        # A hospital abroad is not connected.
        ({"segment": "PMI", "pmi_phase": "during"}, "DOC", "worker"),
    ],
)
def test_who_brings_it(accident: dict[str, Any], code: str, who: str) -> None:
    item = item_of(view_of(reported(**accident)), code)
    assert item is not None
    assert item.responsible == who


@pytest.mark.parametrize(
    ("day", "code", "basis", "confidence"),
    [
        (date(2026, 11, 16), "T1", "Permenaker 1/2025 art. 8", "certain"),
        (date(2025, 2, 24), "T1", "Permenaker 1/2025 art. 8", "certain"),
        (date(2025, 2, 23), "T1", "Permenaker 5/2021 art. 8", "uncertain"),
        (date(2021, 3, 31), "T1", "Permenaker 26/2015 art. ?", "uncertain"),
        (date(2023, 2, 22), "PMI", "Permenaker 4/2023 art. 50", "certain"),
        (date(2023, 2, 21), "PMI", "Permenaker 18/2018 art. ?", "uncertain"),
        (date(2025, 2, 23), "VISUM", None, None),
    ],
)
def test_the_article_is_that_of_the_day(day: date, code: str, basis: str | None, confidence: str | None) -> None:
    days = (day - at(0).date()).days
    item = item_of(view_of(report("r", days, accident={"segment": "PMI", "violence": True})), code)
    assert (item and item.legal_basis, item and item.confidence) == (basis, confidence)


# -- rejected papers ---------------------------------------------------------------------------------------------


def rejected(code: str, days: float) -> Decision:
    reason_code = f"document-rejected:{code}"
    return Decision(f"d{days}{code}", "request_completion", at(days), "bpjs:x", "V-1", reason_code=reason_code)


COMPLETE = reported("KPJ", "ID", stage_2=stage_2())
STATED = treated(statement=DoctorStatement("recovered"))


def test_a_rejected_paper_is_missing_until_a_newer_version_comes() -> None:
    assert view_of(COMPLETE, STATED).state == "READY_FOR_REVIEW"
    rejection = rejected("ID", 5)
    view = view_of(COMPLETE, STATED, entries=(rejection,))
    assert standing(view, "ID") == ("rejected", "r")
    assert (view.state, view.waiting_on, view.waiting_reason) == (
        "AWAITING_DOCUMENTS", "employer", "document-rejected:ID",
    )  # fmt: skip
    assert COMPLETE.accident is not None
    newer = replace(COMPLETE.accident, papers_at=(("ID", at(1)), ("ID", at(6)), ("KPJ", at(1))))
    view = view_of(replace(COMPLETE, accident=newer), STATED, entries=(rejection,))
    assert (standing(view, "ID"), view.state) == (("provided", "r"), "READY_FOR_REVIEW")
    payout = next(clock for clock in view.clocks if clock.clock == "PAYOUT")
    assert payout.starts_at == at(6)


def test_a_rejected_statement_waits_for_another_wording() -> None:
    rejection = rejected("DOC", 5)
    view = view_of(COMPLETE, STATED, entries=(rejection,))
    assert (standing(view, "DOC"), view.waiting_on) == (("rejected", "v"), "hospital")

    def version(number: int, digest: str, days: float) -> Receipt:
        return Receipt(number, "medical-report.updated", at(days), at(days), True, (("doctor_statement", digest),))

    first, same, other = version(1, "a", 1), version(2, "a", 6), version(3, "b", 7)
    unchanged = replace(STATED, receipts=(first, same))
    assert standing(view_of(COMPLETE, unchanged, entries=(rejection,)), "DOC")[0] == "rejected"
    reworded = replace(STATED, receipts=(first, same, other))
    assert standing(view_of(COMPLETE, reworded, entries=(rejection,)), "DOC") == ("satisfied_elsewhere", "v")
    assert COMPLETE.accident is not None
    scan = replace(COMPLETE, accident=replace(COMPLETE.accident, papers_at=(("DOC", at(6)),)))
    assert standing(view_of(scan, STATED, entries=(rejection,)), "DOC") == ("provided", "r")


def test_a_rejected_form_waits_for_its_correction() -> None:
    entries = (rejected("T2", 5), rejected("T1", 5))
    view = view_of(COMPLETE, STATED, entries=entries)
    assert (standing(view, "T1")[0], standing(view, "T2")[0]) == ("rejected", "rejected")
    later = [
        Receipt(2, "accident-report.corrected", at(6), at(6)),
        Receipt(3, "accident-report.stage-2-submitted", at(6), at(6)),
    ]
    corrected = replace(COMPLETE, receipts=(*COMPLETE.receipts, *later))
    view = view_of(corrected, STATED, entries=entries)
    assert (standing(view, "T1")[0], standing(view, "T2")[0]) == ("provided", "provided")


def test_the_payout_clock_waits_for_the_last_paper() -> None:
    statement = replace(STATED, received_at=at(9).astimezone(UTC) + timedelta(hours=1))
    payout = next(clock for clock in view_of(COMPLETE, statement).clocks if clock.clock == "PAYOUT")
    assert payout.starts_at == statement.received_at


@pytest.mark.parametrize(
    ("segments", "notifier", "expected"),
    [
        # The participant's own word, or the family's, is the report; a union only notifies a suspicion (art. 48A).
        (("BPU",), "self", ("REPORTED", "satisfied_elsewhere", "worker")),
        (("BPU",), "family", ("REPORTED", "satisfied_elsewhere", "worker")),
        (("BPU",), "union", ("SUSPECTED", "missing", "worker")),
        # An employer owes its report whatever the worker tells.
        (("PU",), "self", ("SUSPECTED", "missing", "employer")),
        ((), "self", ("SUSPECTED", "missing", "employer")),
        # Two memberships on the day: nobody knows yet at which work it happened.
        (("PU", "BPU"), "self", ("SUSPECTED", "missing", "employer")),
    ],
)
def test_a_worker_without_employer_reports_by_itself(
    segments: tuple[str, ...], notifier: str, expected: tuple[str, str, str]
) -> None:
    known = tuple(Membership(segment, date(2026, 1, 1), (Standing(date(2026, 1, 1)),)) for segment in segments)
    case = CaseInput((told("t", accident={"notifier": notifier}),), memberships=known)
    view = derive_claim(case, NOW, Policy(100_000_000))
    item = item_of(view, "T1")
    assert item is not None
    assert (view.state, item.state, item.responsible) == expected
    assert view.waiting_on == expected[2]
    assert view.clocks[0].met is (expected[0] == "REPORTED")


def test_only_a_paper_that_is_there_can_be_rejected() -> None:
    view = view_of(COMPLETE, STATED)
    check_allowed(view, Stance(), rejected("ID", 5))
    with pytest.raises(Refusal, match="validation"):
        check_allowed(view, Stance(), rejected("EXPO", 5))
    with pytest.raises(Conflict, match="document-not-there"):
        check_allowed(view_of(reported("KPJ")), Stance(), rejected("ID", 5))
