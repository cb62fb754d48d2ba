"""One accident, four parties, one claim: in whatever order their parts arrive."""

from itertools import permutations

from tests.end_to_end.conftest import World
from tests.support.one_accident import Accident, essence

STEPS = ("report", "bundle", "statement", "stage_2", "determination")


def makes_sense(order: tuple[str, ...]) -> bool:
    """Tahap II follows its report and the statement its visit; a case must exist before it is determined."""
    return (
        order.index("report") < order.index("stage_2")
        and order.index("bundle") < order.index("statement")
        and order[0] != "determination"
    )


ORDERS = [order for order in permutations(STEPS) if makes_sense(order)]
EVIDENCE = [
    ("disnaker_gateway", "determination"),
    ("hospital_gateway", "medical-report"),
    ("intake", "accident-report"),
]


async def assert_all_the_same(world: World, accidents: dict[tuple[str, ...], Accident]) -> None:
    """Each order led to one claim, the same one, and told the office of it once."""
    await world.rest()
    claims = {order: await accident.whole_claim() for order, accident in accidents.items()}
    ends = {order: essence(claim) for order, claim in claims.items()}
    first = ends[ORDERS[0]]
    assert first["evidence"] == EVIDENCE
    assert [order for order in ORDERS if ends[order] != first] == []
    assert await world.broken() == []
    for order, claim in claims.items():
        effects = [effect["type"] for effect in world.receiver.effects(claim["case_number"])]
        assert effects.count("case.opened") == 1, (order, effects)
        assert effects[0] == "case.opened", (order, effects)


async def test_every_order_of_arrival_ends_in_the_same_claim(world: World) -> None:
    accidents = {order: Accident(world.parties) for order in ORDERS}
    for number in range(len(STEPS)):
        for order, accident in accidents.items():
            await accident.play(order[number])
        # What was sent has arrived everywhere before the next part is sent.
        await world.rest()
    await assert_all_the_same(world, accidents)


async def test_parts_that_overtake_each_other_on_their_way_end_in_the_same_claim(world: World) -> None:
    accidents = {order: Accident(world.parties) for order in ORDERS}
    for order, accident in accidents.items():
        await accident.play(*order)
    await assert_all_the_same(world, accidents)
