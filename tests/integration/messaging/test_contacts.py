"""Counting partners' requests: what is counted is written once, kept while the database is away, and read by days."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import FixedClock
from shared.errors import Unavailable
from shared.operations.contacts import Contact, Contacts, list_contacts
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database, Transaction
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


class Away(Database):
    """Fails every transaction; `meanwhile` happens before."""

    def __init__(self, error: Exception, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__("postgresql://nobody@127.0.0.1:1/nothing", service="probe")
        self.error, self.meanwhile, self.asked = error, meanwhile, 0

    @asynccontextmanager
    async def system_transaction(self, *, sharing: tuple[int, str] | None = None) -> AsyncIterator[Transaction]:
        self.asked += 1
        self.meanwhile()
        raise self.error
        yield


async def test_what_could_not_be_written_is_written_later(database: Database, clock: FixedClock) -> None:
    away = Away(Unavailable("postgres"), lambda: contacts.count(HOSPITAL, 422))
    contacts = Contacts(away, clock)
    contacts.count(HOSPITAL, 200)
    with pytest.raises(Unavailable):
        await contacts.write()
    contacts._database = database
    await contacts.write()
    # The last is the last, though both were at one moment and the first was put back after it.
    assert await told(database) == [Contact(HOSPITAL, answered=1, refused=1, failed=0, last_at=NOW, last_status=422)]


async def test_a_database_that_is_away_is_asked_once_and_again_when_it_is_run_again(clock: FixedClock) -> None:
    away = Away(Unavailable("postgres"))
    contacts = Contacts(away, clock, every_seconds=0.0)
    contacts.count(HOSPITAL, 200)
    for times in (1, 2):
        with pytest.raises(Unavailable):
            await contacts.run()
        assert away.asked == times


async def test_it_ends_when_it_is_told_to_whatever_the_database_says(clock: FixedClock) -> None:
    away = Away(RuntimeError("no such table"))
    contacts = Contacts(away, clock, every_seconds=3_600.0)
    contacts.count(HOSPITAL, 200)
    task = asyncio.create_task(contacts.run())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert away.asked == 1


async def test_who_asks_while_it_is_written_is_told_that_too(database: Database, clock: FixedClock) -> None:
    contacts = Contacts(database, clock)
    contacts.count(HOSPITAL, 200)
    async with database.system_transaction() as other:
        await other.driver.execute("LOCK TABLE partner_contact IN EXCLUSIVE MODE")
        writing = asyncio.create_task(contacts.write())

        async def waits() -> bool:
            return await count(database, "pg_locks", "relation = 'partner_contact'::regclass AND NOT granted") == 1

        await eventually(waits)
        asking = asyncio.create_task(contacts.write())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not asking.done()
    await asking
    assert writing.done()
    assert [one.answered for one in await told(database)] == [1]


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
