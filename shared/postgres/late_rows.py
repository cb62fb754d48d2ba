"""Rows that a transaction adds at its end, all of them in one statement.

    _LOG = RowsInto("INSERT INTO log (org, what) SELECT * FROM unnest($1::text[], $2::text[])")
    transaction.late.add(_LOG, [("bpjs", "…"), ("bpjs", "…")])

What is told beside a change (events, log, stored answer) costs one round trip, whoever tells it. Rows of one kind are
added in the order in which they were given; kinds see neither each other nor are they seen by the transaction's own
statements until they are written: at the commit, or when somebody asks for it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import asyncpg

_PARAMETER = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class RowsInto:
    """One kind of rows. `sql` is a statement whose parameters are arrays, one a column; `channel` is notified at the
    commit. With `short` the statement is one that answers a row for each it has added (RETURNING), and `short()` is
    raised when that are fewer than were given."""

    sql: str
    channel: str | None = None
    short: Callable[[], Exception] | None = None


class LateRows:
    """What one transaction still has to add."""

    def __init__(self, driver: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._driver = driver
        self._rows: dict[RowsInto, list[Sequence[object]]] = {}

    def add(self, kind: RowsInto, rows: Iterable[Sequence[object]]) -> None:
        """Each row has a value for each column of the kind."""
        added = list(rows)
        if added:
            self._rows.setdefault(kind, []).extend(added)

    def mark(self) -> dict[RowsInto, int]:
        """How much there is now, for `back_to`."""
        return {kind: len(rows) for kind, rows in self._rows.items()}

    def back_to(self, mark: dict[RowsInto, int]) -> None:
        """Forget what was given since `mark`: what it tells about has been undone."""
        self._rows = {kind: rows[: mark[kind]] for kind, rows in self._rows.items() if mark.get(kind)}

    async def write(self) -> None:
        """Add everything now. Raises what a kind says of too few rows, and asyncpg's errors."""
        if not self._rows:
            return
        given, self._rows = self._rows, {}
        kinds = tuple(given)
        columns = [list(column) for rows in given.values() for column in zip(*rows, strict=True)]
        widths = tuple(len(rows[0]) for rows in given.values())
        counts = await self._driver.fetchrow(_together(kinds, widths), *columns)
        for place, kind in enumerate(kinds):
            if kind.short is not None and (counts is None or counts[place] != len(given[kind])):
                raise kind.short()


@cache
def _together(kinds: Sequence[RowsInto], widths: Sequence[int]) -> str:
    """One statement of which each kind is a part; it answers how many rows each has added, as far as that counts.

    Constraints are judged when all parts are done, so rows may refer to rows of other parts.
    """
    parts, shown, first = [], [], 0
    for place, (kind, width) in enumerate(zip(kinds, widths, strict=True)):
        parts.append(f"part{place} AS ({_numbered_from(first, kind.sql)})")
        shown.append(f"(SELECT count(*) FROM part{place})" if kind.short else "0")  # noqa: S608 - constant
        first += width
    woken = dict.fromkeys(kind.channel for kind in kinds if kind.channel)
    shown += [f"pg_notify('{channel}', '')" for channel in woken]
    return f"WITH {', '.join(parts)} SELECT {', '.join(shown)}"


def _numbered_from(first: int, sql: str) -> str:
    """`sql` with its parameters numbered on behind the `first` ones."""
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + first}", sql)
