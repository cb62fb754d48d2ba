"""Measures of claims as rows, and what can be counted over them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.coordination import DIMENSIONS, Group, Period, Spread
from services.verification.application.measure_claims import Measure
from services.verification.domain.measures import AGENCIES, WHOLE_WITHIN
from shared.postgres.database import Transaction
from shared.sealing import Secrets

_ORG = "bpjs"
_SAVE = """INSERT INTO claim_measure (case_number, org, version, kind, occurred_at, opened_at, province, sector,
        employer, hospital, late, asked_to_complete, open_discrepancies, reported_at, treated_at, applied_at,
        complete_at, concluded_at, approved_at, paid_at, waited, waiting_on, waiting_since)
    SELECT m.case_number, $1, m.version, m.kind, m.occurred_at, m.opened_at, m.province, m.sector, m.employer,
        m.hospital, m.late, m.asked, m.discrepancies, m.reported_at, m.treated_at, m.applied_at, m.complete_at,
        m.concluded_at, m.approved_at, m.paid_at, m.waited::jsonb, m.waiting_on, m.waiting_since
    FROM unnest($2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::boolean[], $12::boolean[], $13::bigint[], $14::timestamptz[],
        $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[],
        $20::timestamptz[], $21::text[], $22::text[], $23::timestamptz[])
        AS m(case_number, version, kind, occurred_at, opened_at, province, sector, employer, hospital, late, asked,
             discrepancies, reported_at, treated_at, applied_at, complete_at, concluded_at, approved_at, paid_at,
             waited, waiting_on, waiting_since)
    ON CONFLICT (case_number) DO UPDATE SET version = excluded.version, kind = excluded.kind,
        occurred_at = excluded.occurred_at, opened_at = excluded.opened_at, province = excluded.province,
        sector = excluded.sector, employer = excluded.employer, hospital = excluded.hospital, late = excluded.late,
        asked_to_complete = excluded.asked_to_complete, open_discrepancies = excluded.open_discrepancies,
        reported_at = excluded.reported_at, treated_at = excluded.treated_at, applied_at = excluded.applied_at,
        complete_at = excluded.complete_at, concluded_at = excluded.concluded_at, approved_at = excluded.approved_at,
        paid_at = excluded.paid_at, waited = excluded.waited, waiting_on = excluded.waiting_on,
        waiting_since = excluded.waiting_since"""

# Days to each step, by the names of `STEPS`: from when to when.
_STEPS = {
    "reported": ("occurred_at", "reported_at"),
    "treated": ("occurred_at", "treated_at"),
    "complete": ("opened_at", "complete_at"),
    "concluded": ("opened_at", "concluded_at"),
    "approved": ("complete_at", "approved_at"),
    "paid": ("complete_at", "paid_at"),
}
_DAY_SECONDS = 86_400


def _spread(seconds: str, name: str) -> str:
    """Median and 90th percentile in days of what is not NULL."""
    within = f"WITHIN GROUP (ORDER BY ({seconds}) / {_DAY_SECONDS}.0)"
    return (
        f"count({seconds}) AS {name}_count, percentile_cont(0.5) {within} AS {name}_median,"
        f" percentile_cont(0.9) {within} AS {name}_p90"
    )


def _step_seconds(start: str, end: str) -> str:
    # A step may be told before what it is counted from: a visit that began before the hour the employer named. And
    # GREATEST passes NULL over: a step that was not reached must stay unknown.
    took = f"extract(epoch FROM {end} - {start})"
    return f"CASE WHEN {took} < 0 THEN 0 ELSE {took} END"


def _waited_seconds(agency: str) -> str:
    running = f"CASE WHEN waiting_on = '{agency}' THEN extract(epoch FROM $1::timestamptz - waiting_since) ELSE 0 END"
    return f"NULLIF(COALESCE((waited ->> '{agency}')::numeric, 0) + {running}, 0)"


_LONG_AGO = "$1::timestamptz - $5::interval"
_ONE_GROUP = ", ".join(
    [
        "count(*) AS claims",
        "count(*) FILTER (WHERE late) AS late",
        "count(late) AS timed",
        "count(*) FILTER (WHERE open_discrepancies > 0) AS in_discrepancy",
        f"count(applied_at) FILTER (WHERE complete_at IS NOT NULL OR applied_at < {_LONG_AGO}) AS applied",
        "count(*) FILTER (WHERE complete_at <= applied_at + $5::interval AND NOT asked_to_complete) AS whole",
        *(_spread(_step_seconds(*ends), f"step_{name}") for name, ends in _STEPS.items()),
        *(_spread(_waited_seconds(agency), f"wait_{agency}") for agency in AGENCIES),
    ]
)
_WITHIN = "opened_at >= $2 AND opened_at < $3 AND ($4::text IS NULL OR province = $4)"
_ALL = f"SELECT {_ONE_GROUP} FROM claim_measure WHERE {_WITHIN}"  # noqa: S608 - no value is put into the text
_GROUPED = {
    dimension: f"SELECT {dimension} AS key, {_ONE_GROUP} FROM claim_measure WHERE {_WITHIN}"  # noqa: S608
    f" GROUP BY {dimension} ORDER BY count(*) DESC, {dimension} LIMIT $6"
    for dimension in DIMENSIONS
}


class MeasureStore:
    """Writing measures, on one open transaction of the hub's own role."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._driver = transaction.driver
        self._facts = FactsSealer(secrets.sealer)

    async def position(self) -> int:
        """Up to where the stream was measured; 0 at first."""
        return int(await self._driver.fetchval("SELECT position FROM claim_measure_cursor WHERE id = 1") or 0)

    async def move_to(self, position: int) -> None:
        await self._driver.execute(
            "INSERT INTO claim_measure_cursor (id, org, position) VALUES (1, $1, $2)"
            " ON CONFLICT (id) DO UPDATE SET position = excluded.position",
            _ORG,
            position,
        )

    def open_claim(self, row: "asyncpg.Record") -> dict[str, Any]:
        return self._facts.open_claim(row["document"], row["case_number"], row["version"])

    async def forget(self, case_numbers: list[str]) -> None:
        """Numbers that were merged into others: what they held is measured there."""
        if case_numbers:
            await self._driver.execute("DELETE FROM claim_measure WHERE case_number = ANY($1::text[])", case_numbers)

    async def save(self, measures: Iterable[Measure]) -> None:
        rows = [_row(one) for one in measures]
        if rows:
            await self._driver.execute(_SAVE, _ORG, *map(list, zip(*rows, strict=True)))


def _row(one: Measure) -> tuple[object, ...]:
    steps, waiting = one.steps, one.waiting
    return (
        one.case_number, one.version, one.kind, one.occurred_at, one.opened_at, one.province, one.sector, one.employer,
        one.hospital, one.late, one.asked_to_complete, one.open_discrepancies, steps.reported_at, steps.treated_at,
        steps.applied_at, steps.complete_at, steps.concluded_at, steps.approved_at, steps.paid_at,
        orjson.dumps(waiting.seconds).decode(), waiting.on, waiting.since,
    )  # fmt: skip


class MeasureQueries:
    """Counting over measures, on one open transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._driver = transaction.driver

    async def all(self, period: Period, province: str | None, now: datetime) -> Group:
        row = await self._driver.fetchrow(_ALL, now, period.begin, period.end, province, WHOLE_WITHIN)
        assert row is not None
        return _group(row, None)

    async def by(
        self, dimension: str, period: Period, province: str | None, now: datetime, groups_max: int
    ) -> list[Group]:
        statement = _GROUPED[dimension]
        rows = await self._driver.fetch(statement, now, period.begin, period.end, province, WHOLE_WITHIN, groups_max)
        return [_group(row, row["key"]) for row in rows]


def _group(row: "asyncpg.Record", key: str | None) -> Group:
    return Group(
        key=key,
        claims=row["claims"],
        late=row["late"],
        timed=row["timed"],
        in_discrepancy=row["in_discrepancy"],
        whole=row["whole"],
        applied=row["applied"],
        steps={name: _spread_of(row, f"step_{name}") for name in _STEPS},
        waits={agency: _spread_of(row, f"wait_{agency}") for agency in AGENCIES},
    )


def _spread_of(row: "asyncpg.Record", name: str) -> Spread:
    median, p90 = row[f"{name}_median"], row[f"{name}_p90"]
    return Spread(
        row[f"{name}_count"],
        None if median is None else round(float(median), 2),
        None if p90 is None else round(float(p90), 2),
    )
