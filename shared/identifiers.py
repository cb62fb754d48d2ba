"""Identifiers of the field: how they look, what is wrong with one, and how our own are made.

Levels of checking (handbook of the field, identifiers): an `…_problems` function names what makes an identifier
unusable; `…_unusual` functions name what deserves a warning and never a refusal.
"""

import re
import secrets
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# The check symbol is the number modulo 37, so five symbols stand beyond the 32 digits in the standard's table;
# we take modulo 31 instead and stay within the digits, so that a code can be typed on any keyboard.
_CHECK_MODULUS = 31
_CASE_NUMBER = re.compile(r"JKK-(\d{4})-([0-9A-HJKMNP-TV-Z]{10})([0-9A-HJKMNP-TV-Z])")
_TRACKING_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{12}")
_NIK = re.compile(r"[0-9]{16}")
_KPJ = re.compile(r"[0-9]{11}")
_PASSPORT = re.compile(r"[A-Z]{1,2}[0-9]{6,8}")
_NPP = re.compile(r"[A-Z]{2}[0-9]{6}([0-9]{3})?")
_SEPARATORS = re.compile(r"[\s().-]")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# No organisation's own name can end like this: a tilde stands in none.
_TEST_MARK = "~test"
# Of an organisation's name in requests, which bound its length themselves; its test clients' too.
ORGANISATION_PATTERN = rf"^[a-z]+:[A-Za-z0-9._-]+({_TEST_MARK})?$"

WIB = ZoneInfo("Asia/Jakarta")
WITA = ZoneInfo("Asia/Makassar")
WIT = ZoneInfo("Asia/Jayapura")
_WITA_PROVINCES = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
_WIT_PROVINCES = frozenset({"81", "82", "91", "92", "93", "94", "95", "96"})
_WIB_PROVINCES = frozenset(
    {"11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "31", "32", "33", "34", "35", "36", "61", "62"}
)
PROVINCES = _WIB_PROVINCES | _WITA_PROVINCES | _WIT_PROVINCES


def new_id() -> UUID:
    """A new UUIDv7: ordered by time, so that indexes grow at one end."""
    return UUID(int=uuid_utils.uuid7().int)


def _random_crockford(length: int) -> str:
    # 256 is a multiple of 32, so every character is equally likely.
    return "".join(CROCKFORD[byte % 32] for byte in secrets.token_bytes(length))


def _check_character(body: str) -> str:
    value = 0
    for character in body:
        value = (value * 32 + CROCKFORD.index(character)) % _CHECK_MODULUS
    return CROCKFORD[value]


def new_case_number(year: int) -> str:
    """`JKK-YYYY-` and ten random Crockford base-32 characters and a check character; random, so volume doesn't leak."""
    body = _random_crockford(10)
    return f"JKK-{year:04d}-{body}{_check_character(body)}"


def is_case_number(text: str) -> bool:
    """Whether `text` has the form of a case number and its check character is right."""
    found = _CASE_NUMBER.fullmatch(text)
    return found is not None and _check_character(found[2]) == found[3]


def new_tracking_code() -> str:
    """Twelve random Crockford base-32 characters (60 bits); stored only as a hash."""
    return _random_crockford(12)


def in_fours(code: str) -> str:
    """A code as people read it out and copy it: `7K3M-9Q2X-TA5B`."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def is_tracking_code(text: str) -> bool:
    return _TRACKING_CODE.fullmatch(text) is not None


def nik_problems(text: str) -> list[str]:
    """Codes of what makes a NIK unusable: `nik-format`, `nik-date`, `nik-serial`; empty when it is well formed.

    `PPKKCC DDMMYY NNNN`: region of first issue, date of birth with 40 added to the day of women, serial from 0001.
    The region is not judged here: old and split codes exist.
    """
    if not _NIK.fullmatch(text):
        return ["nik-format"]
    problems = []
    if not nik_birth_dates(text):
        problems.append("nik-date")
    if text[12:] == "0000":
        problems.append("nik-serial")
    return problems


def nik_birth_dates(nik: str) -> list[date]:
    """The birth dates a NIK can mean (its year has two digits), oldest first; empty when there is no such date."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day = day - 40 if day > 40 else day
    dates = []
    for century in (1900, 2000):
        try:
            dates.append(date(century + year, month, day))
        except ValueError:
            continue
    return dates


def nik_is_female(nik: str) -> bool:
    return int(nik[6:8]) > 40


def mask_nik(nik: str) -> str:
    """First four and last four digits stay: `3671********0001`."""
    return f"{nik[:4]}{'*' * max(len(nik) - 8, 0)}{nik[-4:]}" if len(nik) > 8 else "*" * len(nik)


def is_kpj(text: str) -> bool:
    """Eleven digits; no check digit is public."""
    return _KPJ.fullmatch(text) is not None


def is_passport_number(text: str) -> bool:
    return _PASSPORT.fullmatch(text) is not None


def npp_is_usual(text: str) -> bool:
    """Two letters, six digits, optionally a division of three; other forms exist, so this only warns."""
    return _NPP.fullmatch(text) is not None


def e164(text: str) -> str | None:
    """A telephone number as `+62…`: separators removed, a leading 0 read as Indonesia's. None for what is none."""
    digits = _SEPARATORS.sub("", text)
    if digits.startswith("0"):
        digits = f"+62{digits[1:]}"
    elif digits.startswith("62"):
        digits = f"+{digits}"
    return digits if _PHONE.fullmatch(digits) else None


def trial_organisation(org: str) -> str:
    """The organisation under which the test clients of `org` work: `hospital:100000401~test`."""
    return org if is_test(org) else f"{org}{_TEST_MARK}"


def is_test(org: str) -> bool:
    """Whether this is where an organisation tries things out; nothing of it is real."""
    return org.endswith(_TEST_MARK)


def plain_organisation(org: str) -> str:
    """The organisation as it is named to the world, with or without its test clients."""
    return org.removesuffix(_TEST_MARK)


def organisation_number(org: str) -> str:
    """What stands after the colon, also of its test clients: a registration number, a hospital's id, a province."""
    return plain_organisation(org).partition(":")[2]


def is_made_up(nik: str | None) -> bool:
    """Whether a NIK can be nobody's, because it begins with a province that there is not."""
    return nik is not None and province_of(nik) not in PROVINCES


def province_of(region_code: str) -> str:
    """The first two digits of a Kemendagri region code (2, 4, 6 or 10 digits)."""
    return region_code[:2]


def zone_of(region_code: str) -> ZoneInfo:
    """WIB, WITA or WIT by province (Keppres 41/1987); WIB for a province we don't know."""
    province = province_of(region_code)
    if province in _WITA_PROVINCES:
        return WITA
    return WIT if province in _WIT_PROVINCES else WIB
