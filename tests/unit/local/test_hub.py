"""The launcher's promises, with programs that stand for the services and servers elsewhere."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deploy.local import hub as hub_module
from deploy.local import ports
from deploy.local.hub import Hub
from deploy.local.ports import HOST
from deploy.local.problems import HubProblem
from deploy.local.processes import wait_until
from deploy.local.progress import SilentReporter
from deploy.local.settings import SERVICES, HubSettings

FAKE = Path(__file__).with_name("fake_service.py")


class NoContents:
    """Prepares nothing but the folder."""

    def prepare_secrets(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def prepare_databases(self, admin_url: str, passwords: Mapping[str, str], remembered: Path | None) -> None:
        assert remembered is None
        assert list(passwords) == list(SERVICES)

    def prepare_topics(self, bootstrap: str) -> None:
        pass

    def prepare_assets(self) -> None:
        pass


def free_base() -> int:
    """The first of thirteen ports in a row that are free."""
    while True:
        base = ports.free_port()
        if base < 65_500 and all(ports.is_free(base + offset) for offset in range(13)):
            return base


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    return HubSettings(
        home=tmp_path / "home",
        port_base=free_base(),
        postgres_url="postgresql://postgres:x@127.0.0.1:1/postgres",
        kafka_bootstrap="127.0.0.1:1",
        ready_seconds=30.0,
        free_disk_megabytes_min=1,
    )


def make(settings: HubSettings, environment: Mapping[str, str] | None = None) -> Hub:
    return Hub(
        settings,
        SilentReporter(),
        environment=environment,
        command=lambda _: [sys.executable, str(FAKE)],
        contents=NoContents,
    )


@pytest.fixture
def hub(settings: HubSettings) -> Iterator[Hub]:
    made = make(settings)
    yield made
    made.down()


def pids(hub: Hub) -> dict[str, int | None]:
    return {name: process.pid for name, process in hub.services.items()}


def test_up_returns_when_every_service_is_ready_and_a_second_up_changes_nothing(hub: Hub) -> None:
    hub.up()
    first = pids(hub)
    assert all(first.values())
    assert all(service["ready"] for service in hub.status()["services"].values())
    make(hub.settings).up()
    assert pids(hub) == first


def test_up_restarts_what_has_died_and_leaves_the_rest_alone(hub: Hub) -> None:
    hub.up()
    before = pids(hub)
    victim = before["intake"]
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    assert wait_until(lambda: hub.services["intake"].pid is None, 5.0)
    assert hub.status()["services"]["intake"]["ready"] is False
    hub.up()
    after = pids(hub)
    assert after.pop("intake") not in (None, before.pop("intake"))
    assert after == before


def test_what_another_hub_answers_at_our_ports_is_not_ours(hub: Hub, settings: HubSettings, tmp_path: Path) -> None:
    hub.up()
    other = make(settings.model_copy(update={"home": tmp_path / "other"}))
    assert not any(service["ready"] for service in other.status()["services"].values())


def test_a_port_in_use_is_named_and_nothing_is_left_running(settings: HubSettings, hub: Hub) -> None:
    with socket.create_server((HOST, settings.port("hospital_gateway"))):
        with pytest.raises(
            HubProblem, match=rf"port {settings.port('hospital_gateway')} \(hospital_gateway.*\) is in use"
        ):
            hub.up()
        assert not any(pids(hub).values())


def test_a_service_that_dies_at_its_start_is_told_with_its_log_and_nothing_is_left_running(
    settings: HubSettings,
) -> None:
    hub = make(settings, {"FAKE_FAILS": str(settings.port("verification"))})
    with pytest.raises(
        HubProblem, match=r"verification ended while starting; its log is .*verification\.log"
    ) as problem:
        hub.up()
    assert problem.value.log_lines[-1] == "this one has no licence"
    assert not any(pids(hub).values())


def test_what_ran_before_a_failed_up_goes_on_running(settings: HubSettings, hub: Hub) -> None:
    hub.up()
    kept = pids(hub)
    hub.services["verification"].kill()
    with pytest.raises(HubProblem):
        make(settings, {"FAKE_FAILS": str(settings.port("verification"))}).up()
    kept["verification"] = None
    assert pids(hub) == kept


def test_down_stops_everything_and_keeps_the_state(hub: Hub) -> None:
    hub.up()
    hub.down()
    assert not any(pids(hub).values())
    assert (hub.settings.home / "secrets" / "database-passwords.json").exists()
    hub.down()


def test_a_running_hub_is_found_without_repeating_its_ports_and_not_started_on_others(hub: Hub) -> None:
    hub.up()
    found = make(HubSettings(home=hub.settings.home))
    assert found.settings.port_base == hub.settings.port_base
    other = make(HubSettings(home=hub.settings.home, port_base=hub.settings.port_base + 100))
    with pytest.raises(HubProblem, match="runs with another SIMPUL_PORT_BASE"):
        other.up()


def test_two_ups_at_once_do_not_fight(hub: Hub) -> None:
    errors: list[Exception] = []

    def start() -> None:
        try:
            make(hub.settings).up()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert all(service["ready"] for service in hub.status()["services"].values())


def test_a_full_disk_is_told_before_anything_starts(settings: HubSettings) -> None:
    hub = make(settings.model_copy(update={"free_disk_megabytes_min": 10**12}))
    with pytest.raises(HubProblem, match=r"only \d+ MB are free on the disk"):
        hub.up()
    assert not settings.home.exists()


def test_clean_removes_the_state(hub: Hub) -> None:
    hub.up()
    hub.destroy()
    assert not any(pids(hub).values())
    assert list(hub.settings.home.iterdir()) == []


def test_a_production_status_shows_no_password(settings: HubSettings) -> None:
    assert make(settings).status()["postgres"] == "postgresql://postgres:x@127.0.0.1:1/postgres"
    hidden = make(settings.model_copy(update={"profile": "production"})).status()["postgres"]
    assert hidden == "postgresql://postgres@127.0.0.1:1/postgres"


def test_the_lock_is_waited_for_only_so_long(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LOCK_SECONDS", 0.0)
    hub.settings.home.mkdir(parents=True)
    with hub._lock(), pytest.raises(HubProblem, match="another simpul command has been at work"):
        make(hub.settings).up()
