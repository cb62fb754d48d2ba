"""The floors: the least that PostgreSQL and Kafka ask for the same effect, in the same run on the same machine."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks.latencies import Latencies
from benchmarks.recording import RecordedTransaction
from shared.events import Topic
from shared.kafka.topics import ensure_topics


async def replayed_per_second(url: str, transactions: Sequence[RecordedTransaction], connections: int) -> float:
    """Transactions per second of a bare asyncpg loop that executes the same statements with the same bytes."""
    waiting = iter(transactions)

    async def worker() -> None:
        connection = await asyncpg.connect(url, server_settings={"jit": "off"})
        try:
            for recorded in waiting:
                await connection.execute(
                    f"BEGIN; SET LOCAL ROLE {recorded.role}; SET LOCAL app.org TO '{recorded.org}'"
                )
                for method, sql, arguments in recorded.statements:
                    await getattr(connection, method)(sql, *arguments)
                await connection.execute("COMMIT")
        finally:
            await connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(connections)))
    return len(transactions) / (time.perf_counter() - began)


async def round_trip_and_commit(bootstrap: str, postgres_url: str, *, per_second: int, seconds: int) -> Latencies:
    """Milliseconds of one Kafka round trip (send, acknowledge, receive) and one committed row after it."""
    name = f"bench.floor.{secrets.token_hex(4)}"
    topic = Topic(name, "none", (), "The floor of a measurement.", 1, timedelta(hours=1))
    await ensure_topics(bootstrap, [topic])
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("CREATE TEMPORARY TABLE floor (body bytea)")
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
    consumer = AIOKafkaConsumer(topic.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    took = Latencies()
    body = secrets.token_bytes(2000)
    loop = asyncio.get_running_loop()
    try:
        for number in range(-per_second, per_second * seconds):
            began = loop.time()
            await producer.send_and_wait(topic.name, body)
            await consumer.getone()
            await connection.execute("INSERT INTO floor VALUES ($1)", body)
            if number >= 0:  # The first second warms up.
                took.add((loop.time() - began) * 1000)
            await asyncio.sleep(max(0.0, began + 1 / per_second - loop.time()))
    finally:
        await consumer.stop()
        await producer.stop()
        await connection.close()
    return took
