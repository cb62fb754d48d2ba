"""Letters as they were issued, in PostgreSQL: what they say is sealed, and nothing of it is ever changed. And the PDFs
that were made of them, each kept from the first time on."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import asyncpg

from services.verification.application.issue_letters import LETTER, IssuedLetter
from shared.errors import NotFound, Unreadable
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.receipts.register import Acceptance, Receipts
from shared.sealing import Sealer

_ORG, _CLIENT = "bpjs", "letters"
_TYPE, _PRINT_TYPE = "claim-letter", "claim-letter-print"
_OF_CLAIMS = """SELECT id, case_number, kind, told_id, number, issued_at, claim_version, addressee, copies, replaces,
        (SELECT r.number FROM claim_letter r WHERE r.id = claim_letter.replaces) AS replaces_number, sha256
    FROM claim_letter WHERE case_number IN (
        SELECT case_number FROM claim WHERE case_number = ANY($1::text[]) OR merged_into = ANY($1::text[]))
    ORDER BY issued_at, id"""
_CONTENT = "SELECT content FROM claim_letter WHERE id = $1"
_ROWS = RowsInto(
    """INSERT INTO claim_letter (id, org, case_number, kind, told_id, number, issued_at, claim_version, addressee,
        copies, replaces, sha256, content)
    SELECT l.id, 'bpjs', l.case_number, l.kind, l.told_id, l.number, l.issued_at, l.claim_version, l.addressee,
        string_to_array(l.copies, ' '), l.replaces, l.sha256, l.content
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::bigint[],
        $8::text[], $9::text[], $10::uuid[], $11::text[], $12::bytea[])
        AS l(id, case_number, kind, told_id, number, issued_at, claim_version, addressee, copies, replaces, sha256,
             content)"""
)
_PRINT = "SELECT pdf FROM claim_letter_print WHERE letter_id = $1 AND party = $2 AND language = $3"
_KEEP_PRINT = """INSERT INTO claim_letter_print (letter_id, org, party, language, sha256, pdf)
    VALUES ($1, 'bpjs', $2, $3, $4, $5) ON CONFLICT (letter_id, party, language) DO NOTHING"""


@dataclass(frozen=True)
class PostgresLetters:
    """`LetterShelf` on one open transaction."""

    transaction: Transaction
    sealer: Sealer
    receipts: Receipts

    async def of_claims(self, case_numbers: Collection[str]) -> list[IssuedLetter]:
        return await letters_of(self.transaction, case_numbers)

    async def keep(self, letter: IssuedLetter, content: bytes, replaced: IssuedLetter | None) -> None:
        row = (
            UUID(letter.id),
            letter.case_number,
            letter.kind,
            UUID(letter.told_id),
            letter.number,
            letter.issued_at,
            letter.claim_version,
            letter.to,
            " ".join(letter.copies),
            UUID(letter.replaces) if letter.replaces else None,
            letter.sha256,
            self.sealer.seal_bytes(content, type=_TYPE, id=letter.id, version=1),
        )
        self.transaction.late.add(_ROWS, [row])
        await self._receipt(letter, letter.sha256)
        if replaced is not None:
            named = (LETTER, replaced.id)
            await self.receipts.replace(self.transaction, self._in_whose_name, _CLIENT, named, letter.issued_at)

    async def content(self, letter: IssuedLetter) -> bytes:
        sealed = await self.transaction.driver.fetchval(_CONTENT, UUID(letter.id))
        if sealed is None:
            raise NotFound("letter.not-found", "This claim has no such letter.")
        content = self.sealer.open_bytes(sealed, type=_TYPE, id=letter.id, version=1)
        if sha256(content).hexdigest() != letter.sha256:
            raise Unreadable("letter.changed", "What is kept of this letter is not what was issued.")
        return content

    async def printed(self, letter: IssuedLetter, party: str, language: str) -> bytes | None:
        """The PDF that was made of it for this party; the transaction is the hub's own."""
        sealed = await self.transaction.driver.fetchval(_PRINT, UUID(letter.id), party, language)
        return sealed and self.sealer.open_bytes(
            sealed, type=_PRINT_TYPE, id=f"{letter.id}/{party}/{language}", version=1
        )

    async def keep_print(self, letter: IssuedLetter, party: str, language: str, pdf: bytes) -> bytes:
        """This PDF, or the one that somebody else has kept meanwhile; whoever has its bytes can check them."""
        digest = sha256(pdf).hexdigest()
        sealed = self.sealer.seal_bytes(pdf, type=_PRINT_TYPE, id=f"{letter.id}/{party}/{language}", version=1)
        kept = await self.transaction.driver.execute(_KEEP_PRINT, UUID(letter.id), party, language, digest, sealed)
        if kept.endswith(" 1"):
            await self._receipt(letter, digest)
            return pdf
        return await self.printed(letter, party, language) or pdf

    async def _receipt(self, letter: IssuedLetter, digest: str) -> None:
        accepted = Acceptance(LETTER, (letter.id,), letter.issued_at, digest)
        await self.receipts.give(self.transaction, self._in_whose_name, _CLIENT, accepted)

    @property
    def _in_whose_name(self) -> str:
        """Who has the letter issued: the office whose work makes it, else BPJS."""
        return self.transaction.org or _ORG


async def letters_of(transaction: Transaction, case_numbers: Collection[str]) -> list[IssuedLetter]:
    """Of these claims and of those merged into them, in the order in which they were issued."""
    return [_letter(row) for row in await transaction.driver.fetch(_OF_CLAIMS, list(case_numbers))]


def _letter(row: "asyncpg.Record") -> IssuedLetter:
    return IssuedLetter(
        id=str(row["id"]),
        case_number=row["case_number"],
        kind=row["kind"],
        told_id=str(row["told_id"]),
        number=row["number"],
        issued_at=row["issued_at"],
        claim_version=row["claim_version"],
        to=row["addressee"],
        copies=tuple(row["copies"]),
        replaces=str(row["replaces"]) if row["replaces"] else None,
        replaces_number=row["replaces_number"],
        sha256=row["sha256"],
    )
