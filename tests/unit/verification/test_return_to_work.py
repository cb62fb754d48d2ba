"""Return to work: called for by the doctor's statement, carried by what company and worker agree to (domain 6.3)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from services.verification.application.claim_document import document_of
from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import Entry, ReturnToWorkStep
from services.verification.domain.evidence import DoctorStatement, Evidence
from services.verification.domain.membership import Membership, Standing
from services.verification.domain.return_to_work import ReturnToWork, check_step
from shared.errors import Conflict
from tests.support.evidence_makers import report, visit

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DISABLED = DoctorStatement(outcome="partial_functional", disabled_part="thumb_right", examined_on=date(2026, 11, 18))
MEMBER = Membership(
    segment="PU",
    active_from=date(2024, 1, 1),
    standings=(Standing(date(2026, 11, 1), 5_000_000, date(2026, 10, 31)),),
    employer_registration="JJ012345",
    programmes=("JKK", "JKM"),
)


def claim(
    statement: DoctorStatement | None,
    *steps: ReturnToWorkStep,
    memberships: tuple[Membership, ...] = (),
    extra: tuple[Evidence, ...] = (),
) -> ClaimView:
    pieces = (report("r"), visit("v", 1, medical={"statement": statement}), *extra)
    entries: tuple[Entry, ...] = steps
    return derive_claim(CaseInput(pieces, entries, memberships=memberships), NOW, Policy(100_000_000))


def step(word: str, hours: int) -> ReturnToWorkStep:
    return ReturnToWorkStep(f"s{hours}", NOW + timedelta(hours=hours), "bpjs:cikokol", "MK-1", word)


def programme(*steps: ReturnToWorkStep, statement: DoctorStatement = DISABLED) -> ReturnToWork:
    found = claim(statement, *steps).return_to_work
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("statement", "triggers"),
    [
        (None, None),
        (DoctorStatement(outcome="recovered", work_capacity="normal"), None),
        (DoctorStatement(outcome="in_treatment"), None),
        (DoctorStatement(outcome="partial_functional"), ["disability"]),
        (DoctorStatement(outcome="partial_anatomical"), ["disability"]),
        (DoctorStatement(outcome="total_permanent", work_capacity="none"), ["disability", "work-capacity"]),
        (DoctorStatement(outcome="recovered", prosthesis=True), ["prosthesis"]),
        (DoctorStatement(outcome="recovered", orthosis=True), ["orthosis"]),
        (DoctorStatement(outcome="recovered", work_capacity="light"), ["work-capacity"]),
        (DoctorStatement(prosthesis=True, work_capacity="none"), ["prosthesis", "work-capacity"]),
    ],
)
def test_the_doctors_statement_calls_for_it(statement: DoctorStatement | None, triggers: list[str] | None) -> None:
    found = claim(statement).return_to_work
    assert (found and [each.code for each in found.triggers]) == triggers
    if found is not None:
        assert (found.state, found.evidence_id) == ("offered", "v")


def test_the_latest_statement_counts_and_a_death_ends_it() -> None:
    recovered = DoctorStatement(outcome="recovered", work_capacity="normal")
    later = visit("w", 3, medical={"statement": recovered})
    assert claim(DISABLED, extra=(later,)).return_to_work is None
    died = visit("x", 4, medical={"deceased": True})
    assert claim(DISABLED, extra=(died,)).return_to_work is None


def test_it_changes_neither_state_nor_turn_nor_money() -> None:
    plain, under_way = claim(DISABLED), claim(DISABLED, step("employer_agreed", 1), step("worker_agreed", 2))
    assert (plain.state, plain.waiting_on, plain.benefit) == (under_way.state, under_way.waiting_on, under_way.benefit)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ([], "offered"),
        (["employer_agreed"], "offered"),
        (["employer_agreed", "worker_agreed"], "agreed"),
        (["worker_agreed", "employer_declined"], "declined"),
        (["worker_declined", "worker_agreed", "employer_agreed"], "agreed"),
        (["employer_agreed", "worker_agreed", "started"], "under_way"),
        (["employer_agreed", "worker_agreed", "started", "worker_declined"], "declined"),
        (["employer_agreed", "worker_agreed", "started", "completed"], "completed"),
    ],
)
def test_the_latest_word_of_each_party_counts(words: list[str], state: str) -> None:
    steps = [step(word, hours) for hours, word in enumerate(words)]
    assert programme(*steps).state == state
    for order in list(permutations(steps))[:6]:
        assert programme(*order).state == state, "in whatever order they are read"


@pytest.mark.parametrize(
    ("words", "next_word", "code"),
    [
        (["employer_agreed"], "started", "return-to-work.not-agreed"),
        ([], "completed", "return-to-work.not-started"),
        (["employer_agreed", "worker_agreed", "started", "completed"], "worker_declined", "return-to-work.completed"),
    ],
)
def test_a_step_without_ground_is_refused(words: list[str], next_word: str, code: str) -> None:
    now = programme(*[step(word, hours) for hours, word in enumerate(words)])
    with pytest.raises(Conflict) as refused:
        check_step(now, next_word, "partial_functional")
    assert refused.value.code == code


def test_nothing_can_be_recorded_before_a_statement_calls_for_it() -> None:
    with pytest.raises(Conflict, match="calls for a return to work"):
        check_step(claim(None).return_to_work, "worker_agreed", None)


def test_it_may_be_offered_to_somebody_who_may_become_disabled() -> None:
    check_step(claim(None).return_to_work, "offered", None)
    found = claim(None, step("offered", 1)).return_to_work
    assert found is not None
    assert (found.state, found.triggers, found.evidence_id) == ("offered", (), None)
    check_step(found, "worker_agreed", None)


def test_nobody_is_offered_work_after_death() -> None:
    for word in ("offered", "worker_agreed"):
        with pytest.raises(Conflict) as refused:
            check_step(programme(), word, "death")
        assert refused.value.code == "return-to-work.worker-died"


def test_what_was_agreed_stays_shown_when_the_statement_falls_away() -> None:
    recovered = visit("w", 3, medical={"statement": DoctorStatement(outcome="recovered")})
    found = claim(DISABLED, step("worker_agreed", 1), extra=(recovered,)).return_to_work
    assert found is not None
    assert (found.triggers, found.evidence_id) == ((), None)


@pytest.mark.parametrize(
    ("membership", "met"),
    [
        (None, (None, None, None)),
        (MEMBER, (True, True, True)),
        (replace(MEMBER, standings=(Standing(date(2026, 11, 1), None, date(2026, 8, 31)),)), (True, True, False)),
        (replace(MEMBER, standings=(Standing(date(2026, 11, 1)),)), (True, True, None)),
        (replace(MEMBER, employer_registration="KK999999"), (True, False, None)),
        (replace(MEMBER, active_to=date(2026, 11, 15)), (False, False, None)),
        (replace(MEMBER, programmes=("JKM",)), (False, False, None)),
    ],
)
def test_what_bpjs_core_told_says_which_conditions_hold(
    membership: Membership | None, met: tuple[bool | None, ...]
) -> None:
    found = claim(DISABLED, memberships=(membership,) if membership else ()).return_to_work
    assert found is not None
    assert tuple(holds for _, holds in found.conditions)[:3] == met


def test_the_worker_is_told_the_rights_in_plain_words_of_both_languages() -> None:
    shown = document_of(claim(DISABLED, step("worker_agreed", 1)))["return_to_work"]
    assert [right["code"] for right in shown["rights"]] == [
        "accompaniment",
        "rehabilitation",
        "training",
        "transport",
        "free-choice",
    ]
    assert all(right["text"]["id"] and right["text"]["en"] and right["legal_basis"] for right in shown["rights"])
    assert shown["confidence"] == "uncertain"
    agreed = {each["code"]: each["met"] for each in shown["conditions"]}
    assert (agreed["worker-agrees"], agreed["employer-agrees"]) == (True, None)
