"""Who it happened to: what sources say of the worker's NIK, name and date of birth."""

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from services.verification.domain.contradictions import HIGH, LOW, MEDIUM, Against, Contradiction, contradiction
from services.verification.domain.evidence import Evidence
from shared.identifiers import mask_nik

# Below this share of common letters (words sorted) two names are another name rather than another spelling.
ANOTHER_NAME_BELOW = 0.6


def contradictions(
    reference: Evidence, others: Sequence[Evidence], nik_conflicts: Sequence[Evidence]
) -> list[Contradiction | None]:
    """Of NIK (shown masked), name and birth date; `nik_conflicts` lie on other claims (decisions 21)."""
    nik = reference.identity.nik
    niks = contradiction(
        "nik",
        (reference.id, mask_nik(nik) if nik else ""),
        [_another_nik(nik, other) for other in (*others, *nik_conflicts)],
    )
    names = contradiction(
        "worker_name",
        (reference.id, reference.worker_name or ""),
        [_another_name(reference.worker_name, other) for other in others],
    )
    born = contradiction(
        "birth_date",
        (reference.id, reference.birth_date.isoformat() if reference.birth_date else ""),
        [_another_birth_date(reference, other) for other in others],
    )
    return [niks, names, born]


def _another_nik(nik: str | None, other: Evidence) -> Against | None:
    theirs = other.identity.nik
    return Against(other.id, mask_nik(theirs), HIGH) if nik and theirs and nik != theirs else None


def _another_name(name: str | None, other: Evidence) -> Against | None:
    if not name or not other.worker_name:
        return None
    mine, theirs = _letters(name), _letters(other.worker_name)
    if not mine or not theirs or set(mine.split()) & set(theirs.split()):
        return None
    alike = SequenceMatcher(None, mine, theirs).ratio()
    return Against(other.id, other.worker_name, MEDIUM) if alike < ANOTHER_NAME_BELOW else None


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    words = "".join(c if c.isalpha() or c.isspace() else " " for c in plain if not unicodedata.combining(c)).split()
    return " ".join(sorted(words))


def _another_birth_date(reference: Evidence, other: Evidence) -> Against | None:
    """Day and month the other way round are a slip of the pen."""
    mine, theirs = reference.birth_date, other.birth_date
    if mine is None or theirs is None or mine == theirs:
        return None
    swapped = (mine.year, mine.month, mine.day) == (theirs.year, theirs.day, theirs.month)
    return Against(other.id, theirs.isoformat(), LOW if swapped else MEDIUM)
