"""Made-up workers and the request bodies about them, the same as the load client makes."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"
_WIB = timezone(timedelta(hours=7))


def nik(number: int) -> str:
    """The NIK of the `number`-th worker; as in load.mjs."""
    serial, district, regency = number % 9999 + 1, number // 9999 % 99 + 1, number // 989901 % 79 + 1
    return f"36{regency:02d}{district:02d}520390{serial:04d}"


def template(name: str) -> str:
    """`report` or `bundle` with its times set; the marks of worker and employer stay for `filled`."""

    def hours_ago(match: re.Match[str]) -> str:
        return (datetime.now(_WIB) - timedelta(hours=int(match[1]))).isoformat(timespec="seconds")

    return re.sub(r"@@(\d+)_HOURS_AGO@@", hours_ago, (_TEMPLATES / f"{name}.json").read_text())


def filled(text: str, number: int, employer: str = "JJ099999") -> bytes:
    """The body about the `number`-th worker; a report is by the employer of this number."""
    text = text.replace("@@EMPLOYER@@", employer)
    return text.replace("@@NIK@@", nik(number)).replace("@@NUMBER@@", f"{number:011d}").encode()
