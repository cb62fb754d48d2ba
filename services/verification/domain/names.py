"""How alike two names are, as Indonesian papers write them: titles, shortenings, old spellings, missing parts, typos.

Agreement is weighed in bits: how much more often two records of one person agree so than records of two people.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from services.verification.domain.indonesian_names import (
    FREQUENT,
    LEADING_TITLES,
    MUHAMMAD,
    PARTICLES,
    PLACEHOLDERS,
    SPELLINGS,
    TRAILING_TITLES,
)

EQUAL, VARIANT, TYPO, PART, SIBLING, DIFFERS, UNKNOWN = (
    "equal", "variant", "typo", "part", "sibling", "differs", "unknown",
)  # fmt: skip
_WORDS_MAX = 8
_SHORT = 6
_LETTERS_MAX = 120
_BITS_MAX = 18.0
# What one agreeing word says, by how many bear it: Muhammad says nearly nothing.
_BITS_OF_MUHAMMAD, _BITS_OF_FREQUENT, _BITS_OF_OTHER = 1.5, 6.0, 9.5
_SOUND_COSTS, _TYPO_COSTS, _INITIAL_COSTS = 0.5, 2.5, 5.0
_PART_MISSING, _WORD_AGAINST_WORD, _SIBLING = -1.0, -7.0, -5.0
_VOWELS = str.maketrans("", "", "AEIOU")
# Regular differences of spelling: colonial (oe, dj, tj), Arabic (ch, kh, dz), Javanese (dh, th) and taste (y, ck, ph).
_SOUNDS: Final = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        ("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("NJ", "NY"), ("SJ", "SY"),
        ("^CH(?=A?I|O?I|OT|US|OL|UM)", "H"), ("KH", "H"), ("(?<=.)CH", "H"), ("^CH", "C"), ("CK", "K"),
        ("DH", "D"), ("TH", "T"), ("BH", "B"), ("GH", "G"), ("PH", "F"), ("[FV]", "P"), ("DZ", "Z"), ("Z", "S"),
        ("Q", "K"), ("X", "KS"), ("IE", "I"), ("AE", "AI"), ("SY", "S"), ("(?<=[^AEIOU])Y$", "I"),
        ("(?<=[^AEIOU])Y(?=[^AEIOU])", "I"), ("IY", "Y"), ("I(?=[AO])", "Y"), ("LR", "R"),
        (r"(.)\1+", r"\1"), ("(?<=[AIU])H$", ""), ("D$", "T"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class NameAgreement:
    """`kind` is how they agree; `bits` is what that says, negative for two people."""

    kind: str
    bits: float


@lru_cache(maxsize=4096)
def name_words(name: str | None) -> tuple[str, ...]:
    """The words of a name that tell its bearer: no titles, degrees or particles, shortenings written out."""
    words = _words(name or "")
    while len(words) > 1 and words[0] in LEADING_TITLES:
        words.pop(0)
    if words and words[0] == "ST":
        words[0] = "SITI"
    while len(words) > 1 and words[-1] in TRAILING_TITLES:
        words.pop()
    if len(words) > 1 and words[0] == "M":
        words[0] = MUHAMMAD
    words = [SPELLINGS.get(word) or word for word in words]
    kept = [word for place, word in enumerate(words) if place == 0 or word not in PARTICLES]
    return () if all(word in PLACEHOLDERS for word in kept) else tuple(kept[:_WORDS_MAX])


def _words(name: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", name[:_LETTERS_MAX]).upper()
    letters = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'`’‘")
    words: list[str] = []
    for chunk in re.split(r"[^A-Z.]+", letters):
        parts = [part for part in chunk.split(".") if part]
        joined = "".join(parts)
        # "S.Pd." is one degree, "Moh.Ali" are two words.
        apart = len(parts) > 1 and joined not in TRAILING_TITLES and len(parts[-1]) > 2
        words += parts if apart else [joined] * bool(joined)
    return words


@lru_cache(maxsize=16384)
def sounds_like(word: str) -> str:
    """The word as it is heard: spellings that differ by rule come out equal."""
    for pattern, to in _SOUNDS:
        word = pattern.sub(to, word)
    return word


def telling_words(name: str | None) -> list[str]:
    """The heard words of a name by which it is looked for, the longest first; no initials, no Muhammad."""
    heard = {sounds_like(word) for word in name_words(name) if len(word) > 1 and word != MUHAMMAD}
    return sorted(heard, key=lambda word: (-len(word), word))


@lru_cache(maxsize=4096)
def compare_names(one: str | None, other: str | None) -> NameAgreement:
    """How far two names as written are one; the same for either order."""
    ones, others = sorted((name_words(one), name_words(other)), key=lambda words: (len(words), words))
    if not ones or not others:
        return NameAgreement(UNKNOWN, 0.0)
    if sorted(ones) == sorted(others):
        return NameAgreement(EQUAL, min(sum(map(_bits_of, others)), _BITS_MAX))
    joined = sounds_like("".join(ones)), sounds_like("".join(others))
    if joined[0] == joined[1]:
        return NameAgreement(VARIANT, min(sum(map(_bits_of, others)), _BITS_MAX))
    return _aligned(ones, others)


def _bits_of(word: str) -> float:
    if word == MUHAMMAD:
        return _BITS_OF_MUHAMMAD
    if len(word) < 2:
        return _BITS_OF_OTHER - _INITIAL_COSTS
    return _BITS_OF_FREQUENT if word in FREQUENT or len(word) < 4 else _BITS_OF_OTHER


def _aligned(ones: Sequence[str], others: Sequence[str]) -> NameAgreement:
    """Lay the words of the shorter name beside those of the longer, the best pairs first."""
    pairs = sorted(
        (
            (*_words_agree(a, b, i < _given_words(ones) or j < _given_words(others)), i, j)
            for i, a in enumerate(ones)
            for j, b in enumerate(others)
        ),
        key=lambda pair: (-pair[1], abs(pair[2] - pair[3]), pair[2], pair[3]),
    )
    ones_left, others_left = set(range(len(ones))), set(range(len(others)))
    bits, kinds = 0.0, set()
    for kind, worth, i, j in pairs:
        if kind != DIFFERS and i in ones_left and j in others_left:
            ones_left.discard(i)
            others_left.discard(j)
            bits += worth
            kinds.add(kind)
    # Muhammad and initials are left out at will.
    ones_left = {i for i in ones_left if ones[i] != MUHAMMAD and len(ones[i]) > 1}
    others_left = {j for j in others_left if others[j] != MUHAMMAD and len(others[j]) > 1}
    against = min(len(ones_left), len(others_left))
    bits += against * _WORD_AGAINST_WORD + (max(len(ones_left), len(others_left)) - against) * _PART_MISSING
    agreeing = [kind for kind in (EQUAL, VARIANT, TYPO) if kind in kinds]
    if SIBLING in kinds:
        return NameAgreement(SIBLING, min(bits, _BITS_MAX))
    if against or not agreeing:
        return NameAgreement(DIFFERS, min(bits, 0.0) if not agreeing else min(bits, 2.0))
    kind = PART if ones_left or others_left else agreeing[-1] if agreeing[-1] != EQUAL else VARIANT
    return NameAgreement(TYPO if TYPO in kinds else kind, max(min(bits, _BITS_MAX), -_BITS_MAX))


def _given_words(words: Sequence[str]) -> int:
    """How many words from the first on tell children of one family apart: those many bear, and the next."""
    return next(
        (place + 1 for place, word in enumerate(words) if word != MUHAMMAD and word not in FREQUENT), len(words)
    )


@lru_cache(maxsize=16384)
def _words_agree(one: str, other: str, are_given: bool) -> tuple[str, float]:
    if one == other:
        return EQUAL, _bits_of(one)
    worth = min(_bits_of(one), _bits_of(other))
    if 1 in (len(one), len(other)):
        return (VARIANT, _BITS_OF_OTHER - _INITIAL_COSTS) if one[0] == other[0] else (DIFFERS, 0.0)
    heard, heard_other = sounds_like(one), sounds_like(other)
    if heard == heard_other:
        return VARIANT, worth - _SOUND_COSTS
    distance = min(OSA.distance(one, other), OSA.distance(heard, heard_other))
    allowed = 0 if min(len(one), len(other)) < 4 else 1 if min(len(one), len(other)) < 8 else 2
    siblings = are_given and _may_be_siblings(one, other)
    if distance > max(allowed, 2 * siblings):
        return DIFFERS, 0.0
    return (SIBLING, _SIBLING) if siblings else (TYPO, worth - _TYPO_COSTS)


def _may_be_siblings(one: str, other: str) -> bool:
    """Rina and Rini, Hasan and Husen: names parents give to twins differ as little as a mistyped one does. A short
    word leaves too little to tell the two apart."""
    if (one in FREQUENT and other in FREQUENT) or min(len(one), len(other)) <= _SHORT:
        return True
    same_length = len(one) == len(other)
    return same_length and one.translate(_VOWELS) == other.translate(_VOWELS) and sorted(one) != sorted(other)
