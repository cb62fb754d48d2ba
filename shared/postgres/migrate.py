"""Bring a service's database into being and up to date.

    python -m shared.postgres.migrate services.intake …

reads `SIMPUL_POSTGRES_ADMIN_URL` (a role that may create roles and databases) and `SIMPUL_DATABASE_URL` (whose user,
password and database name the service will log in with).
"""

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from alembic import command
from alembic.config import Config


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def _ensure_role(connection: "asyncpg.Connection[asyncpg.Record]", name: str, options: str) -> None:
    """Create the role, or alter it when it exists; two hubs on one cluster may race here."""
    if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name) is None:
        try:
            await connection.execute(f"CREATE ROLE {_quoted(name)} {options}")
        except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            pass
        else:
            return
    if "PASSWORD" in options:
        await connection.execute(f"ALTER ROLE {_quoted(name)} {options}")


async def _provision(admin_url: str, service: str, database: str, password: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        login, owner = f"simpul_{service}", f"simpul_{service}_owner"
        literal = await connection.fetchval("SELECT quote_literal($1::text)", password)
        # Roles belong to the whole cluster: one hub at a time changes them.
        await connection.execute("SELECT pg_advisory_lock(hashtext('simpul-roles'))")
        for name in (owner, f"{login}_app", f"{login}_system"):
            await _ensure_role(connection, name, "NOLOGIN")
        await _ensure_role(connection, login, f"LOGIN NOINHERIT PASSWORD {literal}")
        await connection.execute(f"GRANT {login}_app, {login}_system TO {login}")
        await connection.execute(f"GRANT {owner} TO CURRENT_USER")
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database) is None:
            await connection.execute(f"CREATE DATABASE {_quoted(database)} OWNER {owner}")
        await connection.execute(f"REVOKE ALL ON DATABASE {_quoted(database)} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT ON DATABASE {_quoted(database)} TO {login}")
    finally:
        await connection.close()
    connection = await asyncpg.connect(_with_database(admin_url, database))
    try:
        await connection.execute(f"GRANT USAGE ON SCHEMA public TO {login}_app, {login}_system, {login}")
        await connection.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {owner}")
    finally:
        await connection.close()


def _with_database(url: str, database: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{database}"))


def provision(admin_url: str, service: str, *, database: str, password: str) -> None:
    """Create roles and database of `service` (such as "intake") where they are missing."""
    asyncio.run(_provision(admin_url, service, database, password))


def alembic_config(admin_url: str, service: str, *, database: str) -> Config:
    """Alembic's configuration for `services/<service>/migrations`, run by the owner role through the admin's login."""
    spec = importlib.util.find_spec(f"services.{service}")
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"there is no service {service}")
    config = Config()
    config.set_main_option("script_location", str(Path(next(iter(spec.submodule_search_locations))) / "migrations"))
    config.attributes["url"] = _with_database(admin_url, database)
    config.attributes["owner"] = f"simpul_{service}_owner"
    return config


def upgrade(admin_url: str, service: str, *, database: str) -> None:
    """Apply the migrations that are missing."""
    command.upgrade(alembic_config(admin_url, service, database=database), "head")


def main(arguments: list[str]) -> int:
    admin_url, own = os.environ["SIMPUL_POSTGRES_ADMIN_URL"], urlsplit(os.environ["SIMPUL_DATABASE_URL"])
    for argument in arguments:
        service = argument.removeprefix("services.")
        provision(admin_url, service, database=own.path.strip("/"), password=own.password or "")
        upgrade(admin_url, service, database=own.path.strip("/"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
