"""What BPJS core has told of a worker's memberships, and which of them are this worker's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.verification.domain.evidence import Identity

# Three years of monthly imports. A standing is kept only where it says something new, so this is reached rarely.
STANDINGS_MAX = 36
MEMBERSHIPS_MAX = 200


@dataclass(frozen=True)
class Standing:
    """Wage (rupiah a month) and contributions of a membership as BPJS core told of them on a day (in WIB)."""

    recorded_on: date
    wage_rupiah: int | None = None
    contributions_paid_until: date | None = None


@dataclass(frozen=True)
class Membership:
    """One employment or self-employment under one KPJ; both days of its time count, an open end is None.

    `standings` are what was told of wage and contributions, oldest first and never empty: what a record says today is
    not what it said on the day of an accident.
    """

    segment: str
    active_from: date
    standings: tuple[Standing, ...]
    nik: str | None = None
    kpj: str | None = None
    employer_registration: str | None = None
    programmes: tuple[str, ...] = ()
    active_to: date | None = None
    worker_name: str | None = None
    birth_date: date | None = None

    def covers(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day <= self.active_to)

    def wage_on(self, day: date) -> int | None:
        """The wage reported before `day` ended; a wage that was raised after an accident is none of its own."""
        before = [item for item in self.standings if item.recorded_on <= day]
        return (before[-1] if before else self.standings[0]).wage_rupiah

    def paid_until_on(self, day: date) -> date | None:
        """Until when contributions were paid as `day` ended, as near as the records tell.

        What is first told after the day holds for it at most (nothing is paid back), and what was told before it may
        be long out of date: so the first word since, else the last word before.
        """
        since = [item for item in self.standings if item.recorded_on >= day]
        return (since[0] if since else self.standings[-1]).contributions_paid_until

    @property
    def paid_until_now(self) -> date | None:
        return self.standings[-1].contributions_paid_until


def segment_on(memberships: Iterable[Membership], day: date) -> str | None:
    """The segment under which a worker was insured on a day, None without one and where there are several."""
    segments = {one.segment for one in memberships if one.covers(day)}
    return segments.pop() if len(segments) == 1 else None


def memberships_of(identities: Iterable[Identity], found: Iterable[Membership]) -> tuple[Membership, ...]:
    """Those of `found` that are of the worker whom `identities` name, in a fixed order.

    Two NIKs are two workers whatever their KPJ (decisions 4): a membership under another NIK is not this worker's, and
    a worker known by a KPJ alone that two NIKs share has none that is certainly theirs.
    """
    known = list(identities)
    niks = {identity.nik for identity in known if identity.nik}
    kpjs = {identity.kpj for identity in known if identity.kpj}
    candidates = list(found)
    if not niks:
        niks = {one.nik for one in candidates if one.nik and one.kpj in kpjs}
        if len(niks) > 1:
            return ()
    own = [one for one in candidates if one.nik in niks or (one.nik is None and one.kpj in kpjs)]
    return tuple(sorted(own, key=_order))


def told_again(known: Iterable[Membership], told: Membership) -> tuple[Membership, ...]:
    """A worker's set after BPJS core told `told` (with one standing): the same employment under the same KPJ from the
    same day on is the same membership, whose latest word counts; anything else is another one.

    Safe to call twice with the same word: the set stays as it was.
    """
    others, before = [], None
    for one in known:
        if _key(one) == _key(told):
            before = one
        else:
            others.append(one)
    if before is not None:
        told = replace(told, standings=_longer(before.standings, told.standings[0]))
    return tuple(sorted((*others, told), key=_order))


def _longer(standings: tuple[Standing, ...], told: Standing) -> tuple[Standing, ...]:
    last = standings[-1]
    if (last.wage_rupiah, last.contributions_paid_until) == (told.wage_rupiah, told.contributions_paid_until):
        return standings
    return (*standings, told)[-STANDINGS_MAX:]


def _key(one: Membership) -> tuple[object, ...]:
    return (one.nik, one.kpj, one.employer_registration, one.segment, one.active_from)


def _order(one: Membership) -> tuple[str, ...]:
    key = (one.active_from.isoformat(), one.employer_registration, one.segment, one.kpj, one.nik)
    return tuple(part or "" for part in key)
