"""Dying at any boundary, in any service, leads to the same claim and one notification.

Enumerated from the registry of crash points: a new one is tested the moment it is named, and one that this story never
reaches fails the test.
"""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.settings import SERVICES
from shared.crashpoints import CRASHPOINTS, judged
from shared.events.topics import ACCIDENT_REPORTS
from shared.kafka.bus import Record
from shared.sealing import load_secrets
from tests.end_to_end.conftest import World
from tests.support.eventually import eventually
from tests.support.one_accident import Accident, essence

STORY = ("report", "bundle", "document", "statement", "stage_2", "determination")
LISTENERS = tuple(name for name in SERVICES if name != "partners")
# Where a family of points is passed; a name that no family covers is asked for in the service that its own says.
WHERE: dict[str, tuple[str, ...]] = {
    "transaction": SERVICES,
    "outbox": SERVICES,
    "consumer": LISTENERS,
    "webhook": ("disnaker_gateway",),
    "document": ("intake",),
    "sequencer": ("verification",),
}
# Passed only when an event can't be handled: the story then begins with one.
AFTER_POISON = frozenset(
    {"consumer.before-dead-letter-commit", "consumer.after-dead-letter-commit", "consumer.after-redrive"}
)
# The first passages lie in the meeting of the parties, the later ones all over the story.
PASSAGES = frozenset({1, 2, 4, 8, 16})
CASES = [
    pytest.param(service, point, id=f"{service}-{point}")
    for point in CRASHPOINTS
    for service in (("verification",) if point in AFTER_POISON else WHERE[point.partition(".")[0]])
]


async def poison(world: World, accident: Accident) -> None:
    """Something unreadable under the key of this worker: all that follows has to wait behind it."""
    key = load_secrets(world.hub.secrets_dir, {}).worker_keys.worker_key(nik=accident.nik)
    await world.bus.publish([Record(ACCIDENT_REPORTS, key, b"not an event", {"ce_id": str(uuid.uuid4())})])


async def discard_poison(world: World) -> None:
    """The operator, who looks again when the service died over it."""

    path = "/v1/operations/dead-letters"

    async def letters(state: str) -> list[dict[str, Any]]:
        page = await world.operator.read("verification", path, params={"state": state})
        found: list[dict[str, Any]] = page["items"]
        return found

    async def nothing_left() -> bool:
        for letter in await letters("open"):
            key = {"Idempotency-Key": uuid.uuid4().hex}
            body = {"reason": "no event at all"}
            await world.operator.ask("POST", "verification", f"{path}/{letter['id']}/discard", json=body, headers=key)
        return bool(await letters("discarded"))

    await eventually(nothing_left)


async def live_through(world: World, choose: Callable[[str, str], bool], *, poisoned: bool = False) -> Accident:
    """The whole story under fire, from the meeting of the parties to the hub's rest."""
    with judged(world.hub.condemn(choose)):
        await world.meet()
        accident = Accident(world.parties)
        if poisoned:
            await poison(world, accident)
        await accident.play(*STORY[:-1])
        if poisoned:
            await discard_poison(world)
        await accident.play(STORY[-1])
        await world.rest()
    await world.rest()
    return accident


_undisturbed: dict[str, Any] = {}


async def assert_as_if_nothing_had_happened(world: World, accident: Accident) -> None:
    claim = await accident.whole_claim()
    assert await world.broken() == []
    effects = Counter(effect["type"] for effect in world.receiver.effects(claim["case_number"]))
    assert effects["case.opened"] == 1
    if not _undisturbed:
        # Once for all tests: it is the same each time, as other tests say.
        undisturbed = Accident(world.parties)
        await undisturbed.play(*STORY)
        await world.rest()
        _undisturbed.update(essence(await undisturbed.whole_claim()))
    assert essence(claim) == _undisturbed


@pytest.mark.parametrize(("service", "point"), CASES)
async def test_dying_there_costs_and_doubles_nothing(service: str, point: str, new_world: World) -> None:
    passed: Counter[str] = Counter()

    def choose(where: str, reached: str) -> bool:
        if (where, reached) != (service, point):
            return False
        passed[reached] += 1
        return passed[reached] in PASSAGES

    accident = await live_through(new_world, choose, poisoned=point in AFTER_POISON)
    assert new_world.hub.crashes, f"{service} never passes {point}"
    await assert_as_if_nothing_had_happened(new_world, accident)


@pytest.mark.parametrize("seed", range(4))
async def test_dying_anywhere_again_and_again_costs_and_doubles_nothing(seed: int, new_world: World) -> None:
    chance = random.Random(seed)

    def choose(where: str, reached: str) -> bool:
        return len(new_world.hub.crashes) < 25 and chance.random() < 0.03

    accident = await live_through(new_world, choose)
    assert len(new_world.hub.crashes) > 3
    await assert_as_if_nothing_had_happened(new_world, accident)


async def test_every_crash_point_has_a_place_in_the_story() -> None:
    assert {case.values[1] for case in CASES} == set(CRASHPOINTS)
