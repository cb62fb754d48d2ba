"""Where a hub lives: its folder, ports and servers, from `SIMPUL_…` in the environment."""

import json
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.bootstrap import ROOT, cache_folder
from deploy.local.ports import HOST
from deploy.local.problems import HubProblem

SERVICES = ("partners", "intake", "hospital_gateway", "disnaker_gateway", "verification")
POSTGRES_OFFSET, KAFKA_OFFSET, KAFKA_CONTROLLER_OFFSET = 10, 11, 12
# What a running hub was started with and cannot change while it runs.
_RECORDED = ("port_base", "postgres_url", "kafka_bootstrap", "issuer", "profile")


class HubSettings(BaseSettings):
    """One hub on this machine. Several run side by side with different `home` and `port_base`."""

    model_config = SettingsConfigDict(env_prefix="SIMPUL_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(Path(".simpul"), description="State folder; taken from the project's root when relative.")
    port_base: int = Field(8100, ge=1, le=65_535 - KAFKA_CONTROLLER_OFFSET)
    postgres_url: str | None = Field(None, description="A server that exists already, as a role that may create roles.")
    kafka_bootstrap: str | None = Field(None, description="A broker that exists already.")
    issuer: str | None = Field(None, description="An external token issuer, instead of the hub's own.")
    profile: Literal["local", "production"] = "local"
    maven_repository: str | None = Field(None, description="A mirror of Maven Central for Kafka's jars.")
    free_disk_megabytes_min: int = 500
    ready_seconds: float = 120.0

    @field_validator("home")
    @classmethod
    def _from_root(cls, home: Path) -> Path:
        return ROOT / home

    @field_validator("issuer")
    @classmethod
    def _without_slash(cls, issuer: str | None) -> str | None:
        return issuer.rstrip("/") if issuer else None

    @classmethod
    def load(cls) -> Self:
        """From the environment. Raises HubProblem naming every value that cannot be."""
        try:
            return cls()
        except ValidationError as error:
            told = "; ".join(f"SIMPUL_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
            raise HubProblem(told) from error

    @property
    def cache(self) -> Path:
        """Where downloads are kept."""
        return cache_folder()

    @property
    def secrets_dir(self) -> Path:
        """Keyring, keys and passwords."""
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.home / "logs"

    def port(self, service: str) -> int:
        """The port of a service."""
        return self.port_base + SERVICES.index(service)

    def url(self, service: str) -> str:
        """The address of a service, without a trailing slash."""
        return f"http://{HOST}:{self.port(service)}"

    @property
    def issuer_url(self) -> str:
        """Whose tokens count."""
        return self.issuer or self.url("partners")

    def record(self) -> None:
        """Remember what this hub is started with."""
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home / "hub.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({name: getattr(self, name) for name in _RECORDED}, indent=1), encoding="utf-8")
        fresh.chmod(0o600)  # an address may hold a password
        fresh.replace(path)

    def as_recorded(self) -> Self:
        """With what the hub in `home` was started with, if it ever was."""
        try:
            recorded = json.loads((self.home / "hub.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return self
        return self.model_copy(update={name: recorded[name] for name in _RECORDED if name in recorded})

    def differences(self, other: "HubSettings") -> list[str]:
        """The settings given explicitly here that say otherwise there."""
        given = self.model_fields_set.intersection(_RECORDED)
        return [f"SIMPUL_{name.upper()}" for name in _RECORDED if name in given and self.differs(other, name)]

    def differs(self, other: "HubSettings", name: str) -> bool:
        """Whether one setting has another value there."""
        return bool(getattr(self, name) != getattr(other, name))
