"""How far a group is behind, asked of the broker on connections of its own."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

_PROBE_TIMEOUT_SECONDS = 15.0


async def group_lag(bootstrap: str, group: str, topics: Sequence[str]) -> int | None:
    """Records of `topics` that `group` has not committed, all members together; None when the broker does not answer
    in time. A consumer with assigned partitions never joins the group, so the probe disturbs nobody."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_SECONDS):
            await consumer.start()
            places = []
            for topic in topics:
                await consumer._client._wait_on_metadata(topic)
                places += [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            begins = await consumer.beginning_offsets(places)
            committed = [await consumer.committed(place) for place in places]
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await consumer.stop()
    behind = zip(places, committed, strict=True)
    return sum(max(0, ends[place] - (begins[place] if at is None else at)) for place, at in behind)
