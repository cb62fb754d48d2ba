"""Known cases and determinations in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from services.disnaker_gateway.application.ports import CaseState, KnownCase, StoredDetermination
from services.disnaker_gateway.domain.province import office_of
from shared.postgres.database import Transaction
from shared.sealing import Sealer

_VIEW, _CONTENT = "known_case.view", "determination.content"
_RECORD_STATES = """INSERT INTO known_case
      (case_number, org, region_code, claim_version, claim_state, open, merged_into)
    SELECT n.case_number, n.org, n.region_code, n.claim_version, n.claim_state::jsonb, n.open, n.merged_into
      FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::boolean[], $7::text[])
        AS n(case_number, org, region_code, claim_version, claim_state, open, merged_into)
    ON CONFLICT (case_number) DO UPDATE SET
      org = CASE WHEN EXCLUDED.region_code IS NULL THEN known_case.org ELSE EXCLUDED.org END,
      region_code = coalesce(EXCLUDED.region_code, known_case.region_code),
      claim_version = EXCLUDED.claim_version, claim_state = EXCLUDED.claim_state, open = EXCLUDED.open,
      merged_into = EXCLUDED.merged_into
    WHERE known_case.claim_version < EXCLUDED.claim_version"""
# The region comes from the claim's state once that is known; a notification may be older than it.
_RECORD_VIEW = """INSERT INTO known_case (case_number, org, region_code, view_sequence, sealed_view)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (case_number) DO UPDATE SET
      org = CASE WHEN known_case.region_code IS NULL THEN EXCLUDED.org ELSE known_case.org END,
      region_code = coalesce(known_case.region_code, EXCLUDED.region_code),
      view_sequence = EXCLUDED.view_sequence, sealed_view = EXCLUDED.sealed_view
    WHERE known_case.view_sequence < EXCLUDED.view_sequence"""
_GET_CASE = """SELECT case_number, org, region_code, open, merged_into, claim_state::text AS claim_state, sealed_view,
      view_sequence FROM known_case WHERE case_number = $1"""
_DETERMINATION = """SELECT determination_id, org, client_id, case_number, region_code, decision, supersedes,
      superseded_by, received_at, sealed_content FROM determination"""
_ADD_DETERMINATION = """INSERT INTO determination (determination_id, org, client_id, case_number, region_code, decision,
      decided_on, supersedes, position, received_at, sealed_content)
    VALUES ($1, $2, $3, $4, $5, $6, $7::text::date, $8, $9, $10, $11)"""


class PostgresCases:
    """Rows of `known_case` within one transaction."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._driver = transaction.driver
        self._sealer = sealer

    async def record_states(self, states: Sequence[CaseState]) -> None:
        if not states:
            return
        await self._driver.execute(
            _RECORD_STATES,
            [each.case_number for each in states],
            [office_of(each.region_code, test=each.test) for each in states],
            [each.region_code for each in states],
            [each.claim_version for each in states],
            [orjson.dumps(dict(each.state)).decode() for each in states],
            [each.open for each in states],
            [each.merged_into for each in states],
        )

    async def record_view(
        self, case_number: str, org: str, region_code: str, sequence: int, view: dict[str, Any]
    ) -> None:
        sealed = self._sealer.seal_bytes(orjson.dumps(view), type=_VIEW, id=case_number, version=sequence)
        await self._driver.execute(_RECORD_VIEW, case_number, org, region_code, sequence, sealed)

    async def forget(self, case_numbers: Sequence[str]) -> None:
        if case_numbers:
            await self._driver.execute("DELETE FROM known_case WHERE case_number = ANY($1::text[])", list(case_numbers))

    async def get(self, case_number: str) -> KnownCase | None:
        row = await self._driver.fetchrow(_GET_CASE, case_number)
        if row is None:
            return None
        view = None
        if row["sealed_view"] is not None:
            view = orjson.loads(
                self._sealer.open_bytes(row["sealed_view"], type=_VIEW, id=case_number, version=row["view_sequence"])
            )
        return KnownCase(
            case_number=row["case_number"],
            org=row["org"],
            region_code=row["region_code"],
            open=row["open"],
            merged_into=row["merged_into"],
            state=orjson.loads(row["claim_state"]) if row["claim_state"] else None,
            view=view,
        )


class PostgresDeterminations:
    """Rows of `determination` within one transaction."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._driver = transaction.driver
        self._sealer = sealer

    async def lock_case(self, case_number: str) -> None:
        await self._driver.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('determination|' || $1, 0))", case_number
        )

    async def of_case(self, case_number: str) -> list[StoredDetermination]:
        """Also those of cases that were merged into this one."""
        rows = await self._driver.fetch(
            f"{_DETERMINATION} WHERE case_number = $1 "  # noqa: S608
            "OR case_number IN (SELECT case_number FROM known_case WHERE merged_into = $1) "
            "ORDER BY received_at, determination_id",
            case_number,
        )
        return [self._determination(row) for row in rows]

    async def add(self, determination: StoredDetermination, position: int) -> None:
        sealed = self._sealer.seal_bytes(
            orjson.dumps(determination.content), type=_CONTENT, id=determination.determination_id, version=1
        )
        await self._driver.execute(
            _ADD_DETERMINATION,
            determination.determination_id,
            determination.org,
            determination.client_id,
            determination.case_number,
            determination.region_code,
            determination.decision,
            determination.content["decided_on"],
            determination.supersedes,
            position,
            determination.received_at,
            sealed,
        )
        if determination.supersedes is not None:
            await self._driver.execute(
                "UPDATE determination SET superseded_by = $2 WHERE determination_id = $1",
                determination.supersedes,
                determination.determination_id,
            )

    async def get(self, determination_id: UUID) -> StoredDetermination | None:
        row = await self._driver.fetchrow(f"{_DETERMINATION} WHERE determination_id = $1", determination_id)
        return None if row is None else self._determination(row)

    def _determination(self, row: Any) -> StoredDetermination:
        content = self._sealer.open_bytes(row["sealed_content"], type=_CONTENT, id=row["determination_id"], version=1)
        return StoredDetermination(
            determination_id=row["determination_id"],
            org=row["org"],
            client_id=row["client_id"],
            case_number=row["case_number"],
            region_code=row["region_code"],
            decision=row["decision"],
            supersedes=row["supersedes"],
            superseded_by=row["superseded_by"],
            received_at=row["received_at"],
            content=orjson.loads(content),
        )
