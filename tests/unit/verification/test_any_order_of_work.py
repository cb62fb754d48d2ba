"""Whatever agencies send and people do, in any order: no change that the table does not know, a turn and a reason at
every moment, nothing paid on one person's word above the limit, and the same end for every order of arrival."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.verification.application.accompany import record_return_to_work
from services.verification.application.annotate import add_note
from services.verification.application.complain import ComplaintRequest, answer_complaint, receive_complaint
from services.verification.application.confirm_payment import PaymentRequest, confirm_payment
from services.verification.application.decide import DecisionRequest, take_decision
from services.verification.application.dispute import AnswerRequest, answer_objection, lodge_objection
from services.verification.application.issue_letters import found_among
from services.verification.application.workplace import Person, Workplace
from services.verification.domain import claim as states
from services.verification.domain.entries import Decision, Objection, entries_of
from services.verification.domain.evidence import (
    AccidentFacts,
    Determination,
    DoctorStatement,
    Evidence,
    MedicalFacts,
    Receipt,
    Stage2Facts,
)
from services.verification.domain.stance import APPROVE, same_person
from services.verification.domain.state_machine import (
    ANSWER,
    DETERMINATION,
    FACTS,
    OBJECTION,
    PAYMENT,
    TRANSITIONS,
    is_documented,
)
from shared.errors import Conflict, NotFound, Refusal
from shared.identifiers import WIB
from shared.regulation.codes import codes_of
from tests.support.claim_world import LIMIT_RUPIAH, ClaimWorld
from tests.support.evidence_makers import DAY_0, evidence

EVERY_PAPER = codes_of("documents")
OUTCOMES = [None, "in_treatment", "recovered", "partial_functional", "death"]
PERSONS = ["V-1", "V-2", "v-1 ", "V-3"]
AMOUNTS = [None, 0, 10_000_000, LIMIT_RUPIAH, LIMIT_RUPIAH + 1, LIMIT_RUPIAH + 2]
# Six years before anybody told of it, or the week before.
LONG_AGO, LATELY = -2_200.0, 0.0


_MAY_APPROVE = frozenset().union(*(row.sources for row in TRANSITIONS if row.by == APPROVE))


class AnyOrderOfWork(RuleBasedStateMachine):
    """One worker's one accident."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = ClaimWorld(self.runner)
        self.days = LATELY
        self.versions: dict[str, int] = {}
        self.sent: list[Evidence] = []
        self.before: str | None = None

    @initialize(
        days=st.sampled_from([LATELY, LATELY, LATELY, LONG_AGO]),
        much_came_already=st.booleans(),
        rng=st.randoms(use_true_random=False),
    )
    def begin(self, days: float, much_came_already: bool, rng: Any) -> None:
        """Half of the stories begin where the money is near; few would get there by chance."""
        self.days, self.rng = days, rng
        if much_came_already:
            self.all_papers_come()

    @rule()
    def all_papers_come(self) -> None:
        self.employer_reports(EVERY_PAPER, "recovered", "PU", "hand_right", withdrawn=False, minutes=60)
        self.hospital_reports("recovered", "hand_right", "v", deceased=False, withdrawn=False, minutes=60)

    # -- what agencies send ------------------------------------------------------------------------------------

    @rule(
        papers=st.sampled_from([(), ("KPJ", "ID"), EVERY_PAPER]),
        outcome=st.sampled_from(OUTCOMES),
        segment=st.sampled_from(["PU", "PU", "BPU"]),
        part=st.sampled_from(["hand_right", "hand_left"]),
        withdrawn=st.sampled_from([False, False, False, True]),
        minutes=st.integers(1, 90 * 60),
    )
    def employer_reports(
        self, papers: tuple[str, ...], outcome: str | None, segment: str, part: str, withdrawn: bool, minutes: int
    ) -> None:
        self._pass(minutes)
        at = self.world.clock.now()
        stage_2 = outcome and Stage2Facts(outcome, DAY_0.date(), 3, (("stmb", 100_000),), False, False, at)
        facts = AccidentFacts(
            segment=segment,
            employer_registration="JJ012345",
            wage_rupiah=5_000_000,
            wage_basis="monthly",
            place_type="inside_workplace",
            consequence="injury",
            body_parts=(part,),
            facility_type="plkk",
            document_codes=papers,
            documents_at=at if papers else None,
            stage_2=stage_2 or None,
        )
        self._send("r", "accident-report", withdrawn=withdrawn, accident=facts)

    @rule(
        statement=st.sampled_from([None, *OUTCOMES[1:]]),
        part=st.sampled_from(["hand_right", "hand_left"]),
        which=st.sampled_from(["v", "w"]),
        deceased=st.sampled_from([False, False, False, True]),
        withdrawn=st.sampled_from([False, False, False, True]),
        minutes=st.integers(1, 90 * 60),
    )
    def hospital_reports(
        self, statement: str | None, part: str, which: str, deceased: bool, withdrawn: bool, minutes: int
    ) -> None:
        self._pass(minutes)
        said = statement and DoctorStatement(statement, DAY_0.date(), part, Decimal(40), rest_days=3)
        facts = MedicalFacts(body_parts=(part,), deceased=deceased, statement=said or None)
        self._send(which, "medical-report", withdrawn=withdrawn, medical=facts)

    @rule(withdrawn=st.sampled_from([False, True]), minutes=st.integers(1, 90 * 60))
    def family_reports(self, withdrawn: bool, minutes: int) -> None:
        self._pass(minutes)
        self._send("t", "self-report", withdrawn=withdrawn, accident=AccidentFacts())

    @precondition(lambda self: not self.world.is_empty)
    @rule(
        word=st.sampled_from(["WORK_ACCIDENT", "NOT_WORK_ACCIDENT", "OCCUPATIONAL_DISEASE"]),
        hours_under_way=st.integers(0, 48),
        minutes=st.integers(1, 90 * 60),
    )
    def inspector_determines(self, word: str, hours_under_way: int, minutes: int) -> None:
        self._pass(minutes)
        received = self.world.clock.now() - timedelta(hours=hours_under_way)
        number = sum(isinstance(entry, Determination) for entry in self.world.entries) % 16
        told = Determination(
            f"019e0000-0000-7000-8000-00000000000{number:x}", "disnaker:36", word, received.date(), received
        )
        self._observed(DETERMINATION, lambda: self.world.add(told))

    # -- what people at BPJS do --------------------------------------------------------------------------------

    @precondition(lambda self: not self.world.is_empty)
    @rule(
        kind=st.sampled_from(codes_of("decisions")),
        outcome=st.sampled_from([None, *codes_of("conclusions")]),
        amount=st.sampled_from(AMOUNTS),
        person=st.sampled_from(PERSONS),
        minutes=st.integers(1, 90 * 60),
    )
    def verifier_decides(self, kind: str, outcome: str | None, amount: int | None, person: str, minutes: int) -> None:
        self._pass(minutes)
        asked = DecisionRequest(kind, outcome, amount, None, "Alasan.", None)
        number, version = self.world.case_number, self.world.decision_version
        self._act(kind, lambda place: take_decision(place, number, version, Person("bpjs:x", person), asked))

    @precondition(lambda self: self._state() in _MAY_APPROVE)
    @rule(amount=st.sampled_from(AMOUNTS[2:5]), person=st.sampled_from(PERSONS), minutes=st.integers(1, 90 * 60))
    def verifier_approves(self, amount: int, person: str, minutes: int) -> None:
        self.verifier_decides(APPROVE, None, amount, person, minutes)

    @precondition(lambda self: self._state() in (states.BENEFIT_APPROVED, states.PAID))
    @rule(minutes=st.integers(1, 90 * 60))
    def core_pays_the_rest(self, minutes: int) -> None:
        self.core_pays(self.world.view().stance.remaining_rupiah or 1, "STMB", minutes)

    @precondition(lambda self: not self.world.is_empty)
    @rule(by=st.sampled_from(["worker", "employer"]), minutes=st.integers(1, 90 * 60))
    def somebody_objects(self, by: str, minutes: int) -> None:
        self._pass(minutes)
        number, person = self.world.case_number, Person("bpjs:x", "V-9")
        self._act(OBJECTION, lambda place: lodge_objection(place, number, person, by, "Tidak setuju.", ()))

    @precondition(lambda self: bool(entries_of(Objection, self.world.entries)))
    @rule(
        answer=st.sampled_from(["upheld", "dismissed", "withdrawn"]),
        outcome=st.sampled_from([None, None, "not_covered", "work_accident"]),
        person=st.sampled_from(PERSONS),
        which=st.integers(0, 9),
        minutes=st.integers(1, 90 * 60),
    )
    def an_objection_is_answered(self, answer: str, outcome: str | None, person: str, which: int, minutes: int) -> None:
        self._pass(minutes)
        objections = entries_of(Objection, self.world.entries)
        id_, number = objections[which % len(objections)].id, self.world.case_number
        asked = AnswerRequest(answer, outcome, "Alasan.", None, None)
        self._act(ANSWER, lambda place: answer_objection(place, number, id_, Person("bpjs:x", person), asked))

    @precondition(lambda self: not self.world.is_empty)
    @rule(
        amount=st.sampled_from([1, 10_000_000, LIMIT_RUPIAH, LIMIT_RUPIAH + 1]),
        benefit=st.sampled_from(["STMB", "LATE_PAYMENT"]),
        minutes=st.integers(1, 90 * 60),
    )
    def core_pays(self, amount: int, benefit: str, minutes: int) -> None:
        self._pass(minutes)
        now, number = self.world.clock.now(), self.world.case_number
        asked = PaymentRequest(benefit, amount, now.astimezone(WIB).date(), now.isoformat())
        self._act(PAYMENT, lambda place: confirm_payment(place, number, "bpjs:core", asked))

    @precondition(lambda self: not self.world.is_empty)
    @rule(minutes=st.integers(1, 90 * 60))
    def verifier_notes(self, minutes: int) -> None:
        self._pass(minutes)
        number = self.world.case_number
        self._act(FACTS, lambda place: add_note(place, number, Person("bpjs:x", "V-1"), "Dilihat."))

    @precondition(lambda self: not self.world.is_empty)
    @rule(
        step=st.sampled_from(codes_of("return_to_work_steps")),
        kind=st.sampled_from(codes_of("complaint_kinds")),
        upheld=st.booleans(),
        minutes=st.integers(1, 90 * 60),
    )
    def what_goes_along_changes_nothing(self, step: str, kind: str, upheld: bool, minutes: int) -> None:
        """A step back to work, a complaint and the answer to the first one that waits."""
        self._pass(minutes)
        number, person, before = self.world.case_number, Person("bpjs:x", "V-1"), self._what_counts()
        complaint = ComplaintRequest(kind, "worker", None, "Lama sekali.", None)
        self._act(FACTS, lambda place: record_return_to_work(place, number, person, step, None))
        self._act(FACTS, lambda place: receive_complaint(place, number, person, complaint))
        waiting = [each.received.id for each in self.world.view().complaints if each.answer is None]
        self._act(FACTS, lambda place: answer_complaint(place, number, waiting[0], person, "Baik.", upheld=upheld))
        assert self._what_counts() == before

    # -- what must be so ---------------------------------------------------------------------------------------

    @invariant()
    def somebody_or_nobody_is_waited_for_and_the_reason_is_known(self) -> None:
        if self.world.is_empty:
            return
        view = self.world.view()
        assert view.waiting_on in codes_of("waiting_on")
        assert view.waiting_reason is not None
        assert view.waiting_reason.partition(":")[0] in codes_of("waiting_reasons")
        if view.waiting_on == "none":
            assert view.state in {
                states.WITHDRAWN, states.EXPIRED, states.REJECTED, states.CONCLUDED_NOT_COVERED, states.CLOSED,
            }  # fmt: skip

    @invariant()
    def nothing_large_is_approved_on_one_persons_word(self) -> None:
        approved = None if self.world.is_empty else self.world.view().stance.approved
        if approved is None or (approved.amount_rupiah or 0) <= LIMIT_RUPIAH:
            return
        assert any(
            not same_person(decision.person, approved.person) and decision.amount_rupiah == approved.amount_rupiah
            for decision in entries_of(Decision, self.world.entries)
            if decision.kind == APPROVE
        )

    @invariant()
    def a_closed_claim_is_paid_and_undisputed(self) -> None:
        view = None if self.world.is_empty else self.world.view()
        if view is not None and view.state == states.CLOSED:
            assert view.stance.paid_rupiah == view.stance.approved_rupiah
            assert not view.stance.open_disputes

    @invariant()
    def letters_stand_in_one_line_and_the_last_tells_of_what_was_approved(self) -> None:
        letters = self.world.letters.letters
        assert len({letter.number for letter in letters}) == len(letters)
        replaced = [letter.replaces for letter in letters if letter.replaces]
        assert len(set(replaced)) == len(replaced)
        view = None if self.world.is_empty else self.world.view()
        if view is not None and view.state == states.BENEFIT_APPROVED and view.stance.approved is not None:
            assert found_among(letters, "benefit").told_id == view.stance.approved.id

    def teardown(self) -> None:
        """The same reports and acts, in another order of arrival, end in the same claim."""
        with contextlib.closing(self.runner):
            if self.world.is_empty:
                return
            inputs = [*self.sent, *self.world.entries]
            self.rng.shuffle(inputs)
            first = next(told for told in inputs if isinstance(told, Evidence))
            inputs.remove(first)
            assert self.world.played_again([first, *inputs]).shown() == self.world.shown()

    # -- how it is done ----------------------------------------------------------------------------------------

    def _pass(self, minutes: int) -> None:
        self.world.clock.advance(timedelta(minutes=minutes))
        if not self.world.is_empty:
            self._observed(FACTS, lambda: None)

    def _send(self, id_: str, kind: str, *, withdrawn: bool, **facts: Any) -> None:
        version = self.versions[id_] = self.versions.get(id_, 0) + 1
        known = next((piece for piece in self.sent if piece.id == id_), None)
        now = self.world.clock.now()
        made = evidence(id_, kind, self.days, received_at=known.accepted_at if known else now, **facts)
        medical = facts.get("medical")
        receipt = Receipt(
            version, f"{kind}.told", now, now, statement=medical is not None and medical.statement is not None
        )
        piece = replace(
            made,
            version=version,
            received_at=now,
            status="withdrawn" if withdrawn else "received",
            report_id=None if id_ == "r" else "r",
            receipts=(receipt,),
        )
        self.sent.append(piece)
        self._observed(FACTS, lambda: self.world.send(piece))

    def _act(self, by: str, act: Callable[[Workplace], Awaitable[Any]]) -> None:
        def acted() -> None:
            with contextlib.suppress(Conflict, Refusal, NotFound):
                self.world.work(act)

        self._observed(by, acted)

    def _observed(self, by: str, act: Callable[[], None]) -> None:
        before = self._state()
        act()
        after = self._state()
        assert before is None or after is None or is_documented(before, by, after), f"{before} --{by}--> {after}"

    def _what_counts(self) -> tuple[Any, ...]:
        view = self.world.view()
        return view.state, view.waiting_on, view.waiting_reason, view.benefit, self.world.decision_version

    def _state(self) -> str | None:
        return None if self.world.is_empty else self.world.view().state


AnyOrderOfWork.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestAnyOrderOfWork = AnyOrderOfWork.TestCase
