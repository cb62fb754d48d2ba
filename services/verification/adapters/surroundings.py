"""By what claims are compared, and what was found around each, in PostgreSQL.

Employers, doctors, workers and groups of peers are kept as keyed hashes: a row tells nobody who was treated or for
what. `revision` rises whenever a trait changes; a row whose revision was not looked at yet waits for the watch.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg
import orjson

from services.verification.domain.claim import Finding
from services.verification.domain.surroundings import (
    FAMILIES,
    PEERS,
    Neighbour,
    Spot,
    Surrounding,
    Traits,
)
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.sealing import Secrets

_TRAIT_ROWS = RowsInto(
    """INSERT INTO claim_surrounding AS s (case_number, org, occurred_at, worker_key, employer_key, doctor_key,
        peers_key, wages_hundredths, findings, revision, looked_at_revision, looked_at)
    SELECT t.case_number, 'bpjs', t.occurred_at, t.worker, t.employer, t.doctor, t.peers, t.hundredths, '[]', 1, 0, '[]'
    FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
        AS t(case_number, occurred_at, worker, employer, doctor, peers, hundredths)
    ON CONFLICT (case_number) DO UPDATE SET occurred_at = excluded.occurred_at, worker_key = excluded.worker_key,
        employer_key = excluded.employer_key, doctor_key = excluded.doctor_key, peers_key = excluded.peers_key,
        wages_hundredths = excluded.wages_hundredths, revision = s.revision + 1
    WHERE (s.occurred_at, s.worker_key, s.employer_key, s.doctor_key, s.peers_key, s.wages_hundredths)
        IS DISTINCT FROM (excluded.occurred_at, excluded.worker_key, excluded.employer_key, excluded.doctor_key,
                          excluded.peers_key, excluded.wages_hundredths)"""
)
# At most so many claims before and as many after: whoever has more around has reached the highest level.
_SIDE_MAX = 250
_NEAR = """(SELECT case_number, occurred_at, worker_key, wages_hundredths, findings FROM claim_surrounding
     WHERE {family}_key = $1 AND occurred_at >= $2 AND occurred_at < $2 + $3::interval
     ORDER BY occurred_at, case_number LIMIT $4)
    UNION ALL
    (SELECT case_number, occurred_at, worker_key, wages_hundredths, findings FROM claim_surrounding
     WHERE {family}_key = $1 AND occurred_at < $2 AND occurred_at >= $2 - $3::interval
     ORDER BY occurred_at DESC, case_number LIMIT $4)"""
# Case numbers are drawn by lot, so the first of them are a fair sample that stays the same.
_PEERS = """SELECT case_number, occurred_at, worker_key, wages_hundredths, findings FROM claim_surrounding
    WHERE peers_key = $1 ORDER BY case_number LIMIT $2"""
_SAVE_FINDINGS = """UPDATE claim_surrounding s SET findings = told.findings::jsonb
    FROM unnest($1::text[], $2::text[]) AS told(case_number, findings) WHERE s.case_number = told.case_number"""
_LOOKED_AROUND = """UPDATE claim_surrounding s SET looked_at_revision = seen.revision, looked_at = seen.spots::jsonb
    FROM unnest($1::text[], $2::bigint[], $3::text[]) AS seen(case_number, revision, spots)
    WHERE s.case_number = seen.case_number"""
_ROW = """SELECT case_number, occurred_at, employer_key, doctor_key, peers_key, wages_hundredths, worker_key, findings,
        looked_at, revision
    FROM claim_surrounding"""


class Surroundings:
    """The rows on one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._driver = transaction.driver
        self._late = transaction.late
        self._index = secrets.blind_index

    def save_traits(self, traits: Mapping[str, Traits]) -> None:
        """By case number; what is the same as before is left alone."""
        rows = []
        for number, told in sorted(traits.items()):
            keys = {family: self._index.of(family, text) for family, text in told.keys}
            worker = self._index.of("worker", told.worker) if told.worker else None
            rows.append((number, told.occurred_at, worker, *(keys.get(f) for f in FAMILIES), told.wages_hundredths))
        self._late.add(_TRAIT_ROWS, rows)

    async def waiting(self, rows_max: int) -> list[Surrounding]:
        """Claims whose traits have changed since somebody looked around them."""
        rows = await self._driver.fetch(
            f"{_ROW} WHERE looked_at_revision < revision ORDER BY case_number LIMIT $1", rows_max
        )
        return [_surrounding(row) for row in rows]

    async def of(self, case_numbers: Collection[str]) -> list[Surrounding]:
        rows = await self._driver.fetch(f"{_ROW} WHERE case_number = ANY($1) ORDER BY case_number", list(case_numbers))
        return [_surrounding(row) for row in rows]

    async def around(self, spot: Spot, reach: timedelta | None) -> dict[str, tuple[Neighbour, tuple[Finding, ...]]]:
        """The claims of a key within reach, with what was found around each; any distance without a reach."""
        if spot.family == PEERS or reach is None:
            rows = await self._driver.fetch(_PEERS, spot.key, 2 * _SIDE_MAX)
        else:
            rows = await self._driver.fetch(_NEAR.format(family=spot.family), spot.key, spot.at, reach, _SIDE_MAX)
        return {row["case_number"]: (_neighbour(row), read_findings(row["findings"])) for row in rows}

    async def save_findings(self, findings: Mapping[str, Sequence[Finding]]) -> None:
        told = [
            orjson.dumps([[finding.code, finding.level, list(finding.cases)] for finding in found]).decode()
            for found in findings.values()
        ]
        await self._driver.execute(_SAVE_FINDINGS, list(findings), told)

    async def looked_around(self, seen: Sequence[Surrounding]) -> None:
        """These were looked around as they were when read; what has changed since still waits."""
        spots = [
            orjson.dumps([[one.family, one.key, one.at.isoformat()] for one in row.spots]).decode() for row in seen
        ]
        numbers, revisions = [row.case_number for row in seen], [row.revision for row in seen]
        await self._driver.execute(_LOOKED_AROUND, numbers, revisions, spots)


def read_findings(stored: str | None) -> tuple[Finding, ...]:
    """From the column's JSON; none while nobody has looked."""
    return tuple(Finding(code, level, tuple(cases)) for code, level, cases in orjson.loads(stored or "[]"))


def _neighbour(row: "asyncpg.Record") -> Neighbour:
    return Neighbour(row["case_number"], row["occurred_at"], row["worker_key"], row["wages_hundredths"])


def _surrounding(row: "asyncpg.Record") -> Surrounding:
    spots = [Spot(f, key, row["occurred_at"]) for f in FAMILIES if (key := row[f"{f}_key"]) is not None]
    looked_at = [Spot(f, key, datetime.fromisoformat(at)) for f, key, at in orjson.loads(row["looked_at"])]
    findings = read_findings(row["findings"])
    return Surrounding(row["case_number"], _neighbour(row), tuple(spots), tuple(looked_at), findings, row["revision"])
