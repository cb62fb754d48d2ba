"""Fixtures every test may use. Servers are real; they start once a session: when the first test asks, or before the
workers that share them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from deploy.local.assets import prepare_assets
from tests.support.databases import drop_templates
from tests.support.servers import KafkaServer, PostgresServer, kafka_server, postgres_server
from tests.support.workers import ByModule, number_of_workers, servers_of_the_run

_of_the_run = ExitStack()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return number_of_workers(config)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule:
    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A folder's tests one after the other, in the order in which they were shuffled: what a package shares, such as a
    hub in a thread, is made once and ends with it."""
    first: dict[Path, int] = {}
    for place, item in enumerate(items):
        first.setdefault(item.path.parent, place)
    items.sort(key=lambda item: first[item.path.parent])


def pytest_xdist_setupnodes() -> None:
    """In the process that deals the tests out, before it starts its workers."""
    prepare_assets()
    _of_the_run.enter_context(servers_of_the_run())


def pytest_sessionfinish() -> None:
    drop_templates()


def pytest_unconfigure() -> None:
    _of_the_run.close()


@pytest.fixture(scope="session", autouse=True)
def assets() -> None:
    """What pages load is there, as it is in every hub."""
    prepare_assets()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server: `.url` logs in as a superuser."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """A Kafka broker: `.bootstrap`."""
    with kafka_server() as server:
        yield server
