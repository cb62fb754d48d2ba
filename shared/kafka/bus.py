"""The port to the event bus. Two implementations, one behaviour: `in_memory` and `aiokafka_bus`.

What both promise, and one test suite checks on both:
- records with one key keep their order, also when `publish` fails half-way and is tried again;
- each group reads every record at least once; what it has not committed comes again after a restart;
- topic and group names are logical: a prefix, where there is one, never leaves the implementation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """What is published. `value` None is a tombstone: compaction forgets the key."""

    topic: str
    key: str
    value: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """What comes out. Foreign writers may leave out the key; text that is not UTF-8 arrives with its bytes escaped."""

    topic: str
    partition: int
    offset: int
    key: str | None
    value: bytes | None
    headers: Mapping[str, str]


class Subscription(Protocol):
    """One member of a consumer group. Used by one task at a time."""

    async def poll(self, max_records: int, timeout_seconds: float) -> list[Received]:
        """What is there, at most `max_records`, as soon as anything is there; [] after `timeout_seconds`. In order
        within a partition. Raises Unavailable when the client had to be given up; subscribe again."""

    async def commit(self, records: Sequence[Received]) -> bool:
        """Mark `records` and all before them in their partitions as done by the group. False when that could not be
        said in time: then they may come again."""

    async def rewind(self, records: Sequence[Received]) -> None:
        """Let `records`, polled and not committed, come again with the next polls."""

    def lag(self) -> dict[str, int]:
        """By topic: records that this member is to read and has not read, as far as it knows."""

    def problems(self) -> list[str]:
        """What keeps it from reading, in words for an operator."""

    async def close(self) -> None:
        """Leave the group."""


class EventBus(Protocol):
    """Publishes records and hands out subscriptions."""

    async def publish(self, records: Sequence[Record]) -> None:
        """Returns when every record is acknowledged by the broker. Raises Unavailable("kafka") when one is not: then
        any of them may or may not be there, none is there without the earlier ones of its key, and all are to be
        published again."""

    async def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """Join `group`; a new group begins at the earliest record. Raises Unavailable("kafka")."""

    async def close(self) -> None:
        """Give back connections. Subscriptions are closed by who opened them."""
