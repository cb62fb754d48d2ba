"""Objections go to BPJS, then to the inspector, then to the minister; payments bring a claim to its end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.deciding import check_allowed, check_answer, path_of
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import Decision, Entry, Objection, ObjectionAnswer, Payment
from services.verification.domain.evidence import Determination, DoctorStatement, Evidence, Stage2Facts
from shared.errors import Conflict, NotFound, Refusal
from tests.support.evidence_makers import at, report, visit

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
POLICY = Policy(100_000_000)


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def claim(*entries: Entry, pieces: tuple[Evidence, ...] | None = None) -> ClaimView:
    return derive_claim(CaseInput(pieces or (report("r"),), entries), hours(1_000), POLICY)


def decided(kind: str, count: float, person: str = "V-1", **more: object) -> Decision:
    return Decision(f"d{count}", kind, hours(count), "bpjs:x", person, **more)  # type: ignore[arg-type]


def objected(count: float, path: str, by: str = "worker") -> Objection:
    return Objection(f"o{count}", hours(count), "bpjs:x", "V-9", by, path, reason="Tidak setuju.")


def answered(count: float, objection: str, answer: str, person: str = "V-2", **more: object) -> ObjectionAnswer:
    return ObjectionAnswer(f"a{count}", hours(count), "bpjs:x", person, objection, answer, **more)  # type: ignore[arg-type]


def determined(count: float, word: str) -> Determination:
    return Determination(f"x{count}", "disnaker:36", word, NOW.date(), hours(count))


def path(*entries: Entry, by: str = "worker") -> str:
    view = claim(*entries)
    return path_of(view, view.stance, by)


REJECTED = decided("reject", 1)
FIRST = objected(2, "bpjs")
DISMISSED = answered(3, "o2", "dismissed")
SECOND = objected(4, "disnaker")
DETERMINED = determined(5, "NOT_WORK_ACCIDENT")
THIRD = objected(6, "minister")


def test_the_path_leads_from_bpjs_over_the_inspector_to_the_minister_and_ends() -> None:
    said: list[Entry] = [REJECTED]
    assert path(*said) == "bpjs"
    said += [FIRST, DISMISSED]
    assert path(*said) == "disnaker"
    said += [SECOND, DETERMINED]
    assert path(*said) == "minister"
    said += [THIRD, answered(7, "o6", "dismissed")]
    with pytest.raises(Conflict, match="path-exhausted"):
        path(*said)


def test_whose_turn_it_is_follows_the_path_and_each_step_has_its_clock() -> None:
    steps = [
        ((REJECTED, FIRST), "REJECTED", "bpjs", "objection:bpjs", "OBJECTION_BPJS"),
        ((REJECTED, FIRST, DISMISSED, SECOND), "AWAITING_DETERMINATION", "disnaker", "objection:disnaker",
         "OBJECTION_DISNAKER"),
        ((REJECTED, FIRST, DISMISSED, SECOND, DETERMINED, THIRD), "AWAITING_DETERMINATION", "disnaker",
         "objection:minister", "OBJECTION_MINISTER"),
    ]  # fmt: skip
    for said, state, waiting_on, reason, name in steps:
        view = claim(*said)
        assert (view.state, view.waiting_on, view.waiting_reason) == (state, waiting_on, reason)
        clock = next(clock for clock in view.clocks if clock.clock == name)
        assert (clock.starts_at, clock.running, clock.confidence) == (said[-1].at, True, "uncertain")
        assert view.is_open, "so that Disnaker may determine it"
        assert view.next_due_at is not None


def test_determination_answers_the_objection_before_the_inspector_and_stops_its_clock() -> None:
    view = claim(REJECTED, FIRST, DISMISSED, SECOND, determined(5, "WORK_ACCIDENT"))
    assert view.state == "CONCLUDED_WORK_ACCIDENT"
    assert [dispute.state for dispute in view.stance.disputes] == ["dismissed", "determined"]
    assert not any(clock.running for clock in view.clocks if clock.clock.startswith("OBJECTION"))


def test_objection_that_bpjs_upholds_takes_back_what_was_decided() -> None:
    view = claim(REJECTED, FIRST, answered(3, "o2", "upheld"))
    assert (view.state, view.waiting_reason) == ("REPORTED", "document-missing:KPJ")


def test_minister_binds_as_an_inspector_does() -> None:
    upheld = answered(7, "o6", "upheld", outcome="work_accident")
    view = claim(REJECTED, FIRST, DISMISSED, SECOND, DETERMINED, THIRD, upheld)
    assert (view.state, view.stance.binding) == ("CONCLUDED_WORK_ACCIDENT", "work_accident")
    otherwise = decided("conclude", 8, outcome="not_covered")
    with pytest.raises(Conflict, match="determined"):
        check_allowed(view, view.stance, otherwise)
    assert claim(*view.entries, otherwise).state == "CONCLUDED_WORK_ACCIDENT"


def test_referral_hands_open_objections_on_to_the_inspector() -> None:
    view = claim(decided("conclude", 1, outcome="not_covered"), FIRST, decided("refer_to_disnaker", 3))
    (dispute,) = view.stance.disputes
    assert (dispute.path, dispute.since) == ("disnaker", hours(3))
    assert view.state == "AWAITING_DETERMINATION"


def test_while_an_authority_has_it_bpjs_neither_concludes_nor_rejects() -> None:
    view = claim(REJECTED, FIRST, DISMISSED, SECOND)
    for asked in (decided("conclude", 5, outcome="work_accident"), decided("reject", 5)):
        with pytest.raises(Conflict, match="objection-open"):
            check_allowed(view, view.stance, asked)


def test_nothing_decided_leaves_nothing_to_object_to() -> None:
    with pytest.raises(Conflict, match="nothing-decided"):
        path()
    with pytest.raises(Conflict, match="nothing-decided"):
        path(REJECTED, decided("reopen", 2))


def test_a_party_has_one_open_objection_and_the_other_may_still_object() -> None:
    with pytest.raises(Conflict, match="already-open"):
        path(REJECTED, FIRST)
    assert path(REJECTED, FIRST, by="employer") == "bpjs"
    assert path(REJECTED, FIRST, answered(3, "o2", "withdrawn")) == "bpjs"


def test_who_may_answer_what() -> None:
    def answer(asked: ObjectionAnswer, *entries: Entry) -> None:
        view = claim(*entries)
        check_answer(view, view.stance, asked)

    answer(DISMISSED, REJECTED, FIRST)
    with pytest.raises(Conflict, match="same-person"):
        answer(answered(3, "o2", "dismissed", " v-1"), REJECTED, FIRST)
    answer(answered(3, "o2", "withdrawn", "V-1"), REJECTED, FIRST)
    with pytest.raises(Conflict, match="inspector-answers"):
        answer(answered(5, "o4", "dismissed"), REJECTED, FIRST, DISMISSED, SECOND)
    with pytest.raises(Conflict, match="answered"):
        answer(answered(5, "o2", "upheld"), REJECTED, FIRST, DISMISSED)
    with pytest.raises(NotFound):
        answer(answered(5, "o9", "upheld"), REJECTED, FIRST)
    with pytest.raises(Refusal):
        answer(answered(3, "o2", "upheld", outcome="work_accident"), REJECTED, FIRST)


# -- money ----------------------------------------------------------------------------------------------------------

APPROVED = decided("approve_benefit", 1, amount_rupiah=30)


def complete(*, received_days: float = 0.1, employer_cost: int = 0) -> tuple[Evidence, ...]:
    stage_2 = Stage2Facts(
        "recovered", date(2026, 11, 18), 0, (), False, False, at(3), employer_cost_rupiah=employer_cost
    )
    papers = {"document_codes": ("KPJ", "ID"), "documents_at": at(2), "stage_2": stage_2}
    statement = DoctorStatement(outcome="recovered", examined_on=date(2026, 11, 18))
    told = report("r", accident=papers, received_at=at(received_days))
    return (told, visit("v", medical={"statement": statement}))


def paid(count: float, amount: int, on: date = date(2026, 11, 24), benefit: str = "STMB") -> Payment:
    return Payment(f"p{count}", hours(count), "bpjs:core", benefit, amount, on, f"ref-{count}")


def test_payments_add_up_to_the_end_and_those_before_the_approval_count() -> None:
    advance, rest = paid(0.5, 10), paid(2, 20)
    assert claim(advance, pieces=complete()).state == "READY_FOR_REVIEW"
    some = claim(advance, APPROVED, pieces=complete())
    assert (some.state, some.waiting_reason, some.stance.remaining_rupiah) == ("BENEFIT_APPROVED", "payment", 20)
    done = claim(advance, APPROVED, rest, pieces=complete())
    assert (done.state, done.stance.remaining_rupiah, done.stance.paid_on) == ("CLOSED", 0, date(2026, 11, 24))


def test_payout_clock_stops_on_the_day_of_the_last_payment() -> None:
    def payout(*entries: Entry) -> tuple[bool | None, bool]:
        clock = next(c for c in claim(APPROVED, *entries, pieces=complete()).clocks if c.clock == "PAYOUT")
        return clock.met, clock.running

    assert payout() == (False, True)
    assert payout(paid(2, 29)) == (False, True)
    # Complete on 19 November, a Thursday: due with the end of 30 November.
    assert payout(paid(2, 30, date(2026, 11, 30))) == (True, False)
    assert payout(paid(2, 30, date(2026, 12, 1))) == (False, False)


def test_what_was_paid_late_is_paid_and_not_closed_until_the_compensation_is() -> None:
    large = decided("approve_benefit", 1, amount_rupiah=1_000_000)
    # Due on 30 November, paid three days later: 3 × 1 % × 1,000,000.
    late = (large, paid(2, 1_000_000, date(2026, 12, 3)))
    owing = claim(*late, pieces=complete())
    assert (owing.state, owing.waiting_on, owing.waiting_reason) == ("PAID", "bpjs", "late-payment")
    compensation = paid(3, 30_000, date(2026, 12, 4), benefit="LATE_PAYMENT")
    assert claim(*late, compensation, pieces=complete()).state == "CLOSED"
    less = replace(compensation, amount_rupiah=29_999)
    assert claim(*late, less, pieces=complete()).state == "PAID"


def test_what_is_disputed_is_paid_and_not_closed() -> None:
    settled = (APPROVED, paid(2, 30))
    disputed = claim(*settled, objected(3, "bpjs"), pieces=complete())
    assert (disputed.state, disputed.waiting_reason) == ("PAID", "objection:bpjs")
    answer = answered(4, "o3", "dismissed")
    assert claim(*settled, objected(3, "bpjs"), answer, pieces=complete()).state == "CLOSED"


def test_payment_of_another_kind_does_not_pay_the_benefit() -> None:
    view = claim(APPROVED, paid(2, 30, benefit="LATE_PAYMENT"), pieces=complete())
    assert (view.state, view.stance.remaining_rupiah) == ("BENEFIT_APPROVED", 30)


def test_reimbursement_of_the_employer_who_was_late_is_followed_to_its_payment() -> None:
    def status(*entries: Entry, cost: int = 500_000) -> tuple[str, str | None]:
        view = claim(*entries, pieces=complete(received_days=4, employer_cost=cost))
        assert view.payer_of_first_resort == "EMPLOYER"
        assert view.reimbursement is not None
        return view.reimbursement.status, view.waiting_reason

    assert status(cost=0) == ("due_from_employer", "review")
    assert status() == ("claimed", "review")
    assert status(APPROVED) == ("approved", "reimbursement")
    assert status(APPROVED, paid(2, 30)) == ("paid", "closed")
    assert claim(pieces=complete()).reimbursement is None


def test_two_payments_of_joined_claims_are_both_counted() -> None:
    twin = replace(paid(2, 20), id="other")
    view = claim(APPROVED, paid(2, 20), twin, pieces=complete())
    assert (view.state, view.waiting_reason) == ("PAID", "overpaid")
