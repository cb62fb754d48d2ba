"""Fields of forms as people write them: amounts and days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.verification.entrypoints.http.work.acting import RUPIAH_MAX
from shared.errors import Problem, Refusal
from shared.web.pages.forms import PageForm


def rupiah_in(form: PageForm, name: str = "amount") -> int | None:
    """As people write it: `24.000.000`, `Rp 24,000,000`. Raises Refusal."""
    text = form.text(name, length_max=30)
    if text is None:
        return None
    digits = text.removeprefix("Rp").replace(".", "").replace(",", "").replace("\xa0", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or int(digits) > RUPIAH_MAX:
        raise Refusal(
            "claim.amount", "This is no amount in rupiah.", [Problem(f"/{name}", "invalid", "Write whole rupiah.")]
        )
    return int(digits)


def day_in(form: PageForm, name: str) -> date:
    """What a date field sends. Raises Refusal."""
    try:
        return date.fromisoformat(form.required(name, length_max=10))
    except ValueError:
        raise Refusal("claim.day", "This is no date.", [Problem(f"/{name}", "invalid", "Choose a day.")]) from None


def moment_in(form: PageForm, name: str, zone: ZoneInfo) -> datetime | None:
    """What a field for date and time sends, read as legal time of `zone`; None when it was left empty. Raises
    Refusal."""
    text = form.text(name, length_max=19)
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is not None or not 1900 < read.year < 2200:
        detail = "This is no date with a time."
        raise Refusal("claim.moment", detail, [Problem(f"/{name}", "invalid", detail)])
    return read.replace(tzinfo=zone)


def code_in(form: PageForm, name: str, codes: tuple[str, ...]) -> str:
    """One of `codes`. Raises Refusal for any other."""
    text = form.required(name, length_max=60)
    if text not in codes:
        raise Refusal("form.incomplete", "Something is not filled in.", [Problem(f"/{name}", "invalid", "Choose one.")])
    return text
