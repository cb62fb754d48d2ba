"""What a broker refuses reaches the caller as Unavailable, whether aiokafka tells it alone or in a group."""

from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, NotLeaderForPartitionError

from shared.errors import Unavailable
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import Record


class RefusingBus(AioKafkaBus):
    """Its broker refuses every batch with `error`."""

    error: Exception = NotLeaderForPartitionError()

    async def _running_producer(self) -> Any:
        return None

    async def _by_partition(self, producer: Any, records: Any) -> Any:
        return {("topic", partition): list(records) for partition in range(3)}

    async def _send_in_order(self, *_: Any) -> None:
        raise self.error

    async def _give_up(self, producer: Any) -> None:
        """There is none."""


@pytest.mark.parametrize("error", [NotLeaderForPartitionError(), KafkaTimeoutError(), OSError()])
async def test_a_refused_batch_is_unavailable(error: Exception) -> None:
    bus = RefusingBus("none:1")
    bus.error = error
    with pytest.raises(Unavailable):
        await bus.publish([Record("topic", "key", b"value")])


async def test_a_bug_is_not_called_unavailable() -> None:
    bus = RefusingBus("none:1")
    bus.error = KeyError("ours")
    with pytest.raises(ExceptionGroup):
        await bus.publish([Record("topic", "key", b"value")])
