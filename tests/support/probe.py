"""A tiny service with a real outbox and inbox: aggregates that count their versions, and a table of effects.

The checkers judge what came out from outside: they know nothing of how relay and consumer work.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

import asyncpg

from shared.crashpoints import Crash
from shared.errors import Unavailable
from shared.events import CATALOGUE, Event, encode, new_event
from shared.events.catalogue import CLAIM_CHANGED
from shared.events.claim import ClaimChanged
from shared.events.vocabulary import ClaimState, WaitingOn
from shared.kafka.bus import Received, Record
from shared.outbox import append
from shared.postgres.database import Database, Transaction
from shared.postgres.rls import Tables
from shared.postgres.standard_tables import standard_tables_v1, standard_tables_v2, standard_tables_v3
from shared.sealing import Keyring, Sealer
from tests.support.databases import service_database

SERVICE = "probe"
TOPIC = CATALOGUE[CLAIM_CHANGED].topic


class _Statements:
    """Stands in for Alembic's `op`."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.statements.append(sqltext)


@asynccontextmanager
async def probe_database(admin_url: str, *, pool_size: int = 16) -> AsyncIterator[Database]:
    """The probe service's database, as the service reaches it."""
    op = _Statements()
    op.execute('CREATE TABLE aggregate (id text COLLATE "C" PRIMARY KEY, version bigint NOT NULL)')
    op.execute(
        """CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL, subject text NOT NULL,
            version bigint NOT NULL)"""
    )
    tables = Tables(op, SERVICE)
    tables.system("aggregate")
    tables.system("effect")
    standard_tables_v1(op, SERVICE)
    standard_tables_v2(op, SERVICE)
    standard_tables_v3(op, SERVICE)
    async with service_database(admin_url, SERVICE, migrated=False) as made:
        connection = await asyncpg.connect(made.superuser_url)
        await connection.execute(f"SET ROLE simpul_{SERVICE}_owner")
        for statement in op.statements:
            await connection.execute(statement)
        await connection.close()
        database = Database(made.url, service=SERVICE, pool_size=pool_size)
        try:
            yield database
        finally:
            await database.close()


def new_sealer() -> Sealer:
    return Sealer(Keyring.generate("data"))


def claim_changed(case_number: str, version: int) -> Event:
    facts = ClaimChanged(
        case_number=case_number,
        claim_version=version,
        state=ClaimState.REPORTED,
        waiting_on=WaitingOn.NONE,
        changes=("evidence-added",),
    )
    return new_event(CLAIM_CHANGED, subject=case_number, version=version, key=case_number, facts=facts)


def wire(sealer: Sealer, case_number: str, version: int, *, traceparent: str | None = None) -> Record:
    """The event as it lies on its topic."""
    encoded = encode(replace(claim_changed(case_number, version), traceparent=traceparent), sealer)
    return Record(encoded.topic, encoded.key, encoded.value, encoded.headers)


async def change(database: Database, sealer: Sealer, aggregate: str, *, think: float = 0.0) -> int:
    """One use case: lock the aggregate, count it on, tell about it. Answers the new version."""
    async with database.system_transaction() as tx:
        version = await tx.driver.fetchval(
            """INSERT INTO aggregate VALUES ($1, 1)
               ON CONFLICT (id) DO UPDATE SET version = aggregate.version + 1 RETURNING version""",
            aggregate,
        )
        await append(tx, [claim_changed(aggregate, version)], sealer)
        await tx.late.write()
        # The time between drawing an id and committing is what tempts a relay into losing and reordering.
        await asyncio.sleep(think)
    return int(version)


async def write_at_once(
    database: Database, sealer: Sealer, *, writers: int, aggregates: int, each: int, seed: int = 1
) -> int:
    """Concurrent writers on few aggregates; answers how many events they told."""
    chance = random.Random(seed)
    plans = [[chance.randrange(aggregates) for _ in range(each)] for _ in range(writers)]
    pauses = [[chance.random() * 0.02 for _ in range(each)] for _ in range(writers)]

    async def write(plan: list[int], waits: list[float]) -> None:
        for number, pause in zip(plan, waits, strict=True):
            await change(database, sealer, f"JKK-{number:02}", think=pause)

    await asyncio.gather(*(write(plan, waits) for plan, waits in zip(plans, pauses, strict=True)))
    return writers * each


async def keep_effect(tx: Transaction, events: Sequence[Event]) -> None:
    """The probe's handler: one row an event."""
    for event in events:
        await tx.driver.execute(
            "INSERT INTO effect (event_id, subject, version) VALUES ($1, $2, $3)",
            event.id,
            event.subject,
            event.version,
        )


@dataclass
class Handler:
    """`keep_effect` that fails for chosen events as it is told, and remembers what it was asked."""

    fails: Callable[[Event], Exception | None] = field(default=lambda event: None)
    calls: list[tuple[str, int]] = field(default_factory=list)

    async def __call__(self, tx: Transaction, events: Sequence[Event]) -> None:
        for event in events:
            self.calls.append((event.subject, event.version))
            error = self.fails(event)
            if error is not None:
                raise error
            await keep_effect(tx, [event])


async def effects(database: Database) -> list[tuple[str, int]]:
    """Subject and version of every effect, in the order in which they took place."""
    async with database.system_transaction() as tx:
        return [(row[0], row[1]) for row in await tx.driver.fetch("SELECT subject, version FROM effect ORDER BY id")]


async def versions(database: Database) -> dict[str, int]:
    """How far each aggregate has come."""
    async with database.system_transaction() as tx:
        return {row[0]: row[1] for row in await tx.driver.fetch("SELECT id, version FROM aggregate")}


async def count(database: Database, table: str, where: str = "true") -> int:
    async with database.system_transaction() as tx:
        return int(await tx.driver.fetchval(f"SELECT count(*) FROM {table} WHERE {where}"))


async def cut_connections(admin_url: str, database: Database, where: str) -> int:
    """End the service's connections that hold locks as `where` says (over pg_locks); answers how many."""
    async with database.system_transaction() as tx:
        name = await tx.driver.fetchval("SELECT current_database()")
    connection = await asyncpg.connect(admin_url)
    try:
        ended = await connection.fetch(
            f"""SELECT pg_terminate_backend(pid) FROM (
                    SELECT DISTINCT pid FROM pg_locks
                     WHERE {where} AND database = (SELECT oid FROM pg_database WHERE datname = $1)) AS held""",
            name,
        )
    finally:
        await connection.close()
    return len(ended)


def effect_problems(found: Sequence[tuple[str, int]], expected: dict[str, int]) -> list[str]:
    """What is lost, done twice or out of order among effects."""
    by_subject: dict[str, list[int]] = defaultdict(list)
    for subject, version in found:
        by_subject[subject].append(version)
    problems = []
    for subject in sorted(expected.keys() | by_subject.keys()):
        seen, wanted = by_subject[subject], list(range(1, expected.get(subject, 0) + 1))
        if lost := sorted(set(wanted) - set(seen)):
            problems.append(f"{subject} lost {lost}")
        if len(seen) != len(set(seen)):
            problems.append(f"{subject} twice: {seen}")
        elif not lost and seen != wanted:
            problems.append(f"{subject} out of order: {seen}")
    return problems


def stream_problems(records: Sequence[Received], expected: dict[str, int]) -> list[str]:
    """What is lost or, on first delivery, out of order on a topic. Repetitions are allowed there."""
    first: dict[str, list[int]] = defaultdict(list)
    seen: set[str] = set()
    for record in records:
        if record.headers["ce_id"] not in seen:
            seen.add(record.headers["ce_id"])
            first[record.headers["ce_subject"]].append(int(record.headers["ce_aggregateversion"]))
    return effect_problems([(subject, v) for subject, versions_ in first.items() for v in versions_], expected)


class Runs(Protocol):
    """A component."""

    name: str

    async def run(self) -> None: ...
    def problems(self) -> list[str]: ...


@asynccontextmanager
async def running(*parts: Runs) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Components at work, started again when something was away, as a service does. A Crash ends one for good."""
    tasks = [asyncio.create_task(_again_and_again(part), name=part.name) for part in parts]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Crash):
                await task


async def _again_and_again(part: Runs) -> None:
    while True:
        with suppress(Unavailable):
            await part.run()
        await asyncio.sleep(0.05)


async def until_crash(work: Awaitable[None]) -> None:
    """Run until the armed crash point is reached."""
    with suppress(Crash):
        await work
