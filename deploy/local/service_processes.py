"""The five services as child processes, each with its environment."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from deploy.local.bootstrap import ROOT
from deploy.local.ports import HOST
from deploy.local.postgres import write_private
from deploy.local.processes import ChildProcess
from deploy.local.settings import SERVICES, HubSettings
from shared.sealing.secrets_folder import OPERATOR_FILE

READY_REQUEST_SECONDS = 5.0
# Those with a page `/receipt`.
_GIVE_RECEIPTS = ("intake", "hospital_gateway", "disnaker_gateway", "verification")


def database_name(service: str) -> str:
    """Each service has a database of its own."""
    return f"simpul_{service}"


def database_passwords(settings: HubSettings) -> dict[str, str]:
    """The services' passwords at the database, made at the first start."""
    kept = settings.secrets_dir / "database-passwords.json"
    if not kept.exists():
        write_private(kept, json.dumps({service: secrets.token_urlsafe(24) for service in SERVICES}))
    passwords: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    return passwords


def database_url(admin_url: str, service: str, password: str) -> str:
    """The superuser's address, changed to one service's login and database."""
    server = urlsplit(admin_url)
    host = server.netloc.rpartition("@")[2]
    login = f"simpul_{service}:{quote(password, safe='')}@{host}"
    return server._replace(netloc=login, path=f"/{database_name(service)}").geturl()


def service_environment(
    settings: HubSettings, service: str, *, admin_url: str, bootstrap: str, inherited: Mapping[str, str]
) -> dict[str, str]:
    """What the service's settings are read from. Other `SIMPUL_…` variables of the caller reach it too."""
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "SIMPUL_PROFILE": settings.profile,
        "SIMPUL_HOST": HOST,
        "SIMPUL_PORT": str(settings.port(service)),
        "SIMPUL_PUBLIC_URL": settings.url(service),
        "SIMPUL_ISSUER": settings.issuer_url,
        "SIMPUL_STATUS_PAGE_URL": f"{settings.url('verification')}/status",
        "SIMPUL_REPORT_PAGE_URL": f"{settings.url('intake')}/lapor",
        "SIMPUL_SERVICE_URLS": json.dumps({each: settings.url(each) for each in SERVICES}),
        "SIMPUL_RECEIPT_PAGE_URLS": json.dumps({each: f"{settings.url(each)}/receipt" for each in _GIVE_RECEIPTS}),
        "SIMPUL_NOTICES_URL": f"{settings.url('partners')}/v1/notices/public",
        "SIMPUL_OPERATOR_KEY_FILE": str(settings.secrets_dir / OPERATOR_FILE),
        "SIMPUL_DATABASE_URL": database_url(admin_url, service, database_passwords(settings)[service]),
        "SIMPUL_KAFKA_BOOTSTRAP": bootstrap,
        "SIMPUL_SECRETS_DIR": str(settings.secrets_dir),
        "SIMPUL_MESSAGE_TRANSPORT": inherited.get(
            "SIMPUL_MESSAGE_TRANSPORT", "file" if settings.profile == "local" else "none"
        ),
        "SIMPUL_MESSAGE_FOLDER": str(settings.home / "messages"),
        "SIMPUL_DATA_DIR": str(settings.home / "data" / service),
    }


def service_command(service: str) -> list[str]:
    """How a service is run."""
    return [sys.executable, "-m", f"services.{service}.main"]


def service_process(settings: HubSettings, service: str, command: list[str]) -> ChildProcess:
    """The process of a service, running or not; give it its environment before starting it."""
    return ChildProcess(
        name=service,
        command=command,
        pid_file=settings.home / "run" / f"{service}.pid",
        log_file=settings.logs / f"{service}.log",
        directory=ROOT,
    )


def inherited_environment() -> dict[str, str]:
    """The caller's environment without what names another Python or another hub's servers."""
    dropped = {"VIRTUAL_ENV", "PYTHONHOME", "SIMPUL_POSTGRES_URL"}
    return {name: value for name, value in os.environ.items() if name not in dropped}


def readiness(url: str) -> tuple[bool, str]:
    """Whether the service at `url` is ready, and what it says when it is not."""
    try:
        answer = httpx.get(f"{url}/readyz", timeout=READY_REQUEST_SECONDS)
    except httpx.HTTPError as error:
        return False, f"no answer ({type(error).__name__})"
    if answer.status_code == 200:
        return True, ""
    try:
        problems = answer.json()["problems"]
        return False, "; ".join(f"{part}: {', '.join(said)}" for part, said in problems.items())
    except (ValueError, KeyError, AttributeError, TypeError):
        return False, f"answers {answer.status_code}"


def log_folder(settings: HubSettings) -> Path:
    """Made before anything writes there."""
    settings.logs.mkdir(parents=True, exist_ok=True)
    return settings.logs
