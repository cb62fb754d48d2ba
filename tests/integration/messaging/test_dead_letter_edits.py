"""Mending a dead letter: what it is to say is kept beside the original and handled in its place, before what waits."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from shared.clock import FixedClock
from shared.errors import Conflict, NotFound, Refusal
from shared.events import Event
from shared.events.claim import ClaimChanged
from shared.events.vocabulary import WaitingOn
from shared.kafka.in_memory import InMemoryBus
from shared.outbox import Consumer, ConsumerLimits, Edit, list_dead_letters
from shared.outbox.payloads import EDIT_SEALED_AS, EDITS_MAX
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database
from shared.sealing import Keyring, Sealer
from shared.settings import RetentionSettings
from tests.support.eventually import eventually
from tests.support.issuer import long_ago
from tests.support.probe import SERVICE, TOPIC, Handler, count, effects, running, wire

QUICK = ConsumerLimits(retry_seconds_min=0.001, poll_seconds=0.1, attempts_max=1)


def refuses_without_a_turn(event: Event) -> Exception | None:
    """Fails for version 1 as long as it says that nobody has the turn."""
    assert isinstance(event.facts, ClaimChanged)
    return RuntimeError() if event.version == 1 and event.facts.waiting_on == WaitingOn.NONE else None


@pytest.fixture
def handler() -> Handler:
    made = Handler()
    made.fails = refuses_without_a_turn
    return made


@pytest.fixture
async def part(database: Database, memory: InMemoryBus, sealer: Sealer, handler: Handler) -> AsyncIterator[Consumer]:
    """Version 1 is dead, 2 and 3 wait behind it."""
    made = Consumer(
        database,
        memory,
        sealer,
        group=SERVICE,
        topics=[TOPIC],
        handle=handler,
        limits=QUICK,
        clock=FixedClock(long_ago()),
    )
    await memory.publish([wire(sealer, "JKK-1", version) for version in (1, 2, 3)])

    async def both_wait() -> bool:
        return await count(database, "parked_event") == 2

    async with running(made):
        await eventually(both_wait)
        yield made


async def the_letter(database: Database, state: str = "open") -> UUID:
    async with database.system_transaction() as tx:
        (letter,) = await list_dead_letters(tx, state=state)
    return letter.id


async def edit(database: Database, part: Consumer, letter_id: UUID, *, based_on: int = 0, **facts: object) -> Edit:
    """Change these facts of the version `based_on`."""
    async with database.system_transaction() as tx:
        shown = (await part.payloads.read(tx, letter_id, based_on)).opened
        changed = {**(shown.facts or {}), **facts}
        return await part.payloads.edit(
            tx, letter_id, changed, None, based_on=based_on, reason="The turn was missing.", by="local:rudi"
        )


async def test_what_was_mended_is_handled_first_and_then_what_waited(database: Database, part: Consumer) -> None:
    letter_id = await the_letter(database)
    made = await edit(database, part, letter_id, waiting_on="employer")
    assert (made.number, made.changed, made.edited_by) == (1, ("/facts/waiting_on",), "local:rudi")
    assert await effects(database) == []
    done = await part.redrive(letter_id, by="console")
    assert (done.resolved, done.followed, done.still_parked, done.edit) == (True, 2, 0, 1)
    assert await effects(database) == [("JKK-1", 1), ("JKK-1", 2), ("JKK-1", 3)]


async def test_the_original_is_kept_and_so_is_who_changed_what_and_why(database: Database, part: Consumer) -> None:
    letter_id = await the_letter(database)
    await edit(database, part, letter_id, waiting_on="employer")
    await edit(database, part, letter_id, based_on=1, waiting_on="hospital", state="SUSPECTED")
    await part.redrive(letter_id, by="console")
    async with database.system_transaction() as tx:
        original, first, last = [await part.payloads.read(tx, letter_id, number) for number in (0, 1, None)]
    turns = [version.opened.facts and version.opened.facts["waiting_on"] for version in (original, first, last)]
    assert turns == ["none", "employer", "hospital"]
    assert (last.edit, last.state, last.editable) == (2, "redriven", False)
    assert [each.changed for each in last.edits] == [("/facts/waiting_on",), ("/facts/state", "/facts/waiting_on")]
    assert {each.reason for each in last.edits} == {"The turn was missing."}


async def test_what_fails_again_in_spite_of_an_edit_stays_and_may_be_mended_once_more(
    database: Database, part: Consumer
) -> None:
    letter_id = await the_letter(database)
    await edit(database, part, letter_id, state="SUSPECTED")
    failed = await part.redrive(letter_id, by="console")
    assert (failed.resolved, failed.still_parked, failed.edit) == (False, 2, 1)
    await edit(database, part, letter_id, based_on=1, waiting_on="employer")
    assert (await part.redrive(letter_id, by="console")).resolved


async def test_of_two_people_who_edit_at_once_the_second_is_told(database: Database, part: Consumer) -> None:
    letter_id = await the_letter(database)
    await edit(database, part, letter_id, waiting_on="employer")
    with pytest.raises(Conflict, match="edited-meanwhile"):
        await edit(database, part, letter_id, waiting_on="hospital")
    assert await count(database, "dead_letter_edit") == 1


async def test_an_edit_against_the_contract_or_of_what_is_over_is_refused(database: Database, part: Consumer) -> None:
    letter_id = await the_letter(database)
    with pytest.raises(Refusal, match="edit-invalid"):
        await edit(database, part, letter_id, waiting_on="nobody")
    with pytest.raises(NotFound, match="unknown"):
        await edit(database, part, uuid4(), waiting_on="employer")
    with pytest.raises(NotFound, match="unknown-edit"):
        await edit(database, part, letter_id, based_on=1)
    await part.discard(letter_id, "no longer wanted", by="console")
    with pytest.raises(Conflict, match="resolved"):
        await edit(database, part, letter_id, waiting_on="employer")
    assert await count(database, "dead_letter_edit") == 0


async def test_edits_are_sealed_bound_to_their_place_and_bounded(
    database: Database, part: Consumer, sealer: Sealer
) -> None:
    letter_id = await the_letter(database)
    for number in range(EDITS_MAX):
        await edit(database, part, letter_id, based_on=number, waiting_on="employer" if number % 2 else "hospital")
    with pytest.raises(Conflict, match="edits-max"):
        await edit(database, part, letter_id, based_on=EDITS_MAX, waiting_on="worker")
    async with database.system_transaction() as tx:
        sealed = await tx.driver.fetchval("SELECT payload FROM dead_letter_edit WHERE number = 1")
        assert b"hospital" not in sealed
        assert b"hospital" in sealer.open_bytes(sealed, type=EDIT_SEALED_AS, id=letter_id, version=1)
        await tx.driver.execute("DELETE FROM dead_letter WHERE id = $1", letter_id)
    assert await count(database, "dead_letter_edit") == 0


async def test_what_has_ended_is_kept_for_ninety_days_and_what_is_open_until_it_ends(
    database: Database, part: Consumer
) -> None:
    letter_id = await the_letter(database)
    await edit(database, part, letter_id, waiting_on="employer")
    async with database.system_transaction() as tx:
        await tx.driver.execute("UPDATE dead_letter SET failed_at = failed_at - interval '1 year'")
    assert (await Cleaner(database, RetentionSettings()).clean())["dead_letter"] == 0
    await part.redrive(letter_id, by="console")
    assert (await Cleaner(database, RetentionSettings()).clean())["dead_letter"] == 0
    async with database.system_transaction() as tx:
        await tx.driver.execute("UPDATE dead_letter SET resolved_at = resolved_at - interval '91 days'")
    assert (await Cleaner(database, RetentionSettings()).clean())["dead_letter"] == 1
    assert await count(database, "dead_letter_edit") == 0


async def test_what_was_sealed_with_a_key_that_is_gone_is_shown_as_that(database: Database, part: Consumer) -> None:
    letter_id = await the_letter(database)
    object.__setattr__(part.payloads, "sealer", Sealer(Keyring.generate("another")))
    async with database.system_transaction() as tx:
        shown = await part.payloads.read(tx, letter_id)
    assert ([problem.code for problem in shown.opened.problems], shown.editable) == (["sealing.unknown-key"], False)
