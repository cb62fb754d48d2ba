"""How a language writes times, money and durations. Times carry the zone's Indonesian name: WIB, WITA or WIT."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

WESTERN = ZoneInfo("Asia/Jakarta")
_ZONE_NAMES = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}
# Indonesians write hours and minutes with a point.
_PATTERNS = {"id": "d MMM y HH.mm", "en": "d MMM y, HH:mm"}
_SHORT_PATTERNS = {"id": "d MMM HH.mm", "en": "d MMM, HH:mm"}
_UNITS = {"id": ("hari", "jam", "mnt", "dtk"), "en": ("d", "h", "min", "s")}


def moment(value: datetime | str, language: str, *, zone: ZoneInfo = WESTERN, short: bool = False) -> str:
    """`20 Nov 2026 09.30 WIB`; `short` leaves the year out."""
    local = _read(value).astimezone(zone)
    pattern = (_SHORT_PATTERNS if short else _PATTERNS)[language]
    return f"{format_datetime(local, pattern, locale=language)} {zone_name(local)}"


def day(value: date | datetime | str, language: str, *, zone: ZoneInfo = WESTERN) -> str:
    """`20 November 2026`; a moment is told as the day it falls on in `zone`."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == len("2026-11-20") else _read(value)
    if isinstance(value, datetime):
        value = value.astimezone(zone).date()
    return format_date(value, "d MMMM y", locale=language)


def zone_name(local: datetime) -> str:
    """WIB, WITA, WIT; elsewhere the offset."""
    offset = local.utcoffset() or timedelta()
    return _ZONE_NAMES.get(offset) or local.strftime("UTC%z")


def rupiah(amount: int, language: str) -> str:
    """`Rp 24.000.000`, never broken between lines."""
    return f"Rp\N{NO-BREAK SPACE}{format_decimal(amount, locale=language)}"


def number(value: float, language: str) -> str:
    """With the language's separators."""
    return str(format_decimal(value, locale=language))


def duration(seconds: float, language: str) -> str:
    """The two largest units, such as `3 hari 4 jam` or `3 d 4 h`."""
    days, hours, minutes, rest = _UNITS[language]
    left = int(abs(seconds))
    parts = ((left // 86_400, days), (left // 3_600 % 24, hours), (left // 60 % 60, minutes), (left % 60, rest))
    told = [f"{count}\N{NO-BREAK SPACE}{unit}" for count, unit in parts if count]
    return " ".join(told[:2]) or f"0\N{NO-BREAK SPACE}{rest}"


def _read(value: datetime | str) -> datetime:
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if read.tzinfo else read.replace(tzinfo=UTC)
