"""Events that cannot be handled: kept with their reason, holding back their own key only, and brought back in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import asdict
from uuid import uuid4

import orjson
import pytest

from shared.clock import FixedClock
from shared.errors import Conflict, NotFound, Refusal, Unavailable
from shared.events import Event, decode
from shared.events.dead_letter import EventFailed, EventFailedContent
from shared.events.topics import DEAD_LETTERS
from shared.kafka.bus import Record
from shared.kafka.in_memory import InMemoryBus
from shared.outbox import Consumer, ConsumerLimits, DeadLetter, Relay, list_dead_letters, show_dead_letter
from shared.outbox.dead_letters import SEALED_AS
from shared.postgres.database import Database
from shared.sealing import Sealer
from tests.support.eventually import eventually
from tests.support.issuer import long_ago
from tests.support.probe import SERVICE, TOPIC, Handler, count, effects, running, wire

QUICK = ConsumerLimits(retry_seconds_min=0.001, poll_seconds=0.1)
BAD = ("JKK-1", 2)


class Poisoned(Handler):
    """Fails for version 2 of JKK-1 until it is mended."""

    def __init__(self) -> None:
        super().__init__()
        self.mended = False
        self.fails = self._verdict

    def _verdict(self, event: Event) -> Exception | None:
        if not self.mended and (event.subject, event.version) == BAD:
            return RuntimeError("something about NIK 3174xxxx")
        return None

    def attempts(self, of: tuple[str, int]) -> int:
        return self.calls.count(of)


@pytest.fixture
def handler() -> Poisoned:
    return Poisoned()


@pytest.fixture
def part(database: Database, memory: InMemoryBus, sealer: Sealer, handler: Poisoned) -> Consumer:
    return new_consumer(database, memory, sealer, handler)


def new_consumer(
    database: Database, memory: InMemoryBus, sealer: Sealer, handler: Handler, limits: ConsumerLimits = QUICK
) -> Consumer:
    return Consumer(
        database,
        memory,
        sealer,
        group=SERVICE,
        topics=[TOPIC],
        handle=handler,
        limits=limits,
        clock=FixedClock(long_ago()),
    )


@pytest.fixture
async def story(memory: InMemoryBus, sealer: Sealer) -> None:
    """Four versions of three cases; the second of the first is the bad one."""
    await memory.publish([wire(sealer, f"JKK-{n}", version) for version in range(1, 5) for n in (1, 2, 3)])


@pytest.fixture
async def parked(database: Database, story: None, part: Consumer) -> AsyncIterator[None]:
    """The story after it was consumed as far as it goes."""
    async with running(part):
        await eventually(lambda: count(database, "parked_event"))
        await eventually(lambda: _is(count(database, "effect"), 9))
        yield


async def _is(found: Awaitable[int], wanted: int) -> bool:
    return await found == wanted


async def only_letter(database: Database, state: str | None = "open") -> DeadLetter:
    async with database.system_transaction() as tx:
        (letter,) = await list_dead_letters(tx, state=state)
    return letter


async def subject_effects(database: Database, subject: str) -> list[int]:
    return [version for found, version in await effects(database) if found == subject]


async def test_a_poison_event_has_five_attempts_and_holds_back_its_own_key_only(
    database: Database, handler: Poisoned, parked: None
) -> None:
    assert await subject_effects(database, "JKK-1") == [1]
    assert await subject_effects(database, "JKK-2") == [1, 2, 3, 4]
    assert await subject_effects(database, "JKK-3") == [1, 2, 3, 4]
    letter = await only_letter(database)
    assert (letter.key, letter.attempts, letter.reason_code, letter.reason) == (
        "JKK-1",
        5,
        "handler-failed",
        "RuntimeError",
    )
    assert letter.parked_behind == 2
    assert letter.failed_at == long_ago()
    # One more attempt was made together with the whole batch.
    assert handler.attempts(BAD) == 6
    assert handler.attempts(("JKK-1", 3)) == 0


async def test_the_original_is_kept_sealed_and_told_on_the_dead_letter_topic(
    database: Database, memory: InMemoryBus, sealer: Sealer, parked: None
) -> None:
    original = next(r for r in memory.records(TOPIC) if (r.key, r.headers["ce_aggregateversion"]) == ("JKK-1", "2"))
    letter = await only_letter(database)
    async with database.system_transaction() as tx:
        payload = await tx.driver.fetchval("SELECT payload FROM dead_letter")
    assert original.value is not None
    assert original.value not in payload
    assert sealer.open_bytes(payload, type=SEALED_AS, id=letter.id, version=1) == original.value
    assert letter.headers == original.headers

    async with running(Relay(database, memory)):
        (told,) = await eventually(lambda: memory.records(DEAD_LETTERS))
    event = decode(told.headers, told.value, sealer, key=told.key or "")
    assert isinstance(event.facts, EventFailed)
    assert isinstance(event.content, EventFailedContent)
    assert told.key == "JKK-1"
    assert event.source == "/probe"
    assert event.facts.dead_letter_id == letter.id
    assert (event.facts.reason, event.facts.attempts) == ("handler-failed", 5)
    assert (event.facts.original_topic, event.facts.original_event_id) == (TOPIC, original.headers["ce_id"])
    assert event.content.headers == original.headers


async def test_later_events_of_the_key_wait_also_after_a_restart(
    database: Database, memory: InMemoryBus, sealer: Sealer, handler: Poisoned, parked: None
) -> None:
    handler.mended = True
    await memory.publish([wire(sealer, "JKK-1", 5), wire(sealer, "JKK-2", 5)])
    async with running(new_consumer(database, memory, sealer, handler)):
        await eventually(lambda: _is(count(database, "parked_event"), 3))
        await eventually(lambda: _is(count(database, "effect"), 10))
    assert await subject_effects(database, "JKK-1") == [1]


async def test_redriving_runs_the_event_and_then_what_waited_behind_it_in_order(
    database: Database, memory: InMemoryBus, sealer: Sealer, part: Consumer, handler: Poisoned, parked: None
) -> None:
    handler.mended = True
    letter = await only_letter(database)
    result = await part.redrive(letter.id, by="officer-7")
    assert (result.resolved, result.followed, result.still_parked) == (True, 2, 0)
    await memory.publish([wire(sealer, "JKK-1", 5)])
    await eventually(lambda: _is(count(database, "effect"), 13))
    assert await subject_effects(database, "JKK-1") == [1, 2, 3, 4, 5]
    resolved = await only_letter(database, state="redriven")
    assert resolved.resolved_by == "officer-7"
    assert await count(database, "parked_event") == 0


async def test_redriving_what_still_fails_leaves_everything_waiting(
    database: Database, part: Consumer, parked: None
) -> None:
    letter = await only_letter(database)
    result = await part.redrive(letter.id, by="officer-7")
    assert (result.resolved, result.followed, result.still_parked) == (False, 0, 2)
    assert (await only_letter(database)).attempts == 6
    assert await subject_effects(database, "JKK-1") == [1]


async def test_discarding_lets_the_others_follow_without_it(database: Database, part: Consumer, parked: None) -> None:
    letter = await only_letter(database)
    result = await part.discard(letter.id, "sent by mistake", by="officer-7")
    assert (result.resolved, result.followed, result.still_parked) == (True, 2, 0)
    assert await subject_effects(database, "JKK-1") == [1, 3, 4]
    resolved = await only_letter(database, state="discarded")
    assert (resolved.resolution, resolved.resolved_by) == ("sent by mistake", "officer-7")


async def test_a_parked_event_that_fails_in_its_turn_becomes_a_dead_letter_before_the_rest(
    database: Database, part: Consumer, handler: Poisoned, parked: None
) -> None:
    handler.mended = True
    handler.fails = lambda event: Refusal("report.no", "no") if (event.subject, event.version) == ("JKK-1", 3) else None
    first = await only_letter(database)
    result = await part.redrive(first.id, by="officer-7")
    assert (result.resolved, result.followed, result.still_parked) == (True, 0, 1)
    second = await only_letter(database)
    assert (second.reason_code, second.headers["ce_aggregateversion"], second.parked_behind) == ("report.no", "3", 1)
    handler.fails = lambda event: None
    result = await part.redrive(second.id, by="officer-7")
    assert (result.resolved, result.followed) == (True, 1)
    assert await subject_effects(database, "JKK-1") == [1, 2, 3, 4]


async def test_what_is_away_while_redriving_changes_nothing(
    database: Database, part: Consumer, handler: Poisoned, parked: None
) -> None:
    handler.fails = lambda event: Unavailable("documents")
    letter = await only_letter(database)
    with pytest.raises(Unavailable):
        await part.redrive(letter.id, by="officer-7")
    assert (await only_letter(database)).attempts == 5


async def test_a_resolved_or_unknown_dead_letter_is_not_redriven(
    database: Database, part: Consumer, handler: Poisoned, parked: None
) -> None:
    handler.mended = True
    letter = await only_letter(database)
    await part.redrive(letter.id, by="officer-7")
    with pytest.raises(Conflict, match=r"dead-letter\.resolved"):
        await part.redrive(letter.id, by="officer-7")
    with pytest.raises(Conflict, match=r"dead-letter\.resolved"):
        await part.discard(letter.id, "again", by="officer-7")
    with pytest.raises(NotFound):
        await part.redrive(uuid4(), by="officer-7")
    async with database.system_transaction() as tx:
        with pytest.raises(NotFound):
            await show_dead_letter(tx, uuid4())
        assert (await show_dead_letter(tx, letter.id)).state == "redriven"


async def test_an_unreadable_event_is_a_dead_letter_at_once_and_holds_its_key_back(
    database: Database, memory: InMemoryBus, sealer: Sealer, handler: Poisoned, part: Consumer
) -> None:
    broken = wire(sealer, "JKK-9", 1)
    await memory.publish(
        [
            Record(TOPIC, "JKK-9", b"NIK 3174012345678901 {", broken.headers),
            wire(sealer, "JKK-9", 2),
            wire(sealer, "JKK-8", 1),
        ]
    )
    async with running(part):
        await eventually(lambda: _is(count(database, "parked_event"), 1))
        await eventually(lambda: _is(count(database, "effect"), 1))
    letter = await only_letter(database)
    assert (letter.reason_code, letter.attempts) == ("event.not-json", 1)
    assert handler.calls == [("JKK-8", 1)]
    result = await part.discard(letter.id, "was never an event", by="officer-7")
    assert result.followed == 1
    assert await subject_effects(database, "JKK-9") == [2]


async def test_a_dead_letter_behind_another_has_to_wait_and_so_has_what_is_behind_it(
    database: Database, memory: InMemoryBus, sealer: Sealer, part: Consumer, handler: Poisoned
) -> None:
    records = [wire(sealer, "JKK-1", version) for version in range(1, 6)]
    records[3] = Record(TOPIC, "JKK-1", b"\xff", records[3].headers)
    await memory.publish(records)
    async with running(part):
        await eventually(lambda: _is(count(database, "dead_letter"), 2))
        await eventually(lambda: _is(count(database, "parked_event"), 2))
        async with database.system_transaction() as tx:
            first, second = await list_dead_letters(tx)
            assert [letter.id for letter in await list_dead_letters(tx, after=first.id)] == [second.id]
        with pytest.raises(Conflict, match=r"dead-letter\.not-first"):
            await part.redrive(second.id, by="officer-7")
        handler.mended = True
        result = await part.redrive(first.id, by="officer-7")
        assert (result.followed, result.still_parked) == (1, 1)
        assert await subject_effects(database, "JKK-1") == [1, 2, 3]
        await part.discard(second.id, "unreadable", by="officer-7")
    assert await subject_effects(database, "JKK-1") == [1, 2, 3, 5]


@pytest.mark.parametrize(
    "foreign",
    [
        Record(TOPIC, "k", b"hello"),
        Record(TOPIC, "3174012345678901", b"\x00\xff", {"ce_id": "\x00", "x" * 3000: "y" * 9000}),
        Record(TOPIC, "", None, {f"h{n}": "v" for n in range(100)}),
    ],
)
async def test_what_is_no_event_at_all_stops_nobody(
    database: Database, memory: InMemoryBus, sealer: Sealer, part: Consumer, foreign: Record
) -> None:
    await memory.publish([foreign, wire(sealer, "JKK-1", 1)])
    async with running(part, Relay(database, memory)):
        await eventually(lambda: _is(count(database, "effect"), 1))
        (told,) = await eventually(lambda: memory.records(DEAD_LETTERS))
    letter = await only_letter(database)
    assert letter.reason_code == "event.bad-headers"
    assert "3174012345678901" not in (told.key or "")


async def test_the_same_unreadable_record_read_again_is_one_dead_letter(
    database: Database, memory: InMemoryBus, sealer: Sealer, handler: Poisoned
) -> None:
    await memory.publish([Record(TOPIC, "k", b"hello")])
    for group in range(2):
        fresh = InMemoryBus(partitions=3)
        await fresh.publish([Record(TOPIC, "k", b"hello"), wire(sealer, "JKK-2", group + 1)])
        async with running(new_consumer(database, fresh, sealer, handler)):
            await eventually(lambda wanted=group + 1: _is(count(database, "effect"), wanted))
    assert await count(database, "dead_letter") == 1
    assert await count(database, "outbox") == 1


async def test_parked_events_left_by_a_crash_are_found_and_follow(
    database: Database, memory: InMemoryBus, sealer: Sealer, handler: Poisoned, parked: None
) -> None:
    """As if the process had died between resolving the dead letter and what is parked behind it."""
    handler.mended = True
    async with database.system_transaction() as tx:
        await tx.driver.execute("UPDATE dead_letter SET state = 'discarded'")
    async with running(new_consumer(database, memory, sealer, handler)):
        await eventually(lambda: _is(count(database, "parked_event"), 0))
    assert await subject_effects(database, "JKK-1") == [1, 3, 4]


async def test_events_that_come_while_a_key_is_redriven_keep_their_place(
    database: Database, memory: InMemoryBus, sealer: Sealer, part: Consumer, handler: Poisoned, parked: None
) -> None:
    handler.mended = True
    letter = await only_letter(database)

    async def go_on_telling() -> None:
        for version in range(5, 45):
            await memory.publish([wire(sealer, "JKK-1", version)])
            await asyncio.sleep(0)

    await asyncio.gather(part.redrive(letter.id, by="officer-7"), go_on_telling())
    await eventually(lambda: _all_of_first(database))
    assert await subject_effects(database, "JKK-1") == list(range(1, 45))


async def _all_of_first(database: Database) -> bool:
    return len(await subject_effects(database, "JKK-1")) == 44


async def test_one_key_at_a_time_ends_after_its_bound_and_goes_on_with_the_next_poll(
    database: Database, memory: InMemoryBus, sealer: Sealer, handler: Poisoned, story: None
) -> None:
    limits = ConsumerLimits(retry_seconds_min=0.001, poll_seconds=0.1, singly_seconds=0.0)
    async with running(new_consumer(database, memory, sealer, handler, limits)):
        await eventually(lambda: _is(count(database, "parked_event"), 2))
        await eventually(lambda: _is(count(database, "effect"), 9))
    assert await subject_effects(database, "JKK-3") == [1, 2, 3, 4]


async def test_a_dead_letter_can_be_shown_as_json(database: Database, parked: None) -> None:
    shown = orjson.loads(orjson.dumps(asdict(await only_letter(database))))
    assert shown["reason_code"] == "handler-failed"
