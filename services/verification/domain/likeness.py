"""How likely two pieces of evidence tell of one worker's accident when no number says so (issue of the unnamed).

Every field that both sides tell is weighed in bits: the logarithm of how much more often it agrees so for one accident
than for two strangers' accidents. The sum, with the odds that two pieces within the window are one at all, gives the
score, a probability. The weights are estimates from general knowledge of how papers are filled in; how well they do is
measured on made-up pairs (`make bench`), and each ground is shown to the verifier with its weight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from services.verification.domain import names
from services.verification.domain.evidence import Evidence, apart
from services.verification.domain.names import compare_names
from shared.identifiers import nik_birth_dates, nik_is_female

# Some 14,000 other accidents are reported within a week to either side, so a stranger is that much likelier.
_PRIOR_BITS = -14.0
# Joined without a person's word from here on: one wrong in a thousand at most.
SURE_BITS = 10.0
# Shown to a person from here on: as likely one accident as two.
DOUBT_BITS = 0.0
_DOUBT_SCORE_MAX = 0.99
_ONE_ACCIDENT_WITHIN = timedelta(days=1)
_CLOSE = timedelta(hours=3)

NAME, BIRTH_DATE, SEX, EMPLOYER, TIME, REGION, BODY_PART, KPJ, PASSPORT, NIK = (
    "name", "birth_date", "sex", "employer", "time", "region", "body_part", "kpj", "passport", "nik",
)  # fmt: skip
# What each agreement or difference weighs; how names agree is weighed word by word (names.py).
WEIGHTS: Final[Mapping[str, float]] = {
    "birth-date-equal": 13.5,
    # The first of January is what is written when only the year is known.
    "birth-date-equal-first-of-january": 9.0,
    "birth-date-swapped": 8.0,
    "birth-date-close": 4.5,
    "birth-year-equal": 3.0,
    "birth-date-differs": -7.0,
    "sex-equal": 0.8,
    "sex-differs": -7.0,
    "employer-equal": 8.0,
    "employer-alike": 6.5,
    "employer-differs": -2.0,
    "time-close": 4.0,
    "time-same-day": 3.0,
    "time-within-window": 0.5,
    "region-equal": 4.0,
    "region-same-province": 1.0,
    "region-differs": -2.5,
    "body-part-equal": 2.0,
    "body-part-differs": -1.5,
    # One worker may have several numbers from several employers.
    "kpj-differs": -4.0,
    "passport-differs": -5.0,
}
# However much else agrees, these leave the word to a person.
_NEVER_SURE = frozenset({"birth-date-differs", "sex-differs", "kpj-differs", "passport-differs", "nik-mistyped"})
_CONTRADICTIONS = frozenset({"birth-date-differs", "sex-differs", "name-differs", "name-sibling"})
_NAMES_AGREE = frozenset(f"name-{kind}" for kind in (names.EQUAL, names.VARIANT, names.TYPO, names.PART))
# Beside the name one of these must agree: a name and a day alone are many people's.
_SECOND_GROUNDS = frozenset(
    {
        "birth-date-equal",
        "birth-date-equal-first-of-january",
        "birth-date-swapped",
        "birth-date-close",
        "employer-equal",
        "employer-alike",
    }
)
_NO_NAMES = frozenset({"PT", "CV", "TBK", "PERSERO", "UD", "FIRMA", "PD", "KOPERASI", "PERUM", "YAYASAN"})


@dataclass(frozen=True)
class Ground:
    """One field in which two pieces agree or differ, as a code, and what that weighs."""

    field: str
    reason: str
    bits: float


@dataclass(frozen=True)
class Likeness:
    """Two pieces side by side. `score` is the probability, 0 to 1, that they tell of one accident; what a rule leaves
    to a person scores 0.99 at most."""

    grounds: tuple[Ground, ...]
    bits: float

    @property
    def score(self) -> float:
        probability = round(1 / (1 + 2**-self.bits), 6)
        return probability if self.is_sure else min(probability, _DOUBT_SCORE_MAX)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks for and against, the weightiest first."""
        return tuple(ground.reason for ground in sorted(self.grounds, key=lambda g: (-abs(g.bits), g.reason)))

    @property
    def is_sure(self) -> bool:
        """Sure enough to be joined without a person: the name and a second ground agree, and nothing contradicts."""
        told = {ground.reason for ground in self.grounds}
        return bool(
            self.bits >= SURE_BITS and not told & _NEVER_SURE and told & _NAMES_AGREE and told & _SECOND_GROUNDS
        )

    @property
    def is_doubtful(self) -> bool:
        return self.bits >= DOUBT_BITS

    @property
    def contradicts(self) -> bool:
        """They tell of two people."""
        return any(ground.reason in _CONTRADICTIONS for ground in self.grounds)


def alike(one: Evidence, other: Evidence, window: timedelta) -> Likeness | None:
    """The likeness of two pieces that may be one accident, None when numbers or time rule on them."""
    if numbers_rule(one, other) or apart(one, other) > window or not _meet(one, other, window):
        return None
    found = compare(one, other)
    return found if found.is_doubtful else None


def numbers_rule(one: Evidence, other: Evidence) -> bool:
    """Whether a number both bear says already whether the worker is one."""
    ours, theirs = one.identity, other.identity
    return (
        (ours.nik is not None and theirs.nik is not None)
        or (ours.kpj is not None and ours.kpj == theirs.kpj)
        or (ours.passport is not None and ours.passport == theirs.passport)
    )


def compare(one: Evidence, other: Evidence) -> Likeness:
    """All that can be compared, the same for either order."""
    found = [
        _name(one, other),
        _birth_date(one, other),
        _sex(one, other),
        _employer(one, other),
        _time(one, other),
        _region(one, other),
        _body_part(one, other),
        *_numbers_differ(one, other),
    ]
    grounds = tuple(ground for ground in found if ground is not None)
    return Likeness(grounds, _PRIOR_BITS + sum(ground.bits for ground in grounds))


def _ground(field: str, reason: str) -> Ground:
    return Ground(field, reason, WEIGHTS[reason])


def _name(one: Evidence, other: Evidence) -> Ground | None:
    agreement = compare_names(one.worker_name, other.worker_name)
    if agreement.kind == names.UNKNOWN:
        return None
    return Ground(NAME, f"name-{agreement.kind}", agreement.bits)


def birth_dates(piece: Evidence) -> tuple[date, ...]:
    """The dates a piece gives for the worker's birth: the one told, and those the NIK holds."""
    told = (piece.birth_date,) if piece.birth_date else ()
    return told + tuple(day for day in _dates_of_nik(piece.identity.nik) if day != piece.birth_date)


@lru_cache(maxsize=8192)
def _dates_of_nik(nik: str | None) -> tuple[date, ...]:
    """The year of a NIK has two digits; of its two readings only a working age counts."""
    return tuple(day for day in nik_birth_dates(nik) if 1930 <= day.year <= 2015) if nik else ()


def _birth_date(one: Evidence, other: Evidence) -> Ground | None:
    found = [_ground(BIRTH_DATE, _days_agree(a, b)) for a, b in product(birth_dates(one), birth_dates(other))]
    return max(found, key=lambda ground: ground.bits, default=None)


@lru_cache(maxsize=16384)
def _days_agree(one: date, other: date) -> str:
    if one == other:
        first = (one.month, one.day) == (1, 1)
        return "birth-date-equal-first-of-january" if first else "birth-date-equal"
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return "birth-date-swapped"
    if OSA.distance(f"{one:%Y%m%d}", f"{other:%Y%m%d}") == 1:
        return "birth-date-close"
    if one.year == other.year and (1, 1) in ((one.month, one.day), (other.month, other.day)):
        return "birth-year-equal"
    return "birth-date-differs"


def _sex(one: Evidence, other: Evidence) -> Ground | None:
    ours, theirs = sex_of(one), sex_of(other)
    if ours is None or theirs is None:
        return None
    return _ground(SEX, "sex-equal" if ours == theirs else "sex-differs")


def sex_of(piece: Evidence) -> str | None:
    """The sex told, else that of the NIK."""
    if piece.sex in ("female", "male"):
        return piece.sex
    if piece.identity.nik and _dates_of_nik(piece.identity.nik):
        return "female" if nik_is_female(piece.identity.nik) else "male"
    return None


def employer_of(piece: Evidence) -> tuple[str | None, str | None]:
    """The employer's registration number and name, as far as told."""
    told = piece.accident or piece.medical
    return (told.employer_registration, told.employer_name) if told else (None, None)


def _employer(one: Evidence, other: Evidence) -> Ground | None:
    (number, name), (other_number, other_name) = employer_of(one), employer_of(other)
    if number and other_number and number == other_number:
        return _ground(EMPLOYER, "employer-equal")
    words, other_words = _firm_words(name), _firm_words(other_name)
    if words and other_words:
        return _ground(EMPLOYER, "employer-alike" if _firms_agree(words, other_words) else "employer-differs")
    return _ground(EMPLOYER, "employer-differs") if number and other_number else None


@lru_cache(maxsize=4096)
def _firm_words(name: str | None) -> tuple[str, ...]:
    words = "".join(c if c.isalnum() else " " for c in (name or "").upper()).split()
    return tuple(sorted(word for word in words if word not in _NO_NAMES))


def _firms_agree(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    fewer, more = sorted((set(words), set(others)), key=len)
    joined, other_joined = "".join(words), "".join(others)
    return (len(fewer) > 1 and fewer <= more) or OSA.distance(joined, other_joined) <= max(len(joined), 4) // 8


def _time(one: Evidence, other: Evidence) -> Ground:
    lag = apart(one, other)
    if "day" not in (one.precision, other.precision) and lag <= _CLOSE:
        return _ground(TIME, "time-close")
    return _ground(TIME, "time-same-day" if lag <= _ONE_ACCIDENT_WITHIN else "time-within-window")


def region_of(piece: Evidence) -> str | None:
    """Where it happened, else where the hospital is."""
    return piece.region_code or (piece.medical.hospital_region if piece.medical else None)


def _region(one: Evidence, other: Evidence) -> Ground | None:
    ours, theirs = region_of(one), region_of(other)
    if not ours or not theirs:
        return None
    same_province = "region-same-province" if ours[:2] == theirs[:2] else "region-differs"
    return _ground(REGION, "region-equal" if ours[:4] == theirs[:4] else same_province)


def body_parts_of(piece: Evidence) -> tuple[str, ...]:
    """The injured parts of the body as told."""
    told = piece.accident or piece.medical
    return told.body_parts if told else ()


def _body_part(one: Evidence, other: Evidence) -> Ground | None:
    ours, theirs = ({_unsided(part) for part in body_parts_of(piece)} for piece in (one, other))
    if not ours or not theirs:
        return None
    return _ground(BODY_PART, "body-part-equal" if ours & theirs else "body-part-differs")


def _unsided(part: str) -> str:
    return part.removesuffix("_left").removesuffix("_right").removesuffix("_both")


def _numbers_differ(one: Evidence, other: Evidence) -> Iterable[Ground]:
    ours, theirs = one.identity, other.identity
    if ours.kpj and theirs.kpj and ours.kpj != theirs.kpj:
        yield _ground(KPJ, "kpj-differs")
    if ours.passport and theirs.passport and ours.passport != theirs.passport:
        yield _ground(PASSPORT, "passport-differs")


# -- by what a piece is looked for ------------------------------------------------------------------------------------

_KEY_DAYS = 7
_WORDS_LOOKED_FOR = 2


class LikenessKey(NamedTuple):
    """Something two like pieces share, with the week: `text` is personal and leaves this service only hashed."""

    text: str
    week: int


def likeness_keys(piece: Evidence) -> frozenset[LikenessKey]:
    """Birth date (day and month in either order); the whole name as heard; its longest words with the year of birth
    or with the employer. One error in name or birth date leaves at least one of them as it was."""
    week = piece.occurred_at.date().toordinal() // _KEY_DAYS
    texts = _key_texts(piece.worker_name, birth_dates(piece), employer_of(piece)[0])
    # What test clients send is like nothing else than that.
    space = "test:" if piece.is_test else ""
    return frozenset(LikenessKey(space + text, week) for text in texts)


@lru_cache(maxsize=8192)
def _key_texts(name: str | None, days: tuple[date, ...], employer: str | None) -> frozenset[str]:
    words = names.telling_words(name)
    texts = {f"birth:{day.year}:{min(day.day, day.month)}:{max(day.day, day.month)}" for day in days}
    if words:
        texts.add("name:" + " ".join(sorted(words)))
    for word in words[:_WORDS_LOOKED_FOR]:
        texts |= {f"word:{word}:{day.year}" for day in days}
        if employer:
            texts.add(f"word:{word}:{employer}")
    return frozenset(texts)


def weeks_around(window: timedelta) -> int:
    """How many weeks a key may be away for evidence within the window."""
    return -(-window.days // _KEY_DAYS)


def _meet(one: Evidence, other: Evidence, window: timedelta) -> bool:
    reach = weeks_around(window)
    weeks: dict[str, int] = {key.text: key.week for key in likeness_keys(one)}
    return any(abs(weeks.get(key.text, key.week + reach + 1) - key.week) <= reach for key in likeness_keys(other))
