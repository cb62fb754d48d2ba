"""A hub of real processes as the launcher starts it: own state folder, own ports, gone afterwards."""

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.local.bootstrap import ROOT, cache_folder
from deploy.local.hub import Hub
from deploy.local.ports import is_free
from deploy.local.progress import SilentReporter
from deploy.local.settings import KAFKA_CONTROLLER_OFFSET, KAFKA_OFFSET, POSTGRES_OFFSET, SERVICES, HubSettings

# Below the range from which systems take ports for outgoing connections.
_PORT_BASES = range(12_000, 30_000, 20)
_OFFSETS = (*range(len(SERVICES)), POSTGRES_OFFSET, KAFKA_OFFSET, KAFKA_CONTROLLER_OFFSET)
_COMMAND_SECONDS = 120.0


def free_port_base() -> int:
    """A SIMPUL_PORT_BASE all of whose ports were free a moment ago."""
    bases = random.SystemRandom().sample(_PORT_BASES, len(_PORT_BASES))
    return next(base for base in bases if all(is_free(base + offset) for offset in _OFFSETS))


@contextmanager
def running_hub(environment: Mapping[str, str] | None = None) -> Iterator[Hub]:
    """All five services, ready, on servers of their own. `environment` reaches the services on top of their own."""
    home = Path(tempfile.mkdtemp(prefix="simpul-hub-"))
    settings = HubSettings(
        home=home,
        port_base=free_port_base(),
        postgres_url=None,
        kafka_bootstrap=None,
        issuer=None,
        profile="local",
    )
    hub = Hub(settings, SilentReporter(), environment=environment)
    try:
        hub.up()
        yield hub
    finally:
        hub.destroy()
        shutil.rmtree(home, ignore_errors=True)


def simpul(hub: Hub, arguments: Sequence[str]) -> str:
    """What `./simpul ARGUMENTS` prints, run as a person at this hub runs it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    environment = {
        **own,
        "SIMPUL_CACHE": str(cache_folder()),
        "SIMPUL_HOME": str(hub.settings.home),
        "SIMPUL_PORT_BASE": str(hub.settings.port_base),
    }
    done = subprocess.run(
        [str(ROOT / "simpul"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
