"""Kafka being away stops nobody from accepting; when it is back, everything follows."""

import os
import secrets
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from shared.events import TOPICS
from tests.end_to_end.conftest import World, a_world
from tests.support.aiokafka_leaks import aiokafka_leaks_stay_here
from tests.support.databases import ServiceDatabase
from tests.support.hub import Wires, base_url
from tests.support.hub_checks import unrest
from tests.support.kafka_topics import topics_of_a_test
from tests.support.one_accident import Accident, essence
from tests.support.parties import register
from tests.support.servers import KafkaServer, own_kafka
from tests.support.webhook_receiver import WebhookReceiver

BEFORE = ("report", "bundle")
DURING = ("statement", "document", "stage_2", "determination")
STORY = (*BEFORE, *DURING)
RESTARTS = (
    ("report", "intake"),
    ("bundle", "hospital_gateway"),
    ("statement", "verification"),
    ("document", "partners"),
    ("stage_2", "verification"),
    ("determination", "disnaker_gateway"),
)


@pytest.fixture(autouse=True)
def _leaks_stay_here() -> Iterator[None]:
    with aiokafka_leaks_stay_here():
        yield


@pytest_asyncio.fixture
async def kafka_world(
    kafka: KafkaServer, places: Mapping[str, ServiceDatabase], tmp_path: Path, receiver: WebhookReceiver
) -> AsyncIterator[World]:
    """Each service with its own clients of a real broker."""
    async with (
        topics_of_a_test(kafka.bootstrap, TOPICS.values()) as prefix,
        a_world(places, tmp_path, receiver, Wires(bootstrap=kafka.bootstrap, prefix=prefix)) as world,
    ):
        await world.meet()
        yield world


async def accepted_while_away(world: World) -> list[Accident]:
    """Every gateway and the registry take what comes: of a case that was known before, and of a new one."""
    known, new = Accident(world.parties), Accident(world.parties)
    await known.play(*BEFORE)
    await world.rest()
    return [known, new]


async def send_everything(world: World, known: Accident, new: Accident) -> None:
    await known.play(*DURING)
    await new.play(*STORY[:-1])
    await register(world.operator, "employer", f"employer:{secrets.token_hex(4)}")


async def assert_all_followed(world: World, known: Accident, new: Accident) -> None:
    await new.play("determination")
    await world.rest()
    first, second = await known.whole_claim(), await new.whole_claim()
    assert essence(first) == essence(second)
    assert await world.broken() == []


async def test_every_gateway_accepts_while_the_broker_is_away(world: World) -> None:
    known, new = await accepted_while_away(world)
    world.bus.away = True
    await send_everything(world, known, new)
    left = await unrest(world.hub)
    assert {f"{name} has unsent events" for name in ("partners", "intake", "hospital_gateway")} <= set(left)
    ready = await world.hub.http.get(base_url("intake") + "/readyz")
    assert ready.status_code == 503
    world.bus.away = False
    await assert_all_followed(world, known, new)


async def test_a_publish_that_fails_half_way_is_made_good(world: World) -> None:
    for after_records in (0, 1, 0, 2, 1):
        world.bus.fail_next_publish(after_records=after_records)
    known, new = await accepted_while_away(world)
    await send_everything(world, known, new)
    await assert_all_followed(world, known, new)


async def test_the_whole_story_runs_on_a_real_broker(kafka_world: World) -> None:
    accidents = [Accident(kafka_world.parties) for _ in range(3)]
    for accident in accidents:
        await accident.play(*STORY)
    await kafka_world.rest()
    ends = [essence(await accident.whole_claim()) for accident in accidents]
    assert ends == ends[:1] * 3
    assert await kafka_world.broken() == []


async def test_services_that_restart_after_every_step_find_their_place_on_a_real_broker(kafka_world: World) -> None:
    accident = Accident(kafka_world.parties)
    for step, service in RESTARTS:
        await accident.play(step)
        await kafka_world.hub.stop(service)
        await kafka_world.hub.up(service)
    await kafka_world.rest()
    assert len((await accident.whole_claim())["evidence"]) == 3
    assert await kafka_world.broken() == []


@pytest.mark.timeout(240)
async def test_every_gateway_accepts_while_a_real_broker_is_frozen(
    places: Mapping[str, ServiceDatabase], tmp_path: Path, receiver: WebhookReceiver
) -> None:
    with own_kafka() as broker:
        async with a_world(places, tmp_path, receiver, Wires(bootstrap=broker.bootstrap)) as world:
            await world.meet()
            known, new = await accepted_while_away(world)
            pid = broker.process.pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            try:
                await send_everything(world, known, new)
                assert "intake has unsent events" in await unrest(world.hub)
            finally:
                os.kill(pid, signal.SIGCONT)
            await assert_all_followed(world, known, new)
