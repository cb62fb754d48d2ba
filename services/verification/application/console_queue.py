"""The queue as people at the console see it: what it can be narrowed to, and a claim as one row of it."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.identifiers import WIB, zone_of
from shared.regulation.clocks import Counting
from shared.regulation.codes import title_of
from shared.regulation.provinces import PROVINCES
from shared.regulation.rule_sets import rule_set_named

MINE, UNASSIGNED = "mine", "none"
# Test claims alone, or none of them.
TEST, REAL = "only", "none"
# Whose turn it is when nobody's: such claims are not work, and shown only when asked for.
_NOBODY = "none"
# Of what list the word after the colon is, by the reason before it.
_ABOUT = {
    "discrepancy-open": "discrepancy_fields",
    "objection": "objection_paths",
    "new-evidence": "evidence_kinds",
    "outcome-changed": "outcomes",
}
_SOON = timedelta(days=1)
_HOURS_MAX = timedelta(hours=72)


@dataclass(frozen=True)
class QueueFilter:
    """What the queue is narrowed to; None means any. `assigned` is `mine` or `none`; `test` is `only` (test claims) or
    `none` of them; `q` what somebody searched for; `everything` shows claims too that wait for nobody."""

    state: str | None = None
    waiting_on: str | None = None
    region: str | None = None
    flag: str | None = None
    assigned: str | None = None
    overdue: bool = False
    everything: bool = False
    q: str | None = None
    test: str | None = None

    def given(self) -> dict[str, Any]:
        """The members that narrow."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class QueueClaim:
    """One claim as stored for the queue. `terms` is everything a search may find it by."""

    case_number: str
    document: Mapping[str, Any]
    flags: tuple[str, ...]
    terms: frozenset[str]
    next_due_at: datetime | None

    def is_for(self, wanted: QueueFilter, officer: str, terms: Collection[str] | None, now: datetime) -> bool:
        """Whether it is on the queue of this officer who wants this."""
        document = self.document
        assigned = document["assigned_to"]
        return (
            document["state"] != "MERGED"
            and (wanted.everything or wanted.state is not None or document["waiting_on"] != _NOBODY)
            and wanted.state in (None, document["state"])
            and wanted.waiting_on in (None, document["waiting_on"])
            and (wanted.region is None or (document["region_code"] or "").startswith(wanted.region))
            and (wanted.flag is None or wanted.flag in self.flags)
            and (wanted.assigned != MINE or assigned == officer)
            and (wanted.assigned != UNASSIGNED or assigned is None)
            and (wanted.test is None or (wanted.test == TEST) == document["test"])
            and (not wanted.overdue or (self.next_due_at is not None and self.next_due_at < now))
            and (terms is None or self.case_number in terms or not self.terms.isdisjoint(terms))
        )


@dataclass(frozen=True)
class QueuePage:
    """Rows, the most urgent first, and where the next page begins."""

    claims: list[QueueClaim]
    next_cursor: str | None


class QueueReader(Protocol):
    """Reads on one open transaction."""

    async def page(
        self,
        wanted: QueueFilter,
        officer: str,
        terms: Sequence[str] | None,
        now: datetime,
        cursor: str | None,
        limit: int,
    ) -> QueuePage:
        """One page."""

    async def claims(self, case_numbers: Collection[str]) -> list[QueueClaim]:
        """These claims, those that are there."""

    async def changed_since(self, position: int, limit: int) -> tuple[list[str], int]:
        """Which claims changed after a position of the stream, and the last position."""

    async def head(self) -> int:
        """The stream's last position."""


@dataclass(frozen=True)
class Spectator:
    """Who looks at the live queue: in which language, what they want to see, after which position."""

    language: str
    wanted: QueueFilter
    officer: str
    terms: frozenset[str] | None
    after: int


class LiveQueue(Protocol):
    """The queue as it changes."""

    def follow(self, spectator: Spectator) -> AsyncGenerator[bytes, None]:
        """Server-Sent Events: `row` with a rendered row, `gone` with a case number, `stale` when too much changed to
        tell. Raises TooManyRequests at the first item."""

    def tell_everybody(self, name: str, in_languages: Mapping[str, str]) -> None:
        """Something that is the same for all who read one language, whatever they look at."""


@dataclass(frozen=True)
class KeptFilter:
    """A filter under the name an officer gave it."""

    id: str
    name: str
    wanted: QueueFilter


class KeptFilters(Protocol):
    """The filters that officers keep."""

    async def of(self, officer: str) -> list[KeptFilter]:
        """Theirs, the oldest first."""

    async def keep(self, officer: str, name: str, wanted: QueueFilter) -> None:
        """One more. Raises Refusal when there are enough."""

    async def forget(self, officer: str, filter_id: str) -> None:
        """Remove one; nothing happens when it is not theirs."""


def row_of(claim: QueueClaim, now: datetime, counting: Counting) -> dict[str, Any]:
    """What a row shows, in both languages where there are two."""
    document = claim.document
    reason, _, about = (document["waiting_reason"] or "").partition(":")
    region = document["region_code"]
    return {
        "case_number": claim.case_number,
        "test": document["test"],
        "version": document["version"],
        "decision_version": document["decision_version"],
        "state": document["state"],
        "waiting_on": document["waiting_on"],
        "reason": title_of("waiting_reasons", reason).title if reason else None,
        "about": about_of(reason, about),
        "worker": short_name(document["worker"]["name"]),
        "nik_masked": document["worker"]["nik_masked"],
        "employer": document["employer"],
        "province": PROVINCES[region[:2]].name if region and region[:2] in PROVINCES else None,
        "occurred_at": document["occurred_at"],
        "zone": zone_of(region) if region else WIB,
        "precision": document["occurred_at_precision"],
        "sources": sorted({piece["source"] for piece in document["evidence"] if piece["status"] != "withdrawn"}),
        "flags": [title_of("flags", code).title for code in claim.flags],
        "discrepancies": sum(item["state"] == "open" for item in document["discrepancies"]),
        "assigned_to": document["assigned_to"],
        "due": due_of(document, now, counting),
    }


def about_of(reason: str, about: str) -> dict[str, str] | None:
    """What stands after the colon of a reason to wait, in words where a list has them."""
    if not about:
        return None
    return title_of(_ABOUT[reason], about).title if reason in _ABOUT else {"id": about, "en": about}


def due_of(document: Mapping[str, Any], now: datetime, counting: Counting) -> dict[str, Any] | None:
    """The nearest clock that runs: what is left in working days where the law counts those, else in hours or days."""
    running = [clock for clock in document["clocks"] if clock["running"] and clock["due_at"]]
    if not running:
        return None
    clock = min(running, key=lambda each: datetime.fromisoformat(each["due_at"]))
    due_at = datetime.fromisoformat(clock["due_at"])
    left = due_at - now
    rule = rule_set_named(document["rule_set"]).clocks.get(clock["clock"])
    in_working_days = rule is not None and rule.working_days is not None and abs(left) > _SOON
    return {
        "clock": clock["clock"],
        "title": title_of("clocks", clock["clock"]).title,
        "due_at": clock["due_at"],
        "overdue": left < timedelta(),
        "soon": timedelta() <= left < _SOON,
        "working_days": working_days_between(now, due_at, counting) if in_working_days else None,
        "seconds": abs(left.total_seconds()),
        "ticks": abs(left) < _HOURS_MAX and not in_working_days,
    }


def working_days_between(now: datetime, due_at: datetime, counting: Counting) -> int:
    """How many working days are left after today until the day on which it is due; those since then, when it was."""
    zone = due_at.tzinfo or WIB
    # An end of a day that is written as the next midnight is the end of that day.
    first, last = now.astimezone(zone).date(), (due_at - timedelta(microseconds=1)).astimezone(zone).date()
    start, end = min(first, last), max(first, last)
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(counting.calendar.is_working_day(day) for day in days)


def short_name(name: str | None) -> str | None:
    """The first name and initials of the others: enough to tell claims apart, not enough to know who it is."""
    if not name or not name.strip():
        return None
    first, *others = name.split()
    return " ".join([first, *(f"{other[0]}." for other in others)])
