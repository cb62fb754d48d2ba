"""Letters are issued by what makes them: a request, a word, an approval. Each is kept as it was issued; what a claim
says later makes another letter, which says which one it replaces (docs/decisions/0140)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
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
    replaces_number: str | None
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
    """Issues what the claims of one unit of work give reason for. `check` tells where a letter of this id can be
    checked; `issued` are the letters that went out."""

    def __init__(self, letters: Letters, book: LetterBook, check: Callable[[str], Receipt]) -> None:
        self._letters = letters
        self._book = book
        self._check = check
        self._again: dict[str, str] = {}
        self.issued: list[IssuedLetter] = []

    def ask_again(self, case_number: str, kind: str) -> None:
        """Have the letter of this kind issued as the claim stands at the end, whether or not it was before."""
        self._again[case_number] = kind

    async def issue(self, file: ClaimFile, case_numbers: Collection[str], now: datetime) -> None:
        """Letters that are due and not issued yet, and the one that was asked for again; `case_numbers` are all numbers
        under which the claim is known. Raises Conflict when the claim gives no reason for what was asked for."""
        occasions = self._letters.occasions(file)
        again = self._again.pop(file.document["case_number"], None)
        if again is not None and again not in {occasion.kind for occasion in occasions}:
            raise Conflict("letter.nothing-to-write", "As this claim stands there is no letter of this kind to write.")
        if not occasions:
            return
        known = await self._book.of_claims(case_numbers)
        for occasion in occasions:
            last = last_of(known, occasion.kind, occasion.to)
            if last is None or last.told_id != occasion.told.id or occasion.kind == again:
                letter = await self._issued(file, occasion, known, last, now)
                known.append(letter)
                self.issued.append(letter)

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
        said = {language: self._letters.written(file, occasion, issue, language).kept() for language in LANGUAGES}
        # Everybody may see the digest: without the salt, who has a copy could try out what it leaves out.
        content = orjson.dumps({**said, "salt": token_hex(16)})
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
            replaces_number=last.number if last else None,
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
    kept: dict[str, Shown] = orjson.loads(content)
    return read_by(kept[language], party)


def letters_document(letters: Sequence[IssuedLetter], check: Callable[[str], Receipt]) -> list[dict[str, Any]]:
    """As the API lists them, the latest first."""
    return [letter_document(letter, letters, check) for letter in reversed(letters)]


def letter_document(
    letter: IssuedLetter, known: Sequence[IssuedLetter], check: Callable[[str], Receipt]
) -> dict[str, Any]:
    """One of them; `known` are the letters of its claim."""
    replaced_by = next((each.number for each in known if each.replaces == letter.id), None)
    return {
        "id": letter.id,
        "kind": letter.kind,
        "title": title_of("letter_kinds", letter.kind).title,
        "number": letter.number,
        "dated_at": letter.issued_at.isoformat(timespec="seconds"),
        "claim_version": letter.claim_version,
        "to": letter.to,
        "copies": list(letter.copies),
        "replaces": letter.replaces_number,
        "replaced_by": replaced_by,
        "sha256": letter.sha256,
        "receipt": check(letter.id).told(),
    }
