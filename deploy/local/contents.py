"""What the services find when they start: secrets, databases with their migrations, topics, what pages load.

Heavy to import, so only `up` does it.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from deploy.local import assets, migrated
from deploy.local.kafka_ready import broker_answers
from deploy.local.problems import HubProblem
from deploy.local.service_processes import database_name
from shared.errors import Unavailable
from shared.events import TOPICS
from shared.kafka.topics import ensure_topics
from shared.sealing import create_secrets
from shared.sealing.keyring import KeyringUnusable

DATABASE_SECONDS = 5.0


def prepare_secrets(folder: Path) -> None:
    """The keyrings and keys that are missing."""
    try:
        create_secrets(folder)
    except KeyringUnusable as error:
        raise HubProblem(f"the secrets in {folder} cannot be used: {error}") from error


def prepare_databases(admin_url: str, passwords: Mapping[str, str], remembered: Path | None) -> None:
    """Roles, database and migrations of each service named in `passwords`.

    `remembered` is where it is noted what is up to date; None on a server that others may change as well.
    """
    clock_drift_seconds(admin_url)
    services = list(passwords) if remembered is None else migrated.outdated(admin_url, list(passwords), remembered)
    for service in services:
        _prepare_database(admin_url, service, passwords[service])
    if services and remembered is not None:
        migrated.remember(admin_url, list(passwords), remembered)


def _prepare_database(admin_url: str, service: str, password: str) -> None:
    # Nearly half of a second start would go into loading these.
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from shared.postgres.migrate import provision, upgrade

    try:
        provision(admin_url, service, database=database_name(service), password=password)
        upgrade(admin_url, service, database=database_name(service))
    except (asyncpg.PostgresError, SQLAlchemyError, CommandError) as error:
        raise HubProblem(f"the database of {service} could not be prepared: {error}") from error


def prepare_topics(bootstrap: str) -> None:
    """The topics that are missing."""
    if not broker_answers(bootstrap):
        raise HubProblem(f"no Kafka broker answers at {bootstrap}")
    try:
        asyncio.run(ensure_topics(bootstrap, TOPICS.values()))
    except Unavailable as error:
        raise HubProblem(f"the topics could not be made on {bootstrap}: {error.detail}") from error


def prepare_assets() -> None:
    """What npm has to fetch for the pages, if it has not yet."""
    assets.prepare_assets()


def clock_drift_seconds(url: str) -> float:
    """How far the database's clock is behind this machine's. Raises HubProblem when it does not answer."""
    return asyncio.run(_clock_drift_seconds(url))


async def _clock_drift_seconds(url: str) -> float:
    try:
        connection = await asyncpg.connect(url, timeout=DATABASE_SECONDS)
        try:
            there: datetime = await connection.fetchval("SELECT clock_timestamp()")
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        told = type(error).__name__
        raise HubProblem(f"PostgreSQL does not answer, or refuses the login ({told}): look at its address") from error
    return (datetime.now(UTC) - there).total_seconds()
