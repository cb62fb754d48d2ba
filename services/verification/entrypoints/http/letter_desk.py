"""Where letters that were issued are opened, by whoever may: each time a row in the audit log, for they name the
worker."""

from dataclasses import dataclass
from typing import Any

from fastapi import Response

from services.verification.application.issue_letters import (
    IssuedLetter,
    LetterBook,
    copy_for,
    found_among,
    letters_document,
    read_letter,
)
from services.verification.application.letter_paper import Language, Printer, Shown
from services.verification.application.letters import WORKER
from services.verification.application.worker_status import Followed
from services.verification.entrypoints.http.desk import Counter, audit
from shared.audit import AuditEntry, record
from shared.web.door import Principal


class PdfResponse(Response):
    media_type = "application/pdf"


@dataclass(frozen=True)
class Opened:
    """A letter as one party reads it; `party` is empty for whom it is addressed to."""

    letter: IssuedLetter
    party: str
    language: Language
    shown: Shown
    # All letters of the claim.
    known: tuple[IssuedLetter, ...]


@dataclass(frozen=True)
class LetterDesk:
    """Opens letters for whoever may read claims, and for the worker."""

    counter: Counter
    printer: Printer

    async def listed(
        self, caller: Principal, case_number: str, **detail: Any
    ) -> tuple[str | None, list[dict[str, Any]]]:
        """The number of the claim that this one was merged into, else its letters. Raises NotFound."""
        async with self.counter.database.transaction(caller.org) as transaction:
            merged_into = await self.counter.open_reader(transaction).survivor_of(case_number)
            letters = await self.counter.open_letters(transaction).of_claims([case_number])
            await audit(transaction, caller, "claim.letters", case_number, **detail)
        return merged_into, letters_document(letters, self.counter.letter_check)

    async def opened(
        self, caller: Principal, case_number: str, wanted: str, party: str, language: Language, **detail: Any
    ) -> Opened | str:
        """The letter with this id, or the last of this kind; or the number of the claim that this one was merged into.
        `detail` may name the officer. Raises NotFound, and Conflict for a kind of which there is none."""
        async with self.counter.database.transaction(caller.org) as transaction:
            merged_into = await self.counter.open_reader(transaction).survivor_of(case_number)
            if merged_into is not None:
                return merged_into
            opened = await read_from(self.counter.open_letters(transaction), case_number, wanted, party, language)
            told = {"letter": opened.letter.id, "kind": opened.letter.kind, "party": opened.party, "lang": language}
            await audit(transaction, caller, "claim.letter", case_number, **told, **detail)
        return opened

    async def opened_by_worker(self, followed: Followed, letter_id: str, language: Language) -> Opened:
        """One of the letters to the worker, for who has opened the claim with its code. Raises NotFound."""
        letter = followed.letter(letter_id)
        party = copy_for(letter, WORKER)
        async with self.counter.database.system_transaction() as transaction:
            content = await self.counter.open_letters(transaction).content(letter)
            told = {"letter": letter.id, "kind": letter.kind, "party": party, "lang": language}
            number = followed.case_number
            await record(
                transaction, AuditEntry(followed.holder, "status", "claim.letter", "claim", number, detail=told)
            )
        return Opened(letter, party, language, read_letter(content, party, language), followed.issued)

    async def pdf(self, opened: Opened) -> Response:
        """To be shown in place: the bytes that were made when it was first opened. Raises Unavailable, TooLarge."""
        letter, party, language = opened.letter, opened.party, opened.language
        async with self.counter.database.system_transaction() as transaction:
            content = await self.counter.open_letters(transaction).printed(letter, party, language)
        if content is None:
            # Typesetting takes a while, and no connection waits for it.
            made = await self.printer.pdf(opened.shown, letter.issued_at)
            async with self.counter.database.system_transaction() as transaction:
                content = await self.counter.open_letters(transaction).keep_print(letter, party, language, made)
        name = f"{letter.number.replace('/', '-')}-{language}.pdf"
        headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
        return PdfResponse(content, headers=headers)


async def read_from(book: LetterBook, case_number: str, wanted: str, party: str, language: Language) -> Opened:
    """One letter of this claim, as this party reads it. Raises NotFound and Conflict."""
    known = await book.of_claims([case_number])
    letter = found_among(known, wanted)
    party = copy_for(letter, party)
    return Opened(letter, party, language, read_letter(await book.content(letter), party, language), tuple(known))
