"""What the services find in the servers: databases with their migrations, topics. Heavy to import, so only `up` does."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import asyncpg

from deploy.local.problems import HubProblem
from deploy.local.service_processes import database_name
from shared.errors import Unavailable
from shared.events import TOPICS
from shared.kafka.topics import ensure_topics
from shared.postgres.migrate import provision, upgrade

DATABASE_SECONDS = 5.0


def prepare_databases(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Roles, database and migrations of each service named in `passwords`."""
    for service, password in passwords.items():
        try:
            provision(admin_url, service, database=database_name(service), password=password)
            upgrade(admin_url, service, database=database_name(service))
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise HubProblem(f"the database of {service} could not be prepared: {error}") from error


def prepare_topics(bootstrap: str) -> None:
    """The topics that are missing."""
    try:
        asyncio.run(ensure_topics(bootstrap, TOPICS.values()))
    except Unavailable as error:
        raise HubProblem(f"the topics could not be made on {bootstrap}: {error.detail}") from error


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
