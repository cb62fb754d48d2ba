"""PostgreSQL and Kafka for tests: those named in the environment, else our own on free ports, gone afterwards.

`SIMPUL_TEST_POSTGRES_URL` (a superuser's address) and `SIMPUL_TEST_KAFKA_BOOTSTRAP` name servers that run already.
Tests that kill a server use `own_postgres()` and `own_kafka()`, which are never shared.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.bootstrap import cache_folder
from deploy.local.kafka import EmbeddedKafka
from deploy.local.ports import free_port
from deploy.local.postgres import EmbeddedPostgres

POSTGRES_VARIABLE = "SIMPUL_TEST_POSTGRES_URL"
KAFKA_VARIABLE = "SIMPUL_TEST_KAFKA_BOOTSTRAP"


@dataclass(frozen=True)
class PostgresServer:
    """`url` logs in as a superuser."""

    url: str


@dataclass(frozen=True)
class KafkaServer:
    """`bootstrap` is host:port."""

    bootstrap: str


@contextmanager
def own_postgres(*, trust: bool = True) -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, started; `.kill()`, `.start()` and `.stop()` keep its data until the end."""
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="simpul-postgres-")), free_port(), trust=trust)
    try:
        server.start()
        yield server
    finally:
        server.destroy()


@contextmanager
def own_kafka() -> Iterator[EmbeddedKafka]:
    """A broker of this test's own, started; `.kill()`, `.start()` and `.stop()` keep its data until the end."""
    folder = Path(tempfile.mkdtemp(prefix="simpul-kafka-"))
    server = EmbeddedKafka(folder, free_port(), free_port(), cache=cache_folder())
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """The server that the session's tests share."""
    if url := os.environ.get(POSTGRES_VARIABLE):
        yield PostgresServer(url)
        return
    with own_postgres() as server:
        yield PostgresServer(server.url)


@contextmanager
def kafka_server() -> Iterator[KafkaServer]:
    """The broker that the session's tests share."""
    if bootstrap := os.environ.get(KAFKA_VARIABLE):
        yield KafkaServer(bootstrap)
        return
    with own_kafka() as server:
        yield KafkaServer(server.bootstrap)
