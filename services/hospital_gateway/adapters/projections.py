"""Projections in PostgreSQL, written in the consumer's transaction."""

from services.hospital_gateway.adapters.worker_hashes import marked
from services.hospital_gateway.application.record_projections import ClaimNews
from shared.postgres.database import Transaction

_PARTNER = """
INSERT INTO registered_partner (org, version, status, region_code, kinds) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (org) DO UPDATE SET version = $2, status = $3, region_code = $4, kinds = $5
 WHERE registered_partner.version < $2
"""
_CLAIM = """
WITH before AS (SELECT asked FROM claim_projection WHERE case_number = $1)
INSERT INTO claim_projection (case_number, version, is_open, region_code, occurred_at, treatment_until, report_ids,
                              encounter_ids, identity_hashes, asked)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (case_number) DO UPDATE SET version = $2, is_open = $3, region_code = $4, occurred_at = $5,
   treatment_until = $6, report_ids = $7, encounter_ids = $8, identity_hashes = $9, asked = $10
 WHERE claim_projection.version < $2
RETURNING (SELECT asked FROM before) IS DISTINCT FROM asked
"""


class PostgresProjections:
    """See `application.record_projections.Projections`."""

    def __init__(self, tx: Transaction) -> None:
        self._driver = tx.driver

    async def keep_partner(
        self, org: str, version: int, status: str, region_code: str | None, kinds: list[str]
    ) -> None:
        await self._driver.execute(_PARTNER, org, version, status, region_code, kinds)

    async def keep_claim(self, news: ClaimNews) -> bool:
        changed = await self._driver.fetchval(
            _CLAIM,
            news.case_number,
            news.version,
            news.is_open,
            news.region_code,
            news.occurred_at,
            news.treatment_until,
            list(news.report_ids),
            list(news.encounter_ids),
            list(marked(news.identity_hashes, test=news.test)),
            news.asked,
        )
        return bool(changed)

    async def forget_claim(self, case_number: str) -> None:
        await self._driver.execute("DELETE FROM claim_projection WHERE case_number = $1", case_number)
