"""One hub of real processes, its partners, and Node with the packages that others wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.hub import Hub
from tests.foreign.accident import PressAccident
from tests.foreign.node_programs import Node
from tests.foreign.parties import Office, Parties, Told, open_office, play, register_all
from tests.support.running_hub import running_hub
from tests.support.webhook_receiver import webhook_receiver

_FOLDER = Path(__file__).parent
# The first test waits for downloads, the hub's start and eight registrations.
_TIMEOUT_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _FOLDER in item.path.parents:
            item.add_marker(pytest.mark.timeout(_TIMEOUT_SECONDS))


@pytest.fixture(scope="session")
def node() -> Node:
    return Node()


@pytest.fixture(scope="session")
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture(scope="session")
def parties(hub: Hub) -> Iterator[Parties]:
    """One client of every kind."""
    with register_all(hub) as parties:
        yield parties


@pytest.fixture(scope="session")
def office(parties: Parties) -> Iterator[Office]:
    """The Disnaker's endpoint, subscribed."""
    with webhook_receiver() as receiver:
        yield open_office(parties.disnaker, receiver)


@pytest.fixture(scope="session")
def told(parties: Parties, office: Office) -> Told:
    """One accident that all four parties have told of, for tests that only look."""
    return play(parties, office, PressAccident())
