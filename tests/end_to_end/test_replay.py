"""Topics are read again, twice, shuffled and backwards: an effect takes place once, and order cannot matter."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from shared.events.topics import ACCIDENT_REPORTS, MEDICAL_REPORTS
from shared.kafka.bus import Received, Record
from shared.kafka.in_memory import InMemoryBus
from tests.end_to_end.conftest import World
from tests.support.eventually import eventually
from tests.support.hub import Wires
from tests.support.hub_checks import HEARD
from tests.support.hub_databases import empty
from tests.support.one_accident import Accident, essence

# Measures are made from the stream when nothing else waits, perhaps after the end of a test's story.
_TABLES = """SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname !~ '^claim_measure' ORDER BY relname"""
ORDERS = (
    ("report", "bundle", "statement", "document", "stage_2"),
    ("bundle", "report", "stage_2", "statement", "document"),
    ("bundle", "statement", "report", "document", "stage_2"),
)


async def state_hashes(world: World, service: str) -> dict[str, str]:
    """By table, of all its rows whatever their order."""
    found = {}
    for (table,) in await world.hub.rows(service, _TABLES):
        sql = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} AS t"
        ((found[table],),) = await world.hub.rows(service, sql)
    return found


def copies(records: Iterable[Received]) -> list[Record]:
    return [Record(record.topic, record.key or "", record.value, record.headers) for record in records]


async def restart_on(world: World, service: str, records: Sequence[Record], topics: Sequence[str]) -> None:
    """Start a service that was stopped with its group at the beginning of topics that hold `records`, and wait until
    it has read them all."""
    bus = InMemoryBus()
    await bus.publish(records)
    world.hub.wires = Wires(bus)
    await world.hub.up(service)
    await eventually(lambda: not sum(bus.uncommitted(service, topic) for topic in topics), timeout_seconds=60.0)


async def test_reading_everything_again_changes_nothing_anywhere(world: World) -> None:
    chance = random.Random(20)
    for order in ORDERS:
        await Accident(world.parties).play(*order, "determination")
    await world.rest()
    said = world.bus
    # Whoever comes back to the stream is noted in the log of accesses.
    await world.part()
    for service, topics in HEARD.items():
        await world.hub.stop(service)
        before = await state_hashes(world, service)
        again = [record for topic in topics for record in copies(said.records(topic))] * 2
        chance.shuffle(again)
        assert again
        await restart_on(world, service, again, topics)
        assert await state_hashes(world, service) == before


async def test_evidence_that_comes_backwards_makes_the_same_claims(world: World) -> None:
    accidents = [Accident(world.parties) for _ in ORDERS]
    for accident, order in zip(accidents, ORDERS, strict=True):
        await accident.play(*order)
    await world.rest()
    before = [essence(await accident.claim()) for accident in accidents]
    topics = (ACCIDENT_REPORTS, MEDICAL_REPORTS)
    said = copies(record for topic in topics for record in world.bus.records(topic))
    ends: dict[str, list[dict[str, Any]]] = {}
    for name, records in (("backwards", said[::-1]), ("shuffled", random.Random(21).sample(said, len(said)))):
        await world.hub.stop("verification")
        await empty({"verification": world.hub.places["verification"]})
        await restart_on(world, "verification", records, topics)
        ends[name] = [essence(await accident.claim()) for accident in accidents]
    assert ends == {"backwards": before, "shuffled": before}
