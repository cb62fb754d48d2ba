"""What lies on a topic, as Kafka clients read it that others wrote: in C, in Java and, in `programs`, in JavaScript."""

import subprocess
import time
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from deploy.local.bootstrap import cache_folder
from deploy.local.kafka import java_program
from deploy.local.kafka_jars import KAFKA_VERSION, Jar, fetch_jar, fetch_jars, jar_folder
from deploy.local.progress import SilentReporter
from deploy.local.settings import HubSettings

_READ_SECONDS = 60.0
# Kafka's own command-line tools; the hub needs none of them.
_TOOLS = Jar(
    f"org.apache.kafka:kafka-tools:{KAFKA_VERSION}",
    f"kafka-tools-{KAFKA_VERSION}.jar",
    698_668,
    "62f3c5dd7aa3442d4c5bc6a95f86e2502178ea09de8e27f74d9563bf955e253c",
)


@dataclass(frozen=True)
class Record:
    """One record. `value` is None for a tombstone."""

    partition: int
    offset: int
    key: str
    headers: dict[str, str]
    value: str | None


def in_order(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (record.partition, record.offset))


def by_librdkafka(bootstrap: str, topic: str) -> list[Record]:
    """By the C library that most languages wrap."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "outsider", "enable.auto.commit": False},
    )
    try:
        partitions = consumer.list_topics(topic, timeout=_READ_SECONDS).topics[topic].partitions
        ends = {number: _end(consumer, topic, number) for number in partitions}
        consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
        records: list[Record] = []
        deadline = time.monotonic() + _READ_SECONDS
        while any(consumed < ends[number] for number, consumed in _positions(consumer, topic, partitions).items()):
            assert time.monotonic() < deadline, f"{topic} could not be read to its end"
            records += [_record(message) for message in consumer.consume(500, timeout=0.1)]
        return in_order(records)
    finally:
        consumer.close()


def _end(consumer: Consumer, topic: str, number: int) -> int:
    return int(consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=_READ_SECONDS)[1])


def _positions(consumer: Consumer, topic: str, partitions: Any) -> dict[int, int]:
    """The next offset of each partition; negative while nothing was read."""
    asked = [TopicPartition(topic, number) for number in partitions]
    return {found.partition: max(0, found.offset) for found in consumer.position(asked)}


def _record(message: Any) -> Record:
    assert message.error() is None, message.error()
    headers = {name: value.decode() for name, value in message.headers() or []}
    value = message.value()
    return Record(
        message.partition(),
        message.offset(),
        message.key().decode(),
        headers,
        None if value is None else value.decode(),
    )


def by_java(bootstrap: str, topic: str, count: int) -> list[Record]:
    """By Kafka's own console consumer, told to stop after `count` records."""
    cache = cache_folder()
    jars = fetch_jars(cache, SilentReporter(), HubSettings.load().maven_repository)
    tools = jar_folder(cache) / _TOOLS.file
    if not tools.exists():
        fetch_jar(_TOOLS, tools.parent, HubSettings.load().maven_repository, lambda _size: None)
    shown = [f"print.{part}=true" for part in ("partition", "offset", "headers", "key")]
    properties = [*shown, "headers.separator=|", "null.literal=NULL"]
    done = subprocess.run(
        [
            *(java_program(), "-Xmx256m", "-cp", ":".join(map(str, [*jars, tools]))),
            *("org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", bootstrap),
            *("--topic", topic, "--from-beginning", "--max-messages", str(count)),
            *("--timeout-ms", str(int(_READ_SECONDS * 1000))),
            *(part for each in properties for part in ("--formatter-property", each)),
        ],
        capture_output=True,
        text=True,
        timeout=2 * _READ_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return in_order([_printed(line) for line in done.stdout.splitlines()])


def _printed(line: str) -> Record:
    partition, offset, headers, key, value = line.split("\t", 4)
    told = dict(header.split(":", 1) for header in headers.split("|"))
    return Record(
        int(partition.removeprefix("Partition:")),
        int(offset.removeprefix("Offset:")),
        key,
        told,
        None if value == "NULL" else value,
    )
