"""Topics are made before anybody writes or reads; brokers do not create them by themselves."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from shared.errors import Unavailable

_REQUEST_TIMEOUT_MS = 10_000
_LOOKS_MAX = 100
_LOOK_EVERY_SECONDS = 0.05


class TopicSpec(Protocol):
    """What this module needs to know of a topic; `shared.events` says the rest."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    def kafka_config(self) -> dict[str, str]: ...


async def ensure_topics(
    bootstrap: str, topics: Iterable[TopicSpec], *, prefix: str = "", replication_factor: int = 1
) -> None:
    """Create the topics that are missing; existing ones stay as they are. Safe to call by several at once.
    Raises Unavailable("kafka")."""
    wanted = [
        NewTopic(prefix + topic.name, topic.partitions, replication_factor, topic_configs=topic.kafka_config())
        for topic in topics
    ]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_REQUEST_TIMEOUT_MS)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = [topic for topic in wanted if topic.name not in existing]
        if missing:
            response = await admin.create_topics(missing, timeout_ms=_REQUEST_TIMEOUT_MS)
            _raise_first_error(response.topic_errors)
            await _until_known(admin, {topic.name for topic in wanted})
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable("kafka") from error
    finally:
        await admin.close()


def _raise_first_error(topic_errors: Iterable[tuple[object, ...]]) -> None:
    for _, code, *_ in topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error


async def _until_known(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """Creation is answered before every part of the broker knows the topics."""
    for _ in range(_LOOKS_MAX):
        if names <= set(await admin.list_topics()):
            return
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    raise TimeoutError("the broker does not show the topics it created")
