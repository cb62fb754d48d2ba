"""How far a group is behind, asked of the broker on connections of its own."""

import asyncio
from collections.abc import Collection, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

_PROBE_TIMEOUT_SECONDS = 15.0


async def group_lag(
    bootstrap: str, group: str, topics: Sequence[str], only: Collection[TopicPartition] | None = None
) -> int | None:
    """Records that `group` has not committed in `only`, else in all partitions of `topics`; None when the broker does
    not answer in time. A consumer with assigned partitions never joins the group, so the probe disturbs nobody."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_SECONDS):
            await consumer.start()
            places = list(only) if only is not None else await _all_partitions(consumer, topics)
            if not places:
                return 0
            consumer.assign(places)
            ends: dict[TopicPartition, int] = await consumer.end_offsets(places)
            begins: dict[TopicPartition, int] = await consumer.beginning_offsets(places)
            behind = 0
            for place in places:
                committed: int = await consumer.committed(place) or 0
                behind += max(0, ends[place] - max(begins[place], committed))
            return behind
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await consumer.stop()


async def _all_partitions(consumer: AIOKafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
    places = []
    for topic in topics:
        await consumer._client._wait_on_metadata(topic)
        places += [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    return places
