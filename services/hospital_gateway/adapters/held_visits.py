"""Visits that did not leave the gateway: looked at again when a claim changes (interface, section 4)."""

from collections import defaultdict
from collections.abc import Callable
from uuid import UUID

from services.hospital_gateway.adapters.worker_hashes import marked
from services.hospital_gateway.application.documents import Caller
from services.hospital_gateway.application.ports import Records
from services.hospital_gateway.application.record_projections import ClaimNews
from services.hospital_gateway.application.report_changes import ReportWriter
from shared.clock import Clock
from shared.postgres.database import Transaction

_HUB = "hub"
# A worker has few visits; whoever has more than this is looked at again when the claim changes next.
_VISITS_MAX = 200
_OF_WORKER = """
SELECT org, encounter_id FROM medical_report
 WHERE version = 0 AND worker_hashes && $1::text[] AND started_at IS NOT NULL
   AND ($2::timestamptz IS NULL OR started_at >= $2::timestamptz - interval '1 day')
   AND ($3::timestamptz IS NULL OR started_at <= $3)
 ORDER BY org, encounter_id LIMIT $4
"""


class PostgresHeldVisits:
    """See `application.record_projections.HeldVisits`. `records` opens one hospital's records on the transaction."""

    def __init__(
        self, tx: Transaction, records: Callable[[Transaction, Caller], Records], reports: ReportWriter, clock: Clock
    ) -> None:
        self._tx = tx
        self._records = records
        self._reports = reports
        self._clock = clock

    async def look_again(self, news: ClaimNews) -> None:
        hashes = list(marked(news.identity_hashes, test=news.test))
        rows = await self._tx.driver.fetch(_OF_WORKER, hashes, news.occurred_at, news.treatment_until, _VISITS_MAX)
        by_hospital: dict[str, list[UUID]] = defaultdict(list)
        for row in rows:
            by_hospital[row["org"]].append(row["encounter_id"])
        for org, encounter_ids in by_hospital.items():
            records = self._records(self._tx, Caller(org, _HUB))
            region_code = (await records.prepare([], None)).region_code
            await self._reports.look_again(records, org, region_code, encounter_ids, self._clock.now())
            for encounter_id in encounter_ids:
                await records.audit("visit.look-again", "Encounter", str(encounter_id), {"case": news.case_number})
