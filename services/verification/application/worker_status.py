"""The worker's own look at their claim: by tracking code and birth date, without an account."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from services.verification.application.issue_letters import IssuedLetter
from services.verification.application.letters import WORKER as WORKER_PARTY
from services.verification.application.received import Received
from services.verification.domain.evidence import Evidence
from shared.errors import NotFound
from shared.identifiers import nik_birth_dates, nik_problems

# Letters that a person reads off a screen as digits (Crockford): O is 0, I and L are 1.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class Access:
    """One organisation's look at a claim or work on it: how often, and when last. `kind` is of `worker_accesses`."""

    org: str
    kind: str
    times: int
    last_at: datetime | None


@dataclass(frozen=True)
class Followed:
    """The claim that a tracking code leads to. `birth_dates` are all that its reports tell of the worker."""

    case_number: str
    document: Mapping[str, Any]
    birth_dates: frozenset[date]
    disnaker_was_told: bool = False
    accesses: tuple[Access, ...] = ()
    gets_messages: bool = False
    # Whose code it was, None for the worker's own.
    companion_id: str | None = None
    received: tuple[Received, ...] = ()
    # All that were issued, whoever they are for.
    issued: tuple[IssuedLetter, ...] = ()

    @property
    def letters(self) -> tuple[IssuedLetter, ...]:
        """Those that are the worker's, by address or as a copy, the latest first; for a companion none, unless the
        worker has said so."""
        own = [letter for letter in reversed(self.issued) if WORKER_PARTY in (letter.to, *letter.copies)]
        return tuple(own) if self.companion_id is None or self._companion_reads_letters else ()

    @property
    def _companion_reads_letters(self) -> bool:
        named = self.document["companions"]
        return any(each["id"] == self.companion_id and each.get("letters", False) for each in named)

    def letter(self, letter_id: str) -> IssuedLetter:
        """One of them. Raises NotFound."""
        found = next((each for each in self.letters if each.id == letter_id), None)
        if found is None:
            raise NotFound("letter.not-found", "This claim has no such letter.")
        return found

    @property
    def holder(self) -> str:
        """Under whom the log and the claim name whoever looks and speaks."""
        return f"companion:{self.companion_id}" if self.companion_id else WORKER


# Who holds the code is nobody that the hub knows by name.
WORKER = "worker:self"


class CodeReader(Protocol):
    """Finds claims by tracking code, on one open transaction."""

    async def follow(self, code: str, now: datetime) -> Followed | None:
        """The claim behind a code that is still good."""


async def follow_claim(codes: CodeReader, code: str, birth_date: date, now: datetime) -> Followed | None:
    """The claim, or None: that a code exists is told to nobody who can't name the birth date with it."""
    followed = await codes.follow(written(code), now)
    if followed is None:
        return None
    given = birth_date.isoformat().encode()
    # Every date is compared, and each in constant time.
    fits = [hmac.compare_digest(known.isoformat().encode(), given) for known in sorted(followed.birth_dates)]
    return followed if any(fits) else None


def written(code: str) -> str:
    """The code as it was given out: people add spaces and hyphens, and read 0 as O."""
    return "".join(code.split()).replace("-", "").upper().translate(_READ_AS)


def birth_dates_of(evidence: Evidence) -> set[date]:
    """The date that a report names; without one, what the NIK can mean."""
    if evidence.birth_date is not None:
        return {evidence.birth_date}
    nik = evidence.identity.nik
    if nik is None or nik_problems(nik):
        return set()
    # A NIK has a year of two digits; a worker of today was not born a hundred years ago nor this year.
    return {born for born in nik_birth_dates(nik) if 10 <= evidence.occurred_at.year - born.year < 100}
