"""The bus without a broker, for tests of everything above it: partitions, groups, offsets, rebalance, and failures on
demand. Keeps every record for its whole life."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

from shared.errors import Unavailable
from shared.kafka.bus import EventBus, Received, Record, Subscription

_Partition = tuple[str, int]


@dataclass
class _Group:
    """Who reads what in one group, and how far the group has committed."""

    members: list["InMemorySubscription"] = field(default_factory=list)
    committed: dict[_Partition, int] = field(default_factory=lambda: defaultdict(int))

    def rebalance(self, partitions: int) -> None:
        """Deal the partitions out again; whoever gets one begins at the committed offset."""
        topics = {topic for member in self.members for topic in member.topics}
        before = {member: set(member.positions) for member in self.members}
        for member in self.members:
            member.positions = {p: at for p, at in member.positions.items() if p[0] in member.topics}
        for topic in sorted(topics):
            readers = [member for member in self.members if topic in member.topics]
            for number in range(partitions):
                owner = readers[number % len(readers)]
                for member in readers:
                    if member is not owner:
                        member.positions.pop((topic, number), None)
                    elif (topic, number) not in before[member]:
                        member.positions[topic, number] = self.committed[topic, number]


class InMemoryBus:
    """An EventBus in one process. `away` makes it behave like a broker that is gone."""

    def __init__(self, *, partitions: int = 12) -> None:
        self._partitions = partitions
        self._log: dict[_Partition, list[Received]] = defaultdict(list)
        self._groups: dict[str, _Group] = defaultdict(_Group)
        self._arrived = asyncio.Condition()
        self._failures_after: list[int] = []
        self.away = False

    def fail_next_publish(self, *, after_records: int = 0) -> None:
        """The next publish acknowledges `after_records` records and then fails; call again for a second failure."""
        self._failures_after.append(after_records)

    def records(self, topic: str) -> list[Received]:
        """Everything in `topic`, partition by partition."""
        return [record for number in range(self._partitions) for record in self._log[topic, number]]

    def uncommitted(self, group: str, topic: str) -> int:
        """How many records of `topic` the group has not committed."""
        committed = self._groups[group].committed
        return sum(len(self._log[topic, number]) - committed[topic, number] for number in range(self._partitions))

    async def publish(self, records: Sequence[Record]) -> None:
        if self.away:
            raise Unavailable("kafka")
        fails_after = self._failures_after.pop(0) if self._failures_after else None
        for record in records[:fails_after]:
            partition = crc32(record.key.encode()) % self._partitions
            log = self._log[record.topic, partition]
            received = Received(record.topic, partition, len(log), record.key, record.value, dict(record.headers))
            log.append(received)
        async with self._arrived:
            self._arrived.notify_all()
        if fails_after is not None:
            raise Unavailable("kafka")

    async def subscribe(self, group: str, topics: Sequence[str]) -> "InMemorySubscription":
        if self.away:
            raise Unavailable("kafka")
        member = InMemorySubscription(self, self._groups[group], topics)
        self._groups[group].members.append(member)
        self._groups[group].rebalance(self._partitions)
        return member

    async def close(self) -> None:
        """Nothing to give back."""

    def _leave(self, group: _Group, member: "InMemorySubscription") -> None:
        if member in group.members:
            group.members.remove(member)
            group.rebalance(self._partitions)

    def _read(self, partition: _Partition, at: int, most: int) -> list[Received]:
        return self._log[partition][at : at + most]

    def _end(self, partition: _Partition) -> int:
        return len(self._log[partition])


class InMemorySubscription:
    """A member of a group of the in-memory bus."""

    def __init__(self, bus: InMemoryBus, group: _Group, topics: Sequence[str]) -> None:
        self._bus = bus
        self._group = group
        self.topics = tuple(topics)
        self.positions: dict[_Partition, int] = {}

    async def poll(self, max_records: int, timeout_seconds: float) -> list[Received]:
        try:
            async with asyncio.timeout(timeout_seconds), self._bus._arrived:
                while not (found := self._take(max_records)):
                    await self._bus._arrived.wait()
        except TimeoutError:
            return []
        return found

    def _take(self, most: int) -> list[Received]:
        taken: list[Received] = []
        for partition, at in self.positions.items():
            if self._bus.away or len(taken) == most:
                break
            found = self._bus._read(partition, at, most - len(taken))
            self.positions[partition] = at + len(found)
            taken += found
        return taken

    async def commit(self, records: Sequence[Received]) -> bool:
        if self._bus.away:
            return False
        owned = [record for record in records if (record.topic, record.partition) in self.positions]
        for record in owned:
            partition = (record.topic, record.partition)
            self._group.committed[partition] = max(self._group.committed[partition], record.offset + 1)
        return len(owned) == len(records)

    async def rewind(self, records: Sequence[Received]) -> None:
        for record in records:
            partition = (record.topic, record.partition)
            if partition in self.positions:
                self.positions[partition] = min(self.positions[partition], record.offset)

    def lag(self) -> dict[str, int]:
        lag = dict.fromkeys(self.topics, 0)
        for (topic, number), at in self.positions.items():
            lag[topic] += self._bus._end((topic, number)) - at
        return lag

    def problems(self) -> list[str]:
        return ["kafka is away"] if self._bus.away else []

    async def close(self) -> None:
        self._bus._leave(self._group, self)


def _holds_to_the_port(bus: InMemoryBus, subscription: InMemorySubscription) -> tuple[EventBus, Subscription]:
    """For the type checker: both classes are what the port asks for."""
    return bus, subscription
