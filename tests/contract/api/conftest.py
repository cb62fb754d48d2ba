"""One hub for everything that is asked of all APIs alike."""

from collections.abc import Iterator

import pytest

from tests.support.served_hub import ServedHub, served_hub
from tests.support.servers import PostgresServer


@pytest.fixture(scope="package")
def hub(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """Five services behind sockets, joined by a bus in memory."""
    with served_hub(postgres.url, tmp_path_factory.mktemp("hub")) as made:
        yield made
