"""Counting partners' requests: what is counted is written once, kept while the database is away, and read by days."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import FixedClock
from shared.errors import Unavailable
from shared.operations.contacts import Contact, Contacts, list_contacts
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database
from shared.settings import RetentionSettings
from tests.support.eventually import eventually
from tests.support.probe import count, running

NOW = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
HOSPITAL, EMPLOYER = "hospital:100000401", "employer:JJ012345"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


async def told(database: Database, *, days: int = 7, org: str | None = None) -> Sequence[Contact]:
    async with database.system_transaction() as transaction:
        since = (NOW - timedelta(days=days - 1)).date()
        return await list_contacts(transaction, since=since, org=org, limit=10)


async def test_requests_are_told_by_how_they_were_answered(database: Database, clock: FixedClock) -> None:
    contacts = Contacts(database, clock)
    for status in (201, 200, 304, 422, 403, 503):
        contacts.count(HOSPITAL, status)
    contacts.count(EMPLOYER, 409)
    await contacts.write()
    await contacts.write()
    hospital = Contact(HOSPITAL, answered=3, refused=2, failed=1, last_at=NOW, last_status=503)
    assert await told(database) == [Contact(EMPLOYER, 0, 1, 0, NOW, 409), hospital]
    assert await told(database, org=HOSPITAL) == [hospital]


async def test_several_processes_and_days_add_up(database: Database, clock: FixedClock) -> None:
    one, other = Contacts(database, clock), Contacts(database, clock)
    clock.advance(timedelta(days=-8))
    one.count(HOSPITAL, 200)
    clock.advance(timedelta(days=8))
    one.count(HOSPITAL, 400)
    clock.advance(timedelta(seconds=-1))
    other.count(HOSPITAL, 201)
    await asyncio.gather(one.write(), other.write())
    # The day before the seven is only known to have been; the last is the last whoever wrote first.
    assert await told(database) == [Contact(HOSPITAL, answered=1, refused=1, failed=0, last_at=NOW, last_status=400)]
    (longer,) = await told(database, days=30)
    assert (longer.answered, longer.refused) == (2, 1)


async def test_what_could_not_be_written_is_written_later(database: Database, clock: FixedClock) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing", service="probe", timeout_seconds=1.0)
    contacts = Contacts(away, clock)
    contacts.count(HOSPITAL, 200)
    with pytest.raises(Unavailable):
        await contacts.write()
    contacts.count(HOSPITAL, 422)
    contacts._database = database
    await contacts.write()
    assert await told(database) == [Contact(HOSPITAL, answered=1, refused=1, failed=0, last_at=NOW, last_status=422)]


async def test_it_writes_while_it_runs_and_when_it_ends(database: Database, clock: FixedClock) -> None:
    contacts = Contacts(database, clock, every_seconds=0.01)
    async with running(contacts):
        contacts.count(HOSPITAL, 200)

        async def written() -> bool:
            return await count(database, "partner_contact") == 1

        await eventually(written)
        contacts._every_seconds = 3_600.0
        contacts.count(EMPLOYER, 200)
    assert [one.org for one in await told(database)] == [EMPLOYER, HOSPITAL]


async def test_it_is_forgotten_after_its_time(database: Database) -> None:
    clock = FixedClock(datetime.now(UTC) - timedelta(days=91))
    contacts = Contacts(database, clock)
    contacts.count(HOSPITAL, 200)
    clock.advance(timedelta(days=2))
    contacts.count(HOSPITAL, 200)
    await contacts.write()
    removed = await Cleaner(database, RetentionSettings()).clean()
    assert (removed["partner_contact"], await count(database, "partner_contact")) == (1, 1)
