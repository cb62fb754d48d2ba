"""Deliveries on a real database, receivers of every kind, days of outage in virtual time."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from shared.crashpoints import Crash, armed
from shared.postgres.database import Transaction
from shared.webhooks import store
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.webhook_rig import BEGIN, Behaviour, Rig, answer, hang, refuse, webhook_rig


@pytest_asyncio.fixture
async def rig(disnaker_database: ServiceDatabase) -> AsyncIterator[Rig]:
    async with webhook_rig(disnaker_database) as made:
        yield made


OUTAGES: dict[str, Behaviour] = {
    "503": lambda _: answer(503),
    "500": lambda _: answer(500),
    "503-retry-after-an-hour": lambda _: answer(503, retry_after="3600"),
    "429-retry-after": lambda _: answer(429, retry_after="600"),
    "301": lambda _: answer(301, location="http://receiver.test/elsewhere"),
    "refuses": refuse,
    "hangs": hang,
}


async def test_messages_of_a_line_arrive_in_order_and_once_whatever_fails_in_between(rig: Rig) -> None:
    dice = random.Random(7)
    rig.behaviour = lambda _: answer(dice.choice([204, 200, 500, 503, 204]))
    endpoint = await rig.endpoint()
    for _ in range(10):
        for line in range(12):
            await rig.send(endpoint, f"case-{line}")
    await rig.pass_time(rig.engine(), BEGIN + timedelta(hours=6))
    assert rig.numbers_taken() == {f"case-{line}": list(range(1, 11)) for line in range(12)}
    assert len(rig.taken) == 120
    assert await rig.states() == {"delivered": 120}


async def test_an_attempt_that_ends_while_the_heads_are_read_is_not_forgotten(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, read = rig.engine(), store.heads

    async def slowly_read(transaction: Transaction, **bounds: Any) -> list[store.Head]:
        found = await read(transaction, **bounds)
        await asyncio.gather(*engine._in_flight.deliveries.values())
        return found

    monkeypatch.setattr(store, "heads", slowly_read)
    rig.behaviour = lambda received: answer(503 if received.line == "case-7" else 204)
    for line in range(8):
        await rig.send(await rig.endpoint(), f"case-{line}")
    assert await engine.send_due() is not None
    assert len(rig.tries) == 8


@pytest.mark.parametrize("outage", OUTAGES)
async def test_after_three_days_of_outage_everything_arrives_in_order_within_half_an_hour(
    rig: Rig, outage: str
) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine()
    rig.behaviour = OUTAGES[outage]
    for line in range(5):
        await rig.send(endpoint, f"case-{line}", 2)
    for day in range(1, 4):
        await rig.pass_time(engine, BEGIN + timedelta(days=day))
        for line in range(5):
            await rig.send(endpoint, f"case-{line}")
    assert all(later.at - earlier.at <= timedelta(minutes=15) for earlier, later in pairwise(rig.tries))
    assert len(rig.tries) < 6_000
    recovered_at = rig.clock.now()
    rig.behaviour = lambda _: answer(204)
    await rig.pass_time(engine, recovered_at + timedelta(minutes=30))
    assert rig.numbers_taken() == {f"case-{line}": [1, 2, 3, 4, 5] for line in range(5)}
    assert await rig.states() == {"delivered": 25}


async def test_a_receiver_that_comes_back_on_the_fourteenth_day_has_lost_nothing(rig: Rig) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine()
    rig.behaviour = lambda _: answer(503)
    await rig.send(endpoint, "case", 3)
    await rig.pass_time(engine, BEGIN + timedelta(days=14))
    rig.behaviour = lambda _: answer(204)
    await rig.pass_time(engine, BEGIN + timedelta(days=14, minutes=30))
    assert rig.numbers_taken() == {"case": [1, 2, 3]}


async def test_after_fourteen_days_a_message_is_given_up_and_the_next_of_its_line_is_tried(rig: Rig) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine(untried_pause=timedelta(minutes=15))
    rig.behaviour = lambda _: answer(503, retry_after="840")
    await rig.send(endpoint, "case", 2)
    await rig.pass_time(engine, BEGIN + timedelta(days=14, minutes=20))
    assert await rig.states() == {"exhausted": 1, "pending": 1}
    rig.behaviour = lambda _: answer(204)
    await rig.pass_time(engine, rig.clock.now() + timedelta(minutes=30))
    assert rig.numbers_taken() == {"case": [2]}


async def test_a_line_that_cannot_be_digested_holds_up_no_other(rig: Rig) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine()
    rig.behaviour = lambda received: answer(500 if received.line == "poison" else 204)
    await rig.send(endpoint, "poison", 2)
    await rig.pass_time(engine, BEGIN + timedelta(hours=3))
    await rig.send(endpoint, "well", 3)
    sent_at = rig.clock.now()
    await rig.pass_time(engine, sent_at)
    assert rig.numbers_taken() == {"well": [1, 2, 3]}
    assert {each.at for each in rig.taken} == {sent_at}


async def test_an_endpoint_that_is_gone_is_paused_and_goes_on_where_it_stopped(rig: Rig) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine()
    rig.behaviour = lambda _: answer(410)
    await rig.send(endpoint, "case", 2)
    await rig.pass_time(engine, BEGIN + timedelta(days=20))
    assert len(rig.tries) == 1
    paused = await rig.fetch("SELECT state, pause_reason FROM webhook_endpoint")
    assert [tuple(row) for row in paused] == [("paused", "gone")]
    rig.behaviour = lambda _: answer(204)
    async with rig.database.system_transaction() as transaction:
        await store.set_endpoint_state(transaction, endpoint, None, rig.clock.now())
    await rig.pass_time(engine, rig.clock.now())
    assert rig.numbers_taken() == {"case": [1, 2]}


async def test_retry_after_is_honoured(rig: Rig) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine()
    rig.behaviour = lambda _: answer(429, retry_after="300")
    await rig.send(endpoint, "case-a")
    await rig.send(endpoint, "case-b")
    await rig.pass_time(engine, BEGIN + timedelta(seconds=299))
    in_flight_together = len(rig.tries)
    assert in_flight_together <= 2
    rig.behaviour = lambda _: answer(204)
    await rig.pass_time(engine, BEGIN + timedelta(seconds=300))
    assert {each.at for each in rig.taken} == {BEGIN + timedelta(seconds=300)}
    assert len(rig.taken) == 2


async def test_a_failing_endpoint_is_not_asked_once_for_every_line(rig: Rig) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine(concurrency_per_endpoint_max=4)
    rig.behaviour = refuse
    for line in range(200):
        await rig.send(endpoint, f"case-{line}")
    await rig.pass_time(engine, BEGIN + timedelta(hours=1))
    # Each message may be tried once soon after it was born; from then on the endpoint's schedule rules.
    first_tries = len({each.message_id for each in rig.tries})
    assert len(rig.tries) - first_tries < 20


async def test_one_failing_endpoint_does_not_slow_another(rig: Rig) -> None:
    away, well = await rig.endpoint("http://away.test/"), await rig.endpoint("http://well.test/")
    engine = rig.engine()
    rig.behaviour = lambda received: refuse(received) if "away" in received.url else answer(204)
    for line in range(20):
        await rig.send(away, f"away-{line}")
        await rig.send(well, f"well-{line}")
    await rig.pass_time(engine, BEGIN)
    assert set(rig.numbers_taken()) == {f"well-{line}" for line in range(20)}


async def test_a_death_between_answer_and_record_sends_the_same_message_id_again(rig: Rig) -> None:
    endpoint = await rig.endpoint()
    sent = await rig.send(endpoint, "case", 2)
    with armed("webhook.after-post"), pytest.raises(Crash):
        await rig.engine().send_due()
    await rig.engine().send_due()
    ids = [each.message_id for each in rig.taken]
    assert ids == [str(sent[0]), str(sent[0]), str(sent[1])]
    assert rig.numbers_taken() == {"case": [1, 2]}


async def test_a_death_after_the_record_repeats_nothing(rig: Rig) -> None:
    endpoint = await rig.endpoint()
    await rig.send(endpoint, "case", 2)
    with armed("webhook.after-record"), pytest.raises(Crash):
        await rig.engine().send_due()
    await rig.engine().send_due()
    assert [each.number for each in rig.taken] == [1, 2]


async def test_a_message_whose_body_was_purged_is_given_up_and_the_line_goes_on(rig: Rig) -> None:
    endpoint = await rig.endpoint()
    purged, _ = await rig.send(endpoint, "case", 2)
    del rig.bodies[purged]
    await rig.engine().send_due()
    assert rig.numbers_taken() == {"case": [2]}
    assert await rig.states() == {"exhausted": 1, "delivered": 1}


async def test_an_endpoint_deleted_while_a_message_is_on_its_way_is_forgotten(rig: Rig) -> None:
    endpoint = await rig.endpoint()
    await rig.send(endpoint, "case", 2)
    engine = rig.engine()
    await engine.start_due()
    await rig.execute("DELETE FROM webhook_endpoint")
    assert await engine.send_due() is None
    assert await rig.states() == {}


async def test_a_paused_delivery_holds_its_own_line_only(rig: Rig) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine()
    await rig.send(endpoint, "held", 2)
    await rig.send(endpoint, "free")
    [row] = await rig.fetch("SELECT id FROM webhook_delivery WHERE line = 'held' AND head")
    async with rig.database.system_transaction() as transaction:
        assert await store.set_delivery_paused(transaction, row["id"], paused=True) == "paused"
    await rig.pass_time(engine, BEGIN)
    assert rig.numbers_taken() == {"free": [1]}
    async with rig.database.system_transaction() as transaction:
        await store.set_delivery_paused(transaction, row["id"], paused=False)
    await rig.pass_time(engine, BEGIN)
    assert rig.numbers_taken() == {"free": [1], "held": [1, 2]}


async def test_messages_added_while_their_line_is_being_finished_are_never_left_behind(rig: Rig) -> None:
    endpoint, engine = await rig.endpoint(), rig.engine()

    async def produce(line: str) -> None:
        for _ in range(20):
            await rig.send(endpoint, line)

    async def consume() -> None:
        while len(rig.taken) < 60:
            await engine.send_due()
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(produce("a"), produce("b"), produce("c"), consume())
    assert rig.numbers_taken() == {line: list(range(1, 21)) for line in "abc"}


async def test_a_running_engine_sends_fresh_messages_at_once_and_a_second_one_takes_over(rig: Rig) -> None:
    endpoint = await rig.endpoint()
    loop = asyncio.get_running_loop()
    first = asyncio.create_task(rig.engine(poll_seconds=30.0).run())
    await rig.send(endpoint, "warm-up")
    await eventually(lambda: len(rig.taken) == 1)
    second = asyncio.create_task(rig.engine(poll_seconds=0.05).run())
    began = loop.time()
    await rig.send(endpoint, "case", 2)
    await eventually(lambda: len(rig.taken) == 3, every_seconds=0.005)
    assert loop.time() - began < 2.0  # far below the poll: NOTIFY woke it
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    await rig.send(endpoint, "case")
    await eventually(lambda: rig.numbers_taken()["case"] == [1, 2, 3])
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second


async def test_memory_of_what_is_delivered_is_bounded_by_a_retention(rig: Rig) -> None:
    endpoint = await rig.endpoint()
    await rig.send(endpoint, "case", 3)
    engine = rig.engine(retention=timedelta(days=90))
    await engine.send_due()
    rig.clock.advance(timedelta(days=91))
    await engine.forget_old()
    assert await rig.states() == {}
