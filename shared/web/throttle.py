"""How often somebody without a token may try, counted in the service's database, so that replicas count together.

A try is paid for before it is looked at: a thousand requests at once are a thousand tries. What turns out well may be
given back, so that who knows what they ask for is never slowed down.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request

from shared.clock import Clock
from shared.errors import TooManyRequests
from shared.postgres.database import Database
from shared.sealing import BlindIndex

_IPV6_SITE_BITS = 64
_SPENT_MAX = 1_000_000
# What nobody has touched for this many windows is forgotten, some rows with every try.
_FORGET_ROWS_MAX = 20
_SPEND = """INSERT INTO throttle (subject, began_at, spent) VALUES ($1, $2, 1)
    ON CONFLICT (subject) DO UPDATE SET
        spent = CASE WHEN throttle.began_at <= $3 THEN 1 ELSE LEAST(throttle.spent + 1, $4) END,
        began_at = CASE WHEN throttle.began_at <= $3 THEN excluded.began_at ELSE throttle.began_at END
    RETURNING spent, began_at"""
_GIVE_BACK = "UPDATE throttle SET spent = GREATEST(spent - 1, 0) WHERE subject = $1"
_FORGET = """DELETE FROM throttle WHERE subject IN (
    SELECT subject FROM throttle WHERE began_at <= $1 ORDER BY began_at LIMIT $2 FOR UPDATE SKIP LOCKED)"""


@dataclass(frozen=True)
class Subject:
    """Who or what tries, as a keyed hash, and how many tries it has in one window."""

    key: str
    tries_max: int


class Throttle:
    """Counts tries in windows of `window_seconds`."""

    def __init__(self, database: Database, clock: Clock, index: BlindIndex, *, window_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._index = index
        self._window = timedelta(seconds=window_seconds)

    def subject(self, kind: str, text: str, tries_max: int) -> Subject:
        """`kind` keeps the subjects of different counters apart."""
        return Subject(self._index.of(f"throttle-{kind}", text), tries_max)

    def caller(self, kind: str, request: Request, tries_max: int) -> Subject:
        """The network address that asks: one of IPv4, a site's /64 of IPv6."""
        return self.subject(kind, network_of(request.client.host if request.client else ""), tries_max)

    async def spend(self, subjects: Sequence[Subject]) -> None:
        """Pay one try of each. Raises TooManyRequests when one of them has none left in this window."""
        now = self._clock.now()
        refused_until: list[datetime] = []
        async with self._database.system_transaction() as transaction:
            # In order, so that two requests never wait for each other in a circle.
            for subject in sorted(subjects, key=lambda each: each.key):
                row = await transaction.driver.fetchrow(_SPEND, subject.key, now, now - self._window, _SPENT_MAX)
                assert row is not None
                if row["spent"] > subject.tries_max:
                    refused_until.append(row["began_at"] + self._window)
            await transaction.driver.execute(_FORGET, now - 2 * self._window, _FORGET_ROWS_MAX)
        if refused_until:
            wait = int((max(refused_until) - now).total_seconds()) + 1
            raise TooManyRequests("too-many-tries", "Too many tries; try again later.", max(wait, 1))

    async def give_back(self, subjects: Sequence[Subject]) -> None:
        """The try was a good one."""
        async with self._database.system_transaction() as transaction:
            for subject in sorted(subjects, key=lambda each: each.key):
                await transaction.driver.execute(_GIVE_BACK, subject.key)


def network_of(host: str) -> str:
    """What stands for one caller: a whole IPv6 site, since it hands out addresses without end."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_SITE_BITS), strict=False))
    return str(address)
