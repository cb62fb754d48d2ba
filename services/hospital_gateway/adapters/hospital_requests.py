"""Which requests the hub has made of hospitals, written in the consumer's transaction."""

from collections.abc import Callable, Sequence
from uuid import UUID

from services.hospital_gateway.application.ask_hospitals import Made, Visited
from services.hospital_gateway.application.documents import Caller
from services.hospital_gateway.application.ports import Records
from shared.postgres.database import Transaction

_HUB = "hub"
_VISITS = """
SELECT org, encounter_id FROM medical_report WHERE encounter_id = ANY($1) AND version > 0
 ORDER BY started_at NULLS FIRST, encounter_id
"""
_MADE = """
SELECT case_number, org, type, id, document_code FROM hospital_request WHERE case_number = ANY($1) ORDER BY org, id
"""
_KEEP = """
INSERT INTO hospital_request (case_number, org, type, id, document_code)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[])
"""
_FORGET = """
WITH gone AS (DELETE FROM hospital_request WHERE case_number = $1 RETURNING org, id),
named AS (DELETE FROM resource_identifier i USING gone WHERE i.org = gone.org AND i.resource_id = gone.id)
DELETE FROM resource r USING gone WHERE r.org = gone.org AND r.id = gone.id
"""


class PostgresRequests:
    """See `application.ask_hospitals.Requests`. `records` opens one hospital's records on the transaction."""

    def __init__(self, tx: Transaction, records: Callable[[Transaction, Caller], Records]) -> None:
        self._tx = tx
        self._records = records

    async def visits(self, encounter_ids: Sequence[UUID]) -> list[Visited]:
        rows = await self._tx.driver.fetch(_VISITS, list(encounter_ids))
        return [Visited(row["org"], row["encounter_id"]) for row in rows]

    async def made_for(self, case_numbers: Sequence[str]) -> list[Made]:
        rows = await self._tx.driver.fetch(_MADE, list(case_numbers))
        return [Made(row["case_number"], row["org"], row["type"], row["id"], row["document_code"]) for row in rows]

    async def keep(self, made: Sequence[Made]) -> None:
        rows = ((one.case_number, one.org, one.type, one.id, one.document_code) for one in made)
        await self._tx.driver.execute(_KEEP, *(list(column) for column in zip(*rows, strict=True)))

    async def forget(self, case_number: str) -> None:
        await self._tx.driver.execute(_FORGET, case_number)

    def records_of(self, org: str) -> Records:
        return self._records(self._tx, Caller(org, _HUB))
