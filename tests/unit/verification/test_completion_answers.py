"""A worker whom BPJS has asked answers once; who was not asked cannot."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from services.verification.application.answer_completion import answer_completion
from services.verification.application.decide import DecisionRequest, take_decision
from services.verification.application.workplace import Person, Workplace
from services.verification.domain.entries import CompletionAnswer, entries_of
from services.verification.domain.evidence import DoctorStatement, Stage2Facts
from shared.errors import Conflict
from shared.identifiers import new_id
from tests.support.claim_world import ClaimWorld
from tests.support.evidence_makers import at, report, visit

COMPANION = Person("companion:c-1", "status")
ASKED = DecisionRequest("request_completion", None, None, None, "Apakah sudah bekerja lagi?", None)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def asked(runner: asyncio.Runner, segment: str) -> ClaimWorld:
    """A claim with all its papers, about which BPJS has asked for completion."""
    world = ClaimWorld(runner, at(5))
    stage_2 = Stage2Facts("recovered", date(2026, 11, 18), 0, (), False, False, at(3))
    papers = {"document_codes": ("KPJ", "ID"), "documents_at": at(2), "stage_2": stage_2, "segment": segment}
    world.send(report("r", accident=papers))
    world.send(visit("v", medical={"statement": DoctorStatement(outcome="recovered", examined_on=date(2026, 11, 18))}))

    async def ask(place: Workplace) -> None:
        await take_decision(place, world.case_number, world.decision_version, Person("bpjs:x", "V-1"), ASKED)

    world.work(ask)
    world.clock.advance(timedelta(hours=1))
    return world


def answer(world: ClaimWorld, answer_id: str) -> None:
    async def answered(place: Workplace) -> None:
        await answer_completion(place, world.case_number, COMPANION, answer_id, "Sudah sejak Senin.")

    world.work(answered)


def test_the_answer_gives_the_turn_back_counts_once_and_names_whose_code_it_was(runner: asyncio.Runner) -> None:
    world, form = asked(runner, "BPU"), str(new_id())
    assert (world.view().waiting_on, world.view().waiting_reason) == ("worker", "completion-requested")
    before = world.decision_version
    answer(world, form)
    answer(world, form)
    [said] = entries_of(CompletionAnswer, world.entries)
    assert (said.org, said.text) == ("companion:c-1", "Sudah sejak Senin.")
    assert (world.view().waiting_on, world.view().waiting_reason) == ("bpjs", "review")
    assert world.decision_version == before + 1, "what was decided on has changed"
    with pytest.raises(Conflict):
        answer(world, str(new_id()))


def test_where_the_employer_was_asked_the_worker_does_not_answer_in_its_place(runner: asyncio.Runner) -> None:
    world = asked(runner, "PU")
    assert world.view().waiting_on == "employer"
    with pytest.raises(Conflict):
        answer(world, str(new_id()))
