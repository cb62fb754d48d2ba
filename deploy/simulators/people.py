"""Invented workers with fresh identifiers, and times in Western Indonesia."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7))


def hours_ago(hours: float) -> datetime:
    return (datetime.now(WIB) - timedelta(hours=hours)).replace(microsecond=0)


@dataclass(frozen=True)
class Worker:
    """Somebody who does not exist."""

    name: str
    nik: str
    kpj: str
    birth_date: str


def new_worker(name: str) -> Worker:
    """A woman born between 1960 and 1999, first registered in Kota Tangerang."""
    pick = secrets.SystemRandom()
    year, month, day = pick.randint(1960, 1999), pick.randint(1, 12), pick.randint(1, 28)
    serial = pick.randint(1, 9_999)
    # The day of women's births is written with 40 added.
    nik = f"3671{pick.randint(1, 13):02d}{day + 40:02d}{month:02d}{year % 100:02d}{serial:04d}"
    return Worker(name, nik, f"{pick.randrange(10**11):011d}", f"{year}-{month:02d}-{day:02d}")
