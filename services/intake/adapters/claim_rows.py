"""The claims that reports are part of, as verification tells of them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import orjson

from services.intake.application.follow_claims import ToldClaim

# Statements take the claims as one JSON array, so that a batch of events costs three round trips; and beside it the ids
# to look for, since PostgreSQL takes every JSON array for a hundred rows and would read whole tables for them.
_TOLD = """WITH told AS (SELECT * FROM jsonb_to_recordset($1::text::jsonb)
    AS t(case_number text, claim_version bigint, state text, waiting_on text, payer_of_first_resort text,
        checklist jsonb, told_at timestamptz, report_ids uuid[], report_versions jsonb, clocks jsonb,
        waiting_reason text))"""
_FOLLOW = f"""{_TOLD}, linked AS (SELECT t.*, u.report_id FROM told t CROSS JOIN unnest(t.report_ids) AS u(report_id)),
    owned AS (SELECT report_id, org FROM accident_report WHERE report_id = ANY ($2::uuid[])
        UNION ALL SELECT report_id, org FROM self_report WHERE report_id = ANY ($2::uuid[]))
    INSERT INTO report_claim (report_id, case_number, org, claim_version, linked, state, waiting_on,
        payer_of_first_resort, checklist, told_at, report_version, clocks, waiting_reason)
    SELECT l.report_id, l.case_number, o.org, l.claim_version, true, l.state, l.waiting_on, l.payer_of_first_resort,
        l.checklist, l.told_at, (l.report_versions ->> l.report_id::text)::bigint, l.clocks, l.waiting_reason
      FROM linked l JOIN owned o USING (report_id) ORDER BY l.report_id, l.case_number
    ON CONFLICT (report_id, case_number) DO UPDATE SET claim_version = excluded.claim_version, linked = true,
        state = excluded.state, waiting_on = excluded.waiting_on, checklist = excluded.checklist,
        payer_of_first_resort = excluded.payer_of_first_resort, told_at = excluded.told_at,
        report_version = excluded.report_version, clocks = excluded.clocks,
        waiting_reason = excluded.waiting_reason
      WHERE report_claim.claim_version < excluded.claim_version
    RETURNING report_id"""  # noqa: S608
_UNLINK = f"""{_TOLD} UPDATE report_claim c SET linked = false, claim_version = t.claim_version, told_at = t.told_at
    FROM told t WHERE c.case_number = ANY ($2::text[]) AND c.case_number = t.case_number
      AND c.claim_version < t.claim_version AND c.report_id <> ALL (t.report_ids) RETURNING c.report_id"""  # noqa: S608
# What its claim does is news of the report: `updated_since` finds it.
_TOUCH = """UPDATE accident_report SET updated_at = clock_timestamp() WHERE report_id IN
    (SELECT report_id FROM accident_report WHERE report_id = ANY ($1::uuid[]) ORDER BY report_id FOR UPDATE)"""
_FORGET = "DELETE FROM report_claim WHERE case_number = ANY ($1::text[])"


class ClaimRows:
    """Claims within one system transaction."""

    driver: "asyncpg.Connection[asyncpg.Record]"

    async def follow_claims(self, claims: Sequence[ToldClaim]) -> list[UUID]:
        told = orjson.dumps([_as_row(claim) for claim in claims]).decode()
        linked = list({report_id for claim in claims for report_id in claim.report_ids})
        numbers = [claim.case_number for claim in claims]
        rows = [*await self.driver.fetch(_FOLLOW, told, linked), *await self.driver.fetch(_UNLINK, told, numbers)]
        report_ids = list({row["report_id"] for row in rows})
        if report_ids:
            await self.driver.execute(_TOUCH, report_ids)
        return report_ids

    async def forget_claims(self, case_numbers: Sequence[str]) -> None:
        await self.driver.execute(_FORGET, list(case_numbers))


def _as_row(claim: ToldClaim) -> dict[str, object]:
    return {
        "case_number": claim.case_number,
        "claim_version": claim.claim_version,
        "state": claim.state,
        "waiting_on": claim.waiting_on,
        "payer_of_first_resort": claim.payer_of_first_resort,
        "checklist": list(claim.checklist),
        "told_at": claim.told_at,
        "report_ids": [str(report_id) for report_id in claim.report_ids],
        "report_versions": dict(claim.report_versions),
        "clocks": list(claim.clocks),
        "waiting_reason": claim.waiting_reason,
    }
