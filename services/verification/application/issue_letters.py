"""Letters are issued by what makes them: a request, a word, an approval. Each is kept as it was issued; what a claim
says later makes another letter, which says which one it replaces (docs/decisions/0140)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

import orjson

from services.verification.application.console_claim import ClaimFile
from services.verification.application.letter_paper import LANGUAGES, Language, Shown, read_by
from services.verification.application.letters import KINDS, Issue, Letters, Occasion, number_of
from shared.errors import Conflict, NotFound
from shared.identifiers import new_id
from shared.receipts.codes import Receipt
from shared.regulation.codes import title_of

# The kind of the receipts with which letters are checked.
LETTER = "letter"


@dataclass(frozen=True)
class IssuedLetter:
    """One letter that went out. `told_id` is the entry that it tells of, `to` and `copies` are parties, `replaces` is
    another letter's id; `sha256` is of what is kept. The number holds nothing of a person."""

    id: str
    case_number: str
    kind: str
    told_id: str
    number: str
    issued_at: datetime
    claim_version: int
    to: str
    copies: tuple[str, ...]
    replaces: str | None
    sha256: str


class LetterBook(Protocol):
    """Letters that were issued, on one open transaction."""

    async def of_claims(self, case_numbers: Collection[str]) -> list[IssuedLetter]:
        """In the order in which they were issued."""

    async def keep(self, letter: IssuedLetter, content: bytes, replaced: IssuedLetter | None) -> None:
        """For ever; `replaced` stands no longer from now on."""

    async def content(self, letter: IssuedLetter) -> bytes:
        """What was kept. Raises NotFound."""


class LetterShelf(LetterBook, Protocol):
    """With the PDFs that were made, by party (empty for whom the letter is addressed to) and language; the transaction
    is the hub's own."""

    async def printed(self, letter: IssuedLetter, party: str, language: str) -> bytes | None: ...

    async def keep_print(self, letter: IssuedLetter, party: str, language: str, pdf: bytes) -> bytes:
        """This PDF, or the one that was kept meanwhile."""


class LetterClerk:
    """Issues what a changed claim gives reason for. `check` tells where a letter of this id can be checked."""

    def __init__(self, letters: Letters, book: LetterBook, check: Callable[[str], Receipt]) -> None:
        self._letters = letters
        self._book = book
        self._check = check

    async def issue(self, file: ClaimFile, case_numbers: Collection[str], now: datetime) -> None:
        """Letters that are due and not issued yet; `case_numbers` are all numbers under which the claim is known."""
        occasions = self._letters.occasions(file)
        if not occasions:
            return
        known = await self._book.of_claims(case_numbers)
        for occasion in occasions:
            last = last_of(known, occasion.kind, occasion.to)
            if last is None or last.told_id != occasion.told.id:
                known.append(await self._issued(file, occasion, known, last, now))

    async def issue_again(
        self, file: ClaimFile, case_numbers: Collection[str], kind: str, now: datetime
    ) -> IssuedLetter:
        """The letter of this kind as the claim stands now, in place of the one that was issued. Raises Conflict when
        the claim gives no reason for one."""
        occasion = next((each for each in self._letters.occasions(file) if each.kind == kind), None)
        if occasion is None:
            raise Conflict("letter.nothing-to-write", "As this claim stands there is no letter of this kind to write.")
        known = await self._book.of_claims(case_numbers)
        return await self._issued(file, occasion, known, last_of(known, kind, occasion.to), now)

    async def _issued(
        self,
        file: ClaimFile,
        occasion: Occasion,
        known: Sequence[IssuedLetter],
        last: IssuedLetter | None,
        now: datetime,
    ) -> IssuedLetter:
        document, id_ = file.document, str(new_id())
        number = number_of(document, occasion.kind, now, {letter.number for letter in known})
        issue = Issue(number, now, self._check(id_), (last.number, last.issued_at) if last else None)
        content = orjson.dumps(
            {language: self._letters.written(file, occasion, issue, language).kept() for language in LANGUAGES}
        )
        letter = IssuedLetter(
            id=id_,
            case_number=document["case_number"],
            kind=occasion.kind,
            told_id=occasion.told.id,
            number=number,
            issued_at=now,
            claim_version=document["version"],
            to=occasion.to,
            copies=self._letters.copies(document, occasion),
            replaces=last.id if last else None,
            sha256=sha256(content).hexdigest(),
        )
        await self._book.keep(letter, content, last)
        return letter


def last_of(letters: Sequence[IssuedLetter], kind: str, to: str) -> IssuedLetter | None:
    """What a new letter of this kind to this party replaces."""
    return next((each for each in reversed(letters) if (each.kind, each.to) == (kind, to)), None)


def found_among(letters: Sequence[IssuedLetter], wanted: str) -> IssuedLetter:
    """The letter with this id, or the last of this kind. Raises NotFound, and Conflict for a kind of which none was
    issued."""
    found = next((each for each in reversed(letters) if wanted in (each.id, each.kind)), None)
    if found is not None:
        return found
    if wanted in KINDS:
        raise Conflict("letter.nothing-to-write", "No letter of this kind was issued for this claim.")
    raise NotFound("letter.not-found", f"This claim has no such letter. Kinds of letters: {', '.join(KINDS)}.")


def copy_for(letter: IssuedLetter, party: str) -> str:
    """The party itself, when it gets a copy; empty for whom the letter is addressed to. Raises NotFound."""
    if party in ("", letter.to):
        return ""
    if party not in letter.copies:
        raise NotFound("letter.no-copy", "This party gets no copy of this letter.")
    return party


def read_letter(content: bytes, party: str, language: Language) -> Shown:
    """What one party reads of what was kept."""
    kept: dict[Language, Shown] = orjson.loads(content)
    return read_by(kept[language], party)


def letters_document(letters: Sequence[IssuedLetter], check: Callable[[str], Receipt]) -> list[dict[str, Any]]:
    """As the API lists them, the latest first."""
    by_id = {letter.id: letter for letter in letters}
    replaced_by = {letter.replaces: letter for letter in letters if letter.replaces is not None}
    return [
        {
            "id": letter.id,
            "kind": letter.kind,
            "title": _title("letter_kinds", letter.kind),
            "number": letter.number,
            "dated_at": letter.issued_at.isoformat(timespec="seconds"),
            "claim_version": letter.claim_version,
            "to": letter.to,
            "copies": list(letter.copies),
            "replaces": _number_of(by_id.get(letter.replaces or "")),
            "replaced_by": _number_of(replaced_by.get(letter.id)),
            "sha256": letter.sha256,
            "receipt": check(letter.id).told(),
        }
        for letter in reversed(letters)
    ]


def _number_of(letter: IssuedLetter | None) -> str | None:
    return letter.number if letter else None


def _title(list_name: str, code: str) -> dict[str, str]:
    title = title_of(list_name, code)
    return {"id": title.title_id, "en": title.title_en}
