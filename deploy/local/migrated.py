"""Remembers which databases are up to date, so that a second start need not load the migrations' machinery.

A database is recognised by its number in its cluster and the cluster's own identity, and what was applied to it by a
digest of the migrations: a new database or a changed migration is never taken for done.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import asyncpg

from deploy.local.bootstrap import ROOT
from deploy.local.service_processes import database_name

_IDENTITY = """
    SELECT datname, (SELECT system_identifier FROM pg_control_system()) || ':' || oid
      FROM pg_database WHERE datname = ANY($1)
"""


def outdated(admin_url: str, services: Iterable[str], remembered: Path) -> list[str]:
    """The services whose databases are not known to be up to date."""
    try:
        known = json.loads(remembered.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    now = _states(admin_url, services)
    return [service for service in services if service not in now or known.get(service) != now[service]]


def remember(admin_url: str, services: Iterable[str], remembered: Path) -> None:
    """To be called when all of them are up to date."""
    fresh = remembered.with_suffix(".new")
    fresh.write_text(json.dumps(_states(admin_url, services), indent=1), encoding="utf-8")
    fresh.replace(remembered)


def _states(admin_url: str, services: Iterable[str]) -> dict[str, str]:
    by_name = {database_name(service): service for service in services}
    found = asyncio.run(_identities(admin_url, list(by_name)))
    return {by_name[name]: f"{identity}:{_digest(by_name[name])}" for name, identity in found.items()}


async def _identities(admin_url: str, names: list[str]) -> dict[str, str]:
    connection = await asyncpg.connect(admin_url)
    try:
        return {name: identity for name, identity in await connection.fetch(_IDENTITY, names)}  # noqa: C416
    finally:
        await connection.close()


def _digest(service: str) -> str:
    content = hashlib.sha256()
    for folder in (ROOT / "services" / service / "migrations", ROOT / "shared" / "postgres"):
        for path in sorted(folder.rglob("*.py")):
            content.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return content.hexdigest()
