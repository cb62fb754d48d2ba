"""Topics of one test on a broker that others use too: a prefix of its own, gone afterwards."""

import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient

from shared.events.topics import Topic
from shared.kafka.topics import ensure_topics
from tests.support.eventually import eventually


def small_topic(name: str, *, compacted: bool = False) -> Topic:
    """A topic with few partitions, so that many tests can share a small broker."""
    return Topic(name, "any key", (), "Of a test.", partitions=3, compacted=compacted)


@asynccontextmanager
async def topics_of_a_test(bootstrap: str, topics: Iterable[Topic]) -> AsyncIterator[str]:
    """Creates `topics`, yields their prefix, removes them."""
    wanted, prefix = list(topics), f"test-{secrets.token_hex(4)}-"
    await ensure_topics(bootstrap, wanted, prefix=prefix)
    try:
        yield prefix
    finally:
        await delete_topics(bootstrap, [prefix + topic.name for topic in wanted])


async def delete_topics(bootstrap: str, names: list[str]) -> None:
    """Returns when the broker shows them no more; until then it may still take records for them."""

    async def gone() -> bool:
        return not set(names) & set(await admin.list_topics())

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(names)
        await eventually(gone)
    finally:
        await admin.close()
