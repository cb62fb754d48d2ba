"""Settings of a hub on this machine."""

import json
from pathlib import Path

import pytest

from deploy.local.bootstrap import ROOT
from deploy.local.problems import HubProblem
from deploy.local.service_processes import database_url, service_environment
from deploy.local.settings import SERVICES, HubSettings


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "PORT_BASE", "POSTGRES_URL", "KAFKA_BOOTSTRAP", "ISSUER", "PROFILE"):
        monkeypatch.delenv(f"SIMPUL_{name}", raising=False)


def test_the_defaults_are_those_of_the_handbook() -> None:
    settings = HubSettings.load()
    assert settings.home == ROOT / ".simpul"
    assert {name: settings.url(name) for name in SERVICES} == {
        "partners": "http://127.0.0.1:8100",
        "intake": "http://127.0.0.1:8101",
        "hospital_gateway": "http://127.0.0.1:8102",
        "disnaker_gateway": "http://127.0.0.1:8103",
        "verification": "http://127.0.0.1:8104",
    }
    assert settings.issuer_url == "http://127.0.0.1:8100"
    assert settings.profile == "local"


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMPUL_PORT_BASE", "many")
    monkeypatch.setenv("SIMPUL_PROFILE", "staging")
    with pytest.raises(HubProblem, match=r"SIMPUL_PORT_BASE: .*; SIMPUL_PROFILE: "):
        HubSettings.load()


def test_a_service_gets_its_own_login_on_the_server_of_the_superuser() -> None:
    url = database_url("postgresql://postgres:s%40cret@db.example:6000/postgres?sslmode=require", "intake", "p/w")
    assert url == "postgresql://simpul_intake:p%2Fw@db.example:6000/simpul_intake?sslmode=require"


def test_a_service_is_told_the_external_issuer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIMPUL_ISSUER", "https://login.example/realms/hub/")
    monkeypatch.setenv("SIMPUL_HOME", str(tmp_path))
    (tmp_path / "secrets").mkdir()
    environment = service_environment(
        HubSettings.load(),
        "verification",
        admin_url="postgresql://postgres@127.0.0.1:8110/postgres",
        bootstrap="127.0.0.1:8111",
        inherited={"SIMPUL_LOG_LEVEL": "debug"},
    )
    assert environment["SIMPUL_ISSUER"] == "https://login.example/realms/hub"
    assert environment["SIMPUL_PORT"] == "8104"
    assert environment["SIMPUL_LOG_LEVEL"] == "debug"


def test_a_recorded_hub_is_read_back_and_keeps_its_passwords_private(tmp_path: Path) -> None:
    settings = HubSettings(home=tmp_path, port_base=9100, postgres_url="postgresql://a:b@c/d")
    settings.record()
    assert (tmp_path / "hub.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "hub.json").read_text())["port_base"] == 9100
    read_back = HubSettings(home=tmp_path).as_recorded()
    assert read_back.port_base == 9100
    assert read_back.postgres_url == "postgresql://a:b@c/d"
    assert HubSettings(home=tmp_path, port_base=9200).differences(read_back) == ["SIMPUL_PORT_BASE"]
