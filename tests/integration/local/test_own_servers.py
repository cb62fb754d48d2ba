"""The real PostgreSQL and Kafka of the launcher: start, stop, `kill -9`, start again, as root and as anybody."""

import asyncio
import os
import pwd
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.bootstrap import ROOT
from deploy.local.kafka_ready import broker_answers
from deploy.local.ports import free_port, is_free
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.problems import HubProblem
from shared.events.topics import Topic
from shared.kafka.topics import ensure_topics
from tests.support.servers import own_kafka, own_postgres


async def execute(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_postgres_keeps_what_was_committed_over_kill_and_restart() -> None:
    with own_postgres(trust=False) as server:
        await execute(server.url, "CREATE TABLE kept AS SELECT 41 AS n")
        await execute(server.url, "UPDATE kept SET n = 42 RETURNING n")
        server.kill()
        assert server.process.pid is None
        await asyncio.to_thread(server.start)
        assert await execute(server.url, "SELECT n FROM kept") == 42
        await asyncio.to_thread(server.restart)
        assert await execute(server.url, "SELECT n FROM kept") == 42
        assert await execute(server.url, "SHOW fsync") == "on"
        assert await execute(server.url, "SHOW max_connections") == "300"
        assert await execute(server.url, "SHOW listen_addresses") == "127.0.0.1"
    assert is_free(server.port)
    assert not server.data.exists()


async def test_postgres_refuses_a_wrong_password() -> None:
    with own_postgres(trust=False) as server:
        assert server.password
        with pytest.raises(asyncpg.InvalidPasswordError):
            await execute(server.url.replace(server.password, "guess"), "SELECT 1")


async def test_a_second_start_finds_the_running_postgres_even_without_its_pid_file() -> None:
    with own_postgres() as server:
        pid = server.process.pid
        server.process.pid_file.unlink()
        server.start()
        assert server.process.pid == pid


async def test_the_lock_of_a_dead_postgres_whose_pid_is_somebody_elses_now_does_not_block() -> None:
    with own_postgres() as server:
        lock = (server.data / "postmaster.pid").read_text()
        server.kill()
        _, _, rest = lock.partition("\n")
        (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
        await asyncio.to_thread(server.start)
        assert await execute(server.url, "SELECT 1") == 1


def test_postgres_names_a_port_in_use(tmp_path: Path) -> None:
    with own_postgres() as server, pytest.raises(HubProblem, match=rf"port {server.port} \(PostgreSQL.*\) is in use"):
        EmbeddedPostgres(tmp_path / "other", server.port).start()


async def test_kafka_keeps_acknowledged_messages_over_kill_and_restart() -> None:
    topic = Topic("kept", "n", ("test",), "of this test", partitions=1)
    with own_kafka() as broker:
        await ensure_topics(broker.bootstrap, [topic])
        await send(broker.bootstrap, b"before")
        broker.kill()
        assert not broker_answers(broker.bootstrap)
        await asyncio.to_thread(broker.start)
        await send(broker.bootstrap, b"after the kill")
        await asyncio.to_thread(broker.restart)
        assert await read(broker.bootstrap, 2) == [b"before", b"after the kill"]


async def send(bootstrap: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait("kept", value)


async def read(bootstrap: str, count: int) -> list[bytes]:
    options = {"bootstrap_servers": bootstrap, "auto_offset_reset": "earliest"}
    async with AIOKafkaConsumer("kept", **options) as consumer:
        return [(await asyncio.wait_for(consumer.getone(), 20)).value for _ in range(count)]


# The first round loads every module: root's Python may lie in a home that others cannot read.
AS_ANYBODY = """
import os, sys
from pathlib import Path
from deploy.local import postgres, unprivileged

def round(folder):
    server = postgres.EmbeddedPostgres(Path(folder), int(sys.argv[3]))
    try:
        server.start()
        print(server.data.owner(), server.process.pid is not None)
    finally:
        server.destroy()

found = postgres.find_binaries(unprivileged.unprivileged_user())
round(sys.argv[4] + "/first")
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))
postgres.find_binaries = lambda user: found
round(sys.argv[4] + "/second")
"""


def test_an_ordinary_user_runs_postgres_too(tmp_path: Path) -> None:
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())
    folder = Path(tempfile.gettempdir()) / f"simpul-as-{user.pw_name}-{os.getpid()}"
    folder.mkdir(mode=0o755)
    os.chown(folder, user.pw_uid, user.pw_gid)
    arguments = [str(user.pw_uid), str(user.pw_gid), str(free_port()), str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", AS_ANYBODY, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    folder.rmdir()
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{user.pw_name} True"
