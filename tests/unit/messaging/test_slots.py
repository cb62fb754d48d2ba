"""Where rows belong: slots of the outbox, ids of dead letters."""

from typing import Any

import pytest

from shared.errors import Unreadable
from shared.kafka.bus import Received
from shared.outbox import Relay
from shared.outbox.append import SLOTS, slot_of
from shared.outbox.dead_letters import dead_letter_id, failure_of

NOTHING: Any = None


def test_slots_do_not_change_between_releases() -> None:
    assert [slot_of(name) for name in ("JKK-1", "JKK-2", "a", "")] == [13, 7, 3, 0]


def test_aggregates_spread_over_all_slots() -> None:
    assert {slot_of(f"JKK-{number}") for number in range(500)} == set(range(SLOTS))


@pytest.mark.parametrize("shards", [1, 2, 3, 5, SLOTS])
def test_relays_share_out_every_slot_exactly_once(shards: int) -> None:
    relays = [Relay(NOTHING, NOTHING, shard=shard, shards=shards) for shard in range(shards)]
    assert sorted(slot for relay in relays for slot in relay.slots) == list(range(SLOTS))


@pytest.mark.parametrize(("shard", "shards"), [(1, 1), (-1, 2), (0, 0), (0, SLOTS + 1)])
def test_a_shard_outside_its_number_is_refused(shard: int, shards: int) -> None:
    with pytest.raises(ValueError, match="shard"):
        Relay(NOTHING, NOTHING, shard=shard, shards=shards)


def test_a_record_always_makes_the_same_dead_letter_and_another_one_another() -> None:
    record = Received("t", 1, 2, "k", b"v", {})
    assert dead_letter_id("g", record) == dead_letter_id("g", record)
    others = [("h", record), ("g", Received("t", 1, 3, "k", b"v", {})), ("g", Received("t", 1, 2, "k", b"w", {}))]
    assert dead_letter_id("g", record) not in {dead_letter_id(group, other) for group, other in others}


def test_only_our_own_errors_are_quoted() -> None:
    assert failure_of(ValueError("NIK 3174012345678901"), 5).detail == "ValueError"
    assert failure_of(Unreadable("event.schema", "2 fields"), 1).detail == "2 fields"
