"""The two tables of the state machine: every state is reached, every guard has its sentence, the page is up to date."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.verification.application.state_page import PAGE, as_markdown
from services.verification.domain import claim as states
from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.deciding import check_allowed
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import CompletionAnswer, Decision, Entry, Note, Payment
from services.verification.domain.evidence import Determination, DoctorStatement, Evidence, Stage2Facts
from services.verification.domain.state_machine import GUARD_OF_STATE, STATES, TRANSITIONS, is_documented, may
from shared.errors import Conflict
from shared.regulation.codes import codes_of
from shared.regulation.data_files import BadRuleFile
from shared.regulation.guards import GUARDS, load_guards
from tests.support.evidence_makers import at, report, told, visit

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIMIT = 100_000_000
STAGE_2 = Stage2Facts("recovered", date(2026, 11, 18), 0, (), False, False, at(3))


def decided(kind: str, hours: float, person: str = "V-1", **more: object) -> Decision:
    return Decision(f"d{hours}", kind, NOW + timedelta(hours=hours), "bpjs:x", person, **more)  # type: ignore[arg-type]


def paid(hours: float, amount: int, benefit: str = "STMB") -> Payment:
    return Payment(f"p{hours}", NOW + timedelta(hours=hours), "bpjs:core", benefit, amount, NOW.date())


def determined(hours: float, word: str) -> Determination:
    return Determination(f"x{hours}", "disnaker:36", word, NOW.date(), NOW + timedelta(hours=hours))


def claim(*pieces: Evidence, entries: tuple[Entry, ...] = (), now: datetime = NOW) -> ClaimView:
    return derive_claim(CaseInput(pieces, entries), now, Policy(LIMIT))


def complete() -> tuple[Evidence, ...]:
    papers = {"document_codes": ("KPJ", "ID"), "documents_at": at(2), "stage_2": STAGE_2}
    statement = DoctorStatement(outcome="recovered", examined_on=date(2026, 11, 18))
    return (report("r", accident=papers), visit("v", medical={"statement": statement}))


def without_employer() -> tuple[Evidence, ...]:
    one, other = complete()
    assert one.accident is not None
    return (replace(one, accident=replace(one.accident, segment="BPU")), other)


def answered(hours: float) -> CompletionAnswer:
    return CompletionAnswer("c", NOW + timedelta(hours=hours), "worker:self", "status", "Sudah bekerja lagi.")


@dataclass(frozen=True)
class Road:
    """How a state is reached."""

    pieces: tuple[Evidence, ...]
    entries: tuple[Entry, ...] = ()


APPROVED = decided("approve_benefit", 1, amount_rupiah=10, four_eyes_rupiah=LIMIT)
ROADS = {
    states.SUSPECTED: Road((visit("v"),)),
    states.REPORTED: Road((report("r"),)),
    states.AWAITING_DOCUMENTS: Road((report("r", accident={"stage_2": STAGE_2}),)),
    states.READY_FOR_REVIEW: Road(complete()),
    states.WITHDRAWN: Road((report("r", status="withdrawn"),)),
    states.EXPIRED: Road((report("r", -2_200, received_at=at(0)),)),
    states.CONCLUDED_WORK_ACCIDENT: Road((report("r"),), (decided("conclude", 1, outcome="work_accident"),)),
    states.CONCLUDED_OCCUPATIONAL_DISEASE: Road((report("r"),), (determined(1, "OCCUPATIONAL_DISEASE"),)),
    states.CONCLUDED_NOT_COVERED: Road((report("r"),), (decided("conclude", 1, outcome="not_covered"),)),
    states.AWAITING_DETERMINATION: Road((report("r"),), (decided("refer_to_disnaker", 1),)),
    states.REJECTED: Road((report("r"),), (decided("reject", 1),)),
    states.AWAITING_SECOND_APPROVAL: Road(complete(), (decided("approve_benefit", 1, amount_rupiah=LIMIT + 1),)),
    states.BENEFIT_APPROVED: Road(complete(), (APPROVED, paid(2, 9))),
    states.PAID: Road(complete(), (APPROVED, paid(2, 11))),
    states.CLOSED: Road(complete(), (APPROVED, paid(2, 10))),
}


@pytest.mark.parametrize("state", [rule.state for rule in STATES])
def test_every_state_is_reached(state: str) -> None:
    road = ROADS[state]
    assert claim(*road.pieces, entries=road.entries).state == state


def test_the_tables_know_every_state_and_every_decision() -> None:
    assert set(GUARD_OF_STATE) == set(codes_of("states"))
    assert set(codes_of("decisions")) <= {row.by for row in TRANSITIONS}
    named = {guard for row in TRANSITIONS for guard in row.guards} | set(GUARD_OF_STATE.values())
    assert named == set(GUARDS), "a sentence that nothing asks for, or a guard without a sentence"
    reached = {state for row in TRANSITIONS for state in row.targets}
    left = {state for row in TRANSITIONS for state in row.sources}
    assert reached == left == set(codes_of("states"))


def test_no_decision_has_two_rows_for_one_state() -> None:
    for kind in codes_of("decisions"):
        rows = [row for row in TRANSITIONS if row.by == kind]
        assert not any(one.sources & other.sources for i, one in enumerate(rows) for other in rows[:i]), kind


def test_the_page_shows_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), (
        "run python -m services.verification.application.state_page"
    )


def test_a_change_that_no_row_knows_is_noticed() -> None:
    assert not is_documented(states.CLOSED, "facts", states.SUSPECTED)
    assert not is_documented(states.SUSPECTED, "payment", states.PAID)
    assert is_documented(states.SUSPECTED, "facts", states.REPORTED)
    assert may(states.WITHDRAWN, "conclude") is None


def refused(view: ClaimView, asked: Decision) -> str:
    """What is said against it, nothing when it is allowed."""
    try:
        check_allowed(view, view.stance, asked)
    except Conflict as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("kind", codes_of("decisions"))
@pytest.mark.parametrize("state", ROADS)
def test_a_decision_is_taken_exactly_where_the_table_has_it(state: str, kind: str) -> None:
    road = ROADS[state]
    view = claim(*road.pieces, entries=road.entries)
    asked = decided(kind, 5, "V-2", outcome="work_accident", amount_rupiah=LIMIT + 1)
    assert ("decision.not-allowed" in refused(view, asked)) is (may(state, kind) is None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("guards: {a: {sentence: [x, y], legal_basis: z}}", "are expected"),
        ("guards: {a: {sentence: [x], legal_basis: z, confidence: certain}}", "two sentences"),
        ("guards: {a: {sentence: [x, y], legal_basis: '', confidence: certain}}", "an article"),
        ("guards: {a: {sentence: [x, y], legal_basis: z, confidence: maybe}}", "a confidence"),
    ],
)
def test_a_guard_without_its_source_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "guards.yaml"
    file.write_text(text)
    with pytest.raises(BadRuleFile, match=reason):
        load_guards(file)


# -- whose turn, and why --------------------------------------------------------------------------------------------

SIDE = visit("w", medical={"body_parts": ("hand_left",)})
TURNS: list[tuple[str, Road, tuple[str, str]]] = [
    ("nobody has reported", ROADS[states.SUSPECTED], ("employer", "stage-1-missing")),
    ("the family has told", Road((told("t"),)), ("employer", "stage-1-missing")),
    ("a paper is missing that can be had now", ROADS[states.REPORTED], ("employer", "document-missing:KPJ")),
    (
        "treatment goes on",
        Road((report("r", accident={"document_codes": ("KPJ", "ID"), "documents_at": at(1)}),)),
        ("hospital", "document-missing:DOC"),
    ),
    ("the doctor has to speak first", ROADS[states.AWAITING_DOCUMENTS], ("hospital", "document-missing:DOC")),
    ("all is there", ROADS[states.READY_FOR_REVIEW], ("bpjs", "review")),
    ("sources contradict each other", Road((*complete(), SIDE)), ("bpjs", "discrepancy-open:injury_side")),
    (
        "BPJS asked how it goes on",
        Road(complete(), (decided("request_completion", 1),)),
        ("employer", "completion-requested"),
    ),
    (
        "BPJS asked a worker without an employer",
        Road(without_employer(), (decided("request_completion", 1),)),
        ("worker", "completion-requested"),
    ),
    (
        "the worker has answered",
        Road(without_employer(), (decided("request_completion", 1), answered(2))),
        ("bpjs", "review"),
    ),
    (
        "BPJS asked again after the answer",
        Road(without_employer(), (answered(1), decided("request_completion", 2))),
        ("worker", "completion-requested"),
    ),
    (
        "the answer has come",
        Road((*complete(), told("t", received_at=NOW + timedelta(hours=2))), (decided("request_completion", 1),)),
        ("bpjs", "review"),
    ),
    ("the inspector is asked", ROADS[states.AWAITING_DETERMINATION], ("disnaker", "determination-requested")),
    (
        "concluded and complete",
        Road(complete(), (decided("conclude", 1, outcome="work_accident"),)),
        ("bpjs", "benefit-approval"),
    ),
    ("one of two has approved", ROADS[states.AWAITING_SECOND_APPROVAL], ("bpjs", "second-approval")),
    (
        "a contradiction came before the second",
        Road((*complete(), SIDE), ROADS[states.AWAITING_SECOND_APPROVAL].entries),
        ("bpjs", "discrepancy-open:injury_side"),
    ),
    ("not all is paid", ROADS[states.BENEFIT_APPROVED], ("bpjs", "payment")),
    ("more was paid than approved", ROADS[states.PAID], ("bpjs", "overpaid")),
    ("paid after a rejection", Road((report("r"),), (decided("reject", 1), paid(2, 5))), ("bpjs", "overpaid")),
    ("all is done", ROADS[states.CLOSED], ("none", "closed")),
    ("rejected", ROADS[states.REJECTED], ("none", "rejected")),
    ("not covered", ROADS[states.CONCLUDED_NOT_COVERED], ("none", "not-covered")),
    ("withdrawn", ROADS[states.WITHDRAWN], ("none", "withdrawn")),
    ("too late", ROADS[states.EXPIRED], ("none", "right-lapsed")),
    (
        "determined although the right has lapsed",
        Road(ROADS[states.EXPIRED].pieces, (determined(1, "WORK_ACCIDENT"),)),
        ("bpjs", "right-lapsed"),
    ),
    (
        "the determination came after the approval",
        Road(complete(), (*ROADS[states.CLOSED].entries, determined(3, "WORK_ACCIDENT"))),
        ("bpjs", "determination-received"),
    ),
]


@pytest.mark.parametrize(("road", "turn"), [row[1:] for row in TURNS], ids=[row[0] for row in TURNS])
def test_whose_turn_it_is(road: Road, turn: tuple[str, str]) -> None:
    view = claim(*road.pieces, entries=road.entries)
    assert (view.waiting_on, view.waiting_reason) == turn


# -- after the end --------------------------------------------------------------------------------------------------

SETTLED = (replace(APPROVED, claim_outcome="recovered"), paid(2, 10))
AFTER = NOW + timedelta(days=30)


def turn_after(*pieces: Evidence, entries: tuple[Entry, ...] = SETTLED) -> tuple[str, str, str | None]:
    view = claim(*complete(), *pieces, entries=entries, now=AFTER + timedelta(days=1))
    return view.state, view.waiting_on, view.waiting_reason


def test_relapse_of_an_old_case_waits_for_a_verifier_and_reopens_nothing() -> None:
    assert turn_after(visit("again", 40, received_at=AFTER)) == ("CLOSED", "bpjs", "new-evidence:medical-report")


def test_death_after_treatment_is_told_as_what_it_is() -> None:
    died = visit("again", 40, received_at=AFTER, medical={"deceased": True})
    assert turn_after(died) == ("CLOSED", "bpjs", "outcome-changed:death")


def test_new_evidence_is_news_until_a_verifier_has_looked() -> None:
    again = visit("again", 40, received_at=AFTER)
    noted = Note("n", AFTER + timedelta(hours=1), "bpjs:x", "V-1", "Kontrol rutin.")
    assert turn_after(again, entries=(*SETTLED, noted)) == ("CLOSED", "none", "closed")
    too_early = replace(noted, at=AFTER - timedelta(hours=1))
    assert turn_after(again, entries=(*SETTLED, too_early))[1] == "bpjs"


def test_routine_versions_of_a_known_visit_are_no_news() -> None:
    first, known = complete()
    later = replace(known.receipts[0], version=2, received_at=AFTER, statement=False)
    routine = replace(known, version=2, receipts=(*known.receipts, later))
    view = claim(first, routine, entries=SETTLED, now=AFTER)
    assert (view.waiting_on, view.waiting_reason) == ("none", "closed")


def test_reopening_goes_back_to_what_the_papers_say_and_keeps_what_was_paid() -> None:
    died = visit("again", 40, received_at=AFTER, medical={"deceased": True})
    reopened = replace(decided("reopen", 1), decided_at=AFTER + timedelta(hours=1))
    view = claim(*complete(), died, entries=(*SETTLED, reopened), now=AFTER + timedelta(days=1))
    assert view.state == states.AWAITING_DOCUMENTS
    assert view.stance.paid_rupiah == 10
    again = replace(APPROVED, id="d9", decided_at=AFTER + timedelta(days=1), amount_rupiah=30)
    view = claim(*complete(), died, entries=(*SETTLED, reopened, again), now=AFTER + timedelta(days=2))
    assert (view.state, view.stance.remaining_rupiah) == (states.BENEFIT_APPROVED, 20)


def test_employers_withdrawal_does_not_undo_what_was_paid() -> None:
    gone = [replace(piece, status="withdrawn") for piece in complete()]
    assert claim(*gone, entries=SETTLED).state == states.CLOSED
    concluded = (decided("conclude", 1, outcome="work_accident"),)
    assert claim(*gone, entries=concluded).state == states.WITHDRAWN


# -- four eyes ------------------------------------------------------------------------------------------------------


def test_two_first_approvals_that_meet_do_not_confirm_each_other_unless_they_agree() -> None:
    one = decided("approve_benefit", 1, "V-1", amount_rupiah=LIMIT + 1)
    for person, amount, state in (
        ("V-2", LIMIT + 2, states.AWAITING_SECOND_APPROVAL),
        ("v-1 ", LIMIT + 1, states.AWAITING_SECOND_APPROVAL),
        ("V-2", LIMIT + 1, states.BENEFIT_APPROVED),
    ):
        other = decided("approve_benefit", 2, person, amount_rupiah=amount)
        assert claim(*complete(), entries=(one, other)).state == state, (person, amount)


def test_the_limit_of_the_day_of_the_decision_counts() -> None:
    kept = decided("approve_benefit", 1, amount_rupiah=LIMIT + 1, four_eyes_rupiah=LIMIT * 2)
    assert claim(*complete(), entries=(kept,)).state == states.BENEFIT_APPROVED


def test_determination_that_arrives_late_binds_what_was_decided_meanwhile() -> None:
    before = determined(0.5, "NOT_WORK_ACCIDENT")
    assert claim(*complete(), entries=(APPROVED, before)).state == states.CONCLUDED_NOT_COVERED
    concluded = decided("conclude", 1, outcome="work_accident")
    assert claim(*complete(), entries=(concluded, before)).state == states.CONCLUDED_NOT_COVERED


def test_determination_lifts_a_rejection_and_an_approval_that_is_not_paid() -> None:
    rejected = decided("reject", 1)
    assert claim(report("r"), entries=(rejected, determined(2, "WORK_ACCIDENT"))).state == "CONCLUDED_WORK_ACCIDENT"
    assert claim(report("r"), entries=(rejected, determined(2, "NOT_WORK_ACCIDENT"))).state == "REJECTED"
    assert claim(*complete(), entries=(APPROVED, determined(2, "NOT_WORK_ACCIDENT"))).state == "CONCLUDED_NOT_COVERED"
    done = (*ROADS[states.CLOSED].entries, determined(3, "NOT_WORK_ACCIDENT"))
    assert claim(*complete(), entries=done).state == states.CLOSED
