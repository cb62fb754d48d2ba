"""One claim with all that the console shows of it, read without locking anything."""

from services.verification.adapters.claim_contents import contents_of
from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.console_claim import ClaimFile
from shared.errors import NotFound
from shared.identifiers import is_case_number
from shared.postgres.database import Transaction
from shared.sealing import Sealer

_CLAIM = "SELECT version, document, merged_into FROM claim WHERE case_number = $1"
_CODE = """SELECT max(t.minted_at) FROM tracking_code t
    JOIN evidence_link l ON l.evidence_id = t.evidence_id AND l.ended_at IS NULL
    WHERE l.case_number = $1 AND t.companion_id IS NULL AND t.ended_at IS NULL"""


class ConsoleClaims:
    """Reads on one open transaction."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._transaction = transaction
        self._facts = FactsSealer(sealer)

    async def file(self, case_number: str) -> ClaimFile:
        """Raises NotFound."""
        row = await self._transaction.driver.fetchrow(_CLAIM, case_number) if is_case_number(case_number) else None
        if row is None:
            raise NotFound("claim.not-found", "There is no claim under this number.")
        held = await contents_of(self._transaction, self._facts, case_number)
        return ClaimFile(
            self._facts.open_claim(row["document"], case_number, row["version"]),
            row["merged_into"],
            held.evidence,
            held.entries,
            held.papers,
            await self._transaction.driver.fetchval(_CODE, case_number),
        )
