"""Receipts of what hospitals send, one a request. The register is the audit log, which forgets nothing; the digest of
what was sent stands beside it, since the purge of held visits has to forget it (interface, section 4)."""

from uuid import UUID

from services.hospital_gateway.application.documents import Caller
from shared.clock import Clock
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.receipts.register import Acceptance, Found, Receipts

HOSPITAL_RECORDS = "hospital_records"
_DIGESTS = RowsInto(
    """INSERT INTO receipt_digest (id, org, sha256)
    SELECT d.id, d.org, d.sha256 FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS d(id, org, sha256)"""
)


class RequestReceipts:
    """Of one hospital, on one open transaction."""

    def __init__(self, tx: Transaction, caller: Caller, receipts: Receipts, clock: Clock) -> None:
        self._tx = tx
        self._caller = caller
        self._receipts = receipts
        self._clock = clock

    async def give(self, request_id: UUID, sha256: bytes) -> None:
        """Written at the end of the transaction, in its one last statement."""
        accepted = Acceptance(HOSPITAL_RECORDS, (request_id,), self._clock.now(), "")
        await self._receipts.give(self._tx, self._caller.org, self._caller.client_id, accepted)
        self._tx.late.add(_DIGESTS, [(request_id, self._caller.org, sha256)])

    async def given(self, request_id: UUID | None) -> UUID | None:
        if request_id is None:
            return None
        found: UUID | None = await self._tx.driver.fetchval("SELECT id FROM receipt_digest WHERE id = $1", request_id)
        return found


async def digests_of(transaction: Transaction, found: Found) -> tuple[str, ...]:
    """The digest of what a receipt stands for, nothing once that was purged; the transaction is the hub's own."""
    sha256 = await transaction.driver.fetchval("SELECT sha256 FROM receipt_digest WHERE id = $1", UUID(found.about))
    return (sha256.hex(),) if sha256 is not None else ()
