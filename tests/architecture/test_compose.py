"""`docker-compose.yml` is valid, and gives each service exactly the settings its class asks for."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.settings import SERVICES
from tests.support.service_settings import settings_class

ROOT = Path(__file__).resolve().parents[2]


def compose() -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_it_is_valid_by_the_compose_specification() -> None:
    command = [
        str(Path(sys.executable).parent / "check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
        str(ROOT / "docker-compose.yml"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_the_settings_its_class_asks_for(service: str) -> None:
    environment = compose()["services"][service.replace("_", "-")]["environment"]
    given = {name.removeprefix("SIMPUL_").lower() for name in environment if name.startswith("SIMPUL_")}
    fields = settings_class(service).model_fields
    unknown = given - set(fields)
    assert not unknown, f"{service} is given settings nobody reads: {unknown}"
    # The image sets the host, since a container listens to all its addresses.
    missing = {name for name, field in fields.items() if field.is_required()} - given - {"host"}
    assert not missing, f"{service} is not given: {missing}"


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_it_gets_are_accepted(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compose()["services"][service.replace("_", "-")]["environment"]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = settings_class(service)()
    assert settings.kafka_bootstrap == "kafka:9092"


def test_every_dependency_is_a_service_of_the_file() -> None:
    services = compose()["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name


def test_services_run_unprivileged_with_nothing_but_their_own_code() -> None:
    dockerfile = (ROOT / "deploy" / "images" / "Dockerfile").read_text()
    assert "\nUSER simpul\n" in dockerfile
    copied = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("COPY ") and "--from" not in line]
    allowed = {
        "pyproject.toml", "shared/", "shared/web/pages/assets/package.json", "services/__init__.py",
        "services/${SERVICE}/",
    }  # fmt: skip
    assert set(copied) <= allowed
    for service in SERVICES:
        entry = compose()["services"][service.replace("_", "-")]
        assert entry["read_only"] is True
        assert entry["cap_drop"] == ["ALL"]
