"""One claim with all that the console shows of it, read without locking anything."""

from services.verification.adapters.report_papers import papers_of
from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.console_claim import ClaimFile
from shared.errors import NotFound
from shared.identifiers import is_case_number
from shared.postgres.database import Transaction
from shared.sealing import Sealer

_CLAIM = "SELECT version, document, merged_into FROM claim WHERE case_number = $1"
_EVIDENCE = """SELECT e.id, e.kind, e.version, e.facts, e.revision, e.document
    FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id
    WHERE l.case_number = $1 AND l.ended_at IS NULL ORDER BY e.received_at, e.id"""
_ENTRIES = """SELECT id, kind, document FROM claim_entry WHERE case_number IN (
    SELECT case_number FROM claim WHERE case_number = $1 OR merged_into = $1) ORDER BY id"""
_CODE = """SELECT max(t.minted_at) FROM tracking_code t
    JOIN evidence_link l ON l.evidence_id = t.evidence_id AND l.ended_at IS NULL
    WHERE l.case_number = $1 AND t.companion_id IS NULL AND t.ended_at IS NULL"""


class ConsoleClaims:
    """Reads on one open transaction."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._driver = transaction.driver
        self._facts = FactsSealer(sealer)

    async def file(self, case_number: str) -> ClaimFile:
        """Raises NotFound."""
        row = await self._driver.fetchrow(_CLAIM, case_number) if is_case_number(case_number) else None
        if row is None:
            raise NotFound("claim.not-found", "There is no claim under this number.")
        evidence = await self._driver.fetch(_EVIDENCE, case_number)
        entries = await self._driver.fetch(_ENTRIES, case_number)
        return ClaimFile(
            self._facts.open_claim(row["document"], case_number, row["version"]),
            row["merged_into"],
            tuple(self._facts.open_evidence(each["facts"], each["id"], each["revision"]) for each in evidence),
            tuple(self._facts.open_entry(each["kind"], each["document"], str(each["id"])) for each in entries),
            tuple(paper for each in evidence for paper in papers_of(self._facts, each)),
            await self._driver.fetchval(_CODE, case_number),
        )
