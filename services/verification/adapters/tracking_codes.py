"""Tracking codes in PostgreSQL: only their keyed hashes, each leading to one report and so to the claim that holds it
now, whatever was joined or split since."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.verification.adapters.claim_contents import ClaimContents, contents_of
from services.verification.adapters.claim_queries import ClaimQueries
from services.verification.adapters.letter_book import letters_of
from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.received import Received, is_own, received_on, without_codes
from services.verification.application.records import EvidenceRecord
from services.verification.application.worker_status import Access, Followed, birth_dates_of
from services.verification.domain.contacts import contacts
from shared.audit import AuditEntry, record
from shared.identifiers import is_tracking_code
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.receipts.codes import ReceiptCodes
from shared.receipts.register import given_among
from shared.sealing import Secrets

_KIND = "tracking-code"
_ROWS = RowsInto(
    """INSERT INTO tracking_code (code_hash, org, evidence_id)
    SELECT c.hash, c.org, c.evidence_id FROM unnest($1::text[], $2::text[], $3::text[]) AS c(hash, org, evidence_id)
    ON CONFLICT (code_hash) DO NOTHING"""
)
_CLAIM = """SELECT c.case_number, c.notification_sequence, t.companion_id FROM tracking_code t
    JOIN evidence_link l ON l.evidence_id = t.evidence_id AND l.ended_at IS NULL
    JOIN claim c ON c.case_number = l.case_number
    WHERE t.code_hash = ANY($1::text[]) AND t.ended_at IS NULL"""
# A claim's merged numbers are the same claim to the worker. Whoever looked at it with this code is the worker.
_ACCESSES_MAX = 20
_ACCESSES = """SELECT org, CASE WHEN action LIKE 'claim.%' THEN 'looked' ELSE 'worked' END AS kind, count(*) AS times,
        max(at) AS last_at
    FROM audit_log
    WHERE object_id IN (SELECT case_number FROM claim WHERE case_number = $1 OR merged_into = $1)
      AND org NOT LIKE 'worker:%'
    GROUP BY 1, 2 ORDER BY max(at) DESC LIMIT $2"""
_IS_GIVEN = """SELECT EXISTS (SELECT FROM tracking_code WHERE companion_id IS NULL AND evidence_id = ANY($1::text[]))"""
_COMPANION = "INSERT INTO tracking_code (code_hash, org, evidence_id, companion_id) VALUES ($1, $2, $3, $4)"
_END_COMPANION = "UPDATE tracking_code SET ended_at = $2 WHERE companion_id = $1 AND ended_at IS NULL"
_END = """UPDATE tracking_code SET ended_at = $2 WHERE ended_at IS NULL AND companion_id IS NULL AND evidence_id IN (
    SELECT evidence_id FROM evidence_link WHERE ended_at IS NULL AND case_number = $1)"""


class TrackingCodes:
    """On one open transaction. `are_told`: there is a way by which workers get messages."""

    def __init__(self, transaction: Transaction, secrets: Secrets, org: str, *, are_told: bool = False) -> None:
        self._transaction = transaction
        self._driver = transaction.driver
        self._secrets = secrets
        self._org = org
        self._are_told = are_told

    def remember(self, records: Sequence[EvidenceRecord]) -> None:
        """Keep the hashes that came with new reports; a code that was ended stays ended."""
        new = [record.evidence for record in records if record.revision == 0 and record.evidence.tracking_code_hash]
        self._transaction.late.add(_ROWS, [(piece.tracking_code_hash, self._org, piece.id) for piece in new])

    async def replace(self, case_number: str, evidence_id: str, code: str, now: datetime) -> None:
        """`code` leads to the claim from now on, and no code that was given out before."""
        await self._driver.execute(_END, case_number, now)
        code_hash = self._secrets.blind_index.of(_KIND, code)
        self._transaction.late.add(_ROWS, [(code_hash, self._org, evidence_id)])

    async def give_first(self, case_number: str, evidence_id: str, held: Sequence[str], code: str) -> bool:
        """Mint the worker's first code, unless anybody was given one by this evidence, ended or not."""
        if not self._are_told or await self._driver.fetchval(_IS_GIVEN, list(held)):
            return False
        self._transaction.late.add(_ROWS, [(self._secrets.blind_index.of(_KIND, code), self._org, evidence_id)])
        entry = AuditEntry(self._org, "messages", "tracking-code.tell", "claim", case_number)
        await record(self._transaction, entry)
        return True

    async def add_companion(self, evidence_id: str, companion_id: str, code: str) -> None:
        """A code of the companion's own, which holds until that is taken back."""
        code_hash = self._secrets.blind_index.of(_KIND, code)
        await self._driver.execute(_COMPANION, code_hash, self._org, evidence_id, UUID(companion_id))

    async def end_companion(self, companion_id: str, now: datetime) -> None:
        await self._driver.execute(_END_COMPANION, UUID(companion_id), now)

    async def follow(self, code: str, now: datetime) -> Followed | None:
        """The claim behind a code that is still good."""
        hashes = self._secrets.blind_index.all(_KIND, code) if is_tracking_code(code) else ()
        claim = await self._driver.fetchrow(_CLAIM, list(hashes))
        if claim is None:
            return None
        number = claim["case_number"]
        document, _ = await ClaimQueries(self._transaction, self._secrets).claim(number, now)
        held = await contents_of(self._transaction, FactsSealer(self._secrets.sealer), number)
        accesses = await self._driver.fetch(_ACCESSES, number, _ACCESSES_MAX)
        return Followed(
            number,
            document,
            frozenset(born for piece in held.evidence for born in birth_dates_of(piece)),
            claim["notification_sequence"] > 0,
            tuple(Access(row["org"], row["kind"], row["times"], row["last_at"]) for row in accesses),
            bool(contacts(held.evidence, held.entries)),
            str(claim["companion_id"]) if claim["companion_id"] else None,
            await self._received(held),
            tuple(await letters_of(self._transaction, [number])),
        )

    async def _received(self, held: ClaimContents) -> tuple[Received, ...]:
        codes = ReceiptCodes.of(self._secrets.worker_keys)
        received = received_on(held.evidence, held.papers, held.entries, codes)
        own = [each.code for each in received if each.code is not None and is_own(each.code)]
        return without_codes(received, await given_among(self._transaction, own) if own else ())
