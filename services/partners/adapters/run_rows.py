"""Runs of the conformance kit in PostgreSQL. A partner's transaction reaches its own alone."""

from collections.abc import Sequence
from dataclasses import asdict

import asyncpg
import orjson

from services.partners.domain.conformance import ConformanceRun, RuleOutcome, RuleResult
from shared.audit import AuditEntry, record
from shared.identifiers import trial_organisation
from shared.postgres.database import Transaction

_ADD = """INSERT INTO conformance_run (id, org, client_id, kit, kit_version, url, began_at, received_at, passed, failed,
    not_checked, rules) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::jsonb)"""
_FORGET = """DELETE FROM conformance_run WHERE org = $1
    AND id NOT IN (SELECT id FROM conformance_run WHERE org = $1 ORDER BY id DESC LIMIT $2)"""
_NEWEST = "SELECT * FROM conformance_run WHERE $1::text[] IS NULL OR org = ANY($1) ORDER BY id DESC LIMIT $2"


class PostgresRunRows:
    """`RunRows` within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._driver = transaction.driver

    async def add(self, run: ConformanceRun) -> None:
        await self._driver.execute(
            _ADD,
            run.id,
            run.org,
            run.client_id,
            run.kit,
            run.kit_version,
            run.url,
            run.began_at,
            run.received_at,
            *(run.count(outcome) for outcome in RuleOutcome),
            orjson.dumps([asdict(each) for each in run.rules]).decode(),
        )

    async def forget_older(self, org: str, kept: int) -> None:
        await self._driver.execute(_FORGET, org, kept)

    async def newest(self, org: str | None, limit: int) -> Sequence[ConformanceRun]:
        # What a hospital's test clients found says as much of its bridge, and comes first.
        orgs = [org, trial_organisation(org)] if org else None
        return [_run(row) for row in await self._driver.fetch(_NEWEST, orgs, limit)]

    async def note(self, entry: AuditEntry) -> None:
        await record(self._transaction, entry)


def _run(row: "asyncpg.Record") -> ConformanceRun:
    return ConformanceRun(
        id=row["id"],
        org=row["org"],
        client_id=row["client_id"],
        kit=row["kit"],
        kit_version=row["kit_version"],
        url=row["url"],
        began_at=row["began_at"],
        received_at=row["received_at"],
        rules=tuple(
            RuleResult(**{**each, "outcome": RuleOutcome(each["outcome"])}) for each in orjson.loads(row["rules"])
        ),
    )
