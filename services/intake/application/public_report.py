"""A report that somebody without an account writes on a telephone, step by step.

What was typed is kept as it was typed; the form that a channel would send is made of it each time, and judged by the
same rules. A step is done when nothing is wrong with its own fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from services.intake.application.forms.reading import SELF_REPORT, self_report_problems
from services.intake.application.forms.self_report import SelfReportOfAccident
from services.intake.application.give_receipt import SELF_REPORT as SELF_REPORT_KIND
from services.intake.application.give_receipt import with_receipt
from services.intake.application.ports import Asker, Office, Work
from services.intake.application.submit_self_report import submit_self_report
from shared.errors import Conflict
from shared.identifiers import zone_of

# Under which organisation such reports stand: the hub's own page is a channel of its own.
PUBLIC_CHANNEL = "channel:lapor"
PUBLIC_ASKER = Asker(PUBLIC_CHANNEL, "lapor")
# Only the province is asked for; a regency or city of that code does not exist.
_WHOLE_PROVINCE = "00"
_UNKNOWN_HOUR = ""


@dataclass(frozen=True)
class Step:
    """One page. `fields` are what it asks, by name, each with its place in the form."""

    path: str
    fields: Mapping[str, str] = field(default_factory=dict)


STEPS = (
    Step(
        "pelapor",
        {
            "relation": "/reporter/relation",
            "reporter_name": "/reporter/name",
            "reporter_phone": "/reporter/phone",
            "message_consent": "/reporter/message_consent",
        },
    ),
    Step(
        "pekerja",
        {
            "worker_name": "/worker/name",
            "birth_date": "/worker/birth_date",
            "nik": "/worker/nik",
            "kpj": "/worker/kpj",
            "occupation": "/worker/occupation",
        },
    ),
    Step(
        "kejadian",
        {
            "event_date": "/event/occurred_at",
            "event_hour": "/event/occurred_at_precision",
            "province": "/event/region_code",
            "place": "/event/place",
        },
    ),
    Step(
        "cerita",
        {
            "chronology": "/event/chronology",
            "cause": "/event/cause",
            "consequence": "/event/consequence",
        },
    ),
    Step("foto"),
    Step("periksa"),
)
# A day is typed in three fields.
DATES = ("birth_date", "event_date")


@dataclass(frozen=True)
class Photo:
    """One photograph of a draft."""

    id: UUID
    media_type: str
    size_bytes: int


@dataclass(frozen=True)
class Draft:
    """What has been typed so far, by field. Once it is sent only `tracking_code` and the receipt's
    code are left."""

    typed: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()
    tracking_code: str | None = None
    receipt: str | None = None

    def with_typed(self, typed: Mapping[str, str]) -> "Draft":
        return replace(self, typed={**self.typed, **typed})


class Drafts(Protocol):
    """Drafts by the token of a telephone, on one open transaction."""

    async def begin(self, token: str, now: datetime) -> None:
        """A new, empty one; drafts that nobody has touched for long are forgotten."""

    async def draft(self, token: str, now: datetime, *, lock: bool = False) -> Draft | None:
        """None when there is none, or its time is over."""

    async def save(self, token: str, draft: Draft, now: datetime) -> None: ...

    async def add_photo(self, token: str, photo: Photo, content: bytes) -> None: ...

    async def remove_photo(self, token: str, photo_id: UUID) -> None: ...

    async def photo_content(self, token: str, photo_id: UUID) -> bytes: ...

    async def finish(self, token: str, tracking_code: str, receipt: str, now: datetime) -> None:
        """Sent: what was typed and the photographs are gone from here."""

    async def forget(self, token: str) -> None: ...


def faults_of(step: Step, draft: Draft, now: datetime) -> dict[str, tuple[str, str]]:
    """What is wrong with this step's fields: field → code and detail."""
    field_at = {pointer: name for name, pointer in step.fields.items()}
    found: dict[str, tuple[str, str]] = {}
    for problem in self_report_problems(document_of(draft), now):
        name = field_at.get(problem.pointer)
        if name is not None:
            found.setdefault(name, (problem.code, problem.detail))
    for name in set(DATES) & set(step.fields):
        if _has_typed(draft, name) and _day(draft, name) is None:
            found[name] = ("date-impossible", "There is no such day.")
    return found


def unfinished(draft: Draft, now: datetime) -> Step | None:
    """The first step with something missing or wrong, None when the report can be sent."""
    return next((step for step in STEPS if faults_of(step, draft, now)), None)


def document_of(draft: Draft) -> dict[str, Any]:
    """The self-report that the draft is so far. What is empty is left out."""
    typed, province = draft.typed, draft.typed.get("province", "")
    worker = {
        "name": typed.get("worker_name"),
        "nik": _digits(typed.get("nik")),
        "kpj": _digits(typed.get("kpj")),
        "birth_date": _iso(_day(draft, "birth_date")),
        "occupation": typed.get("occupation"),
    }
    event = {
        "place": ", ".join(part for part in (typed.get("place"), typed.get("city")) if part),
        "region_code": province + _WHOLE_PROVINCE if province else None,
        "chronology": typed.get("chronology"),
        "cause": typed.get("cause"),
        "consequence": typed.get("consequence"),
        **_when(draft),
    }
    reporter = {
        "name": typed.get("reporter_name"),
        "phone": typed.get("reporter_phone"),
        "relation": typed.get("relation"),
        "message_consent": bool(typed.get("message_consent")),
    }
    return {"reporter": _filled(reporter), "worker": _filled(worker), "event": _filled(event)}


def _when(draft: Draft) -> dict[str, Any]:
    """Hour and day in the legal time of the place; a day alone when nobody remembers the hour."""
    day, hour = _day(draft, "event_date"), draft.typed.get("event_hour", _UNKNOWN_HOUR)
    if day is None:
        return {}
    zone = zone_of(draft.typed.get("province", "") + _WHOLE_PROVINCE)
    known = hour.isdigit() and int(hour) < 24
    at = datetime(day.year, day.month, day.day, int(hour) if known else 0, tzinfo=zone)
    return {"occurred_at": at.isoformat(), "occurred_at_precision": "hour" if known else "day"}


def _day(draft: Draft, name: str) -> date | None:
    try:
        day, month, year = (int(draft.typed.get(f"{name}_{part}", "")) for part in ("day", "month", "year"))
        return date(year, month, day)
    except ValueError:
        return None


def _has_typed(draft: Draft, name: str) -> bool:
    return any(draft.typed.get(f"{name}_{part}") for part in ("day", "month", "year"))


def _digits(text: str | None) -> str | None:
    return "".join(text.split()).replace(".", "").replace("-", "") if text else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _filled(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value not in (None, "")}


async def send_report(
    work: Work, office: Office, drafts: Drafts, token: str, photos: list[tuple[str, str, int]]
) -> str | None:
    """Make the draft a report and answer its tracking code; again, the code it has. `photos` are stored already.

    None when there is no such draft. Raises Refusal when something is missing, Conflict when photographs were changed
    meanwhile.
    """
    now = office.clock.now()
    draft = await drafts.draft(token, now, lock=True)
    if draft is None or draft.tracking_code is not None:
        return draft.tracking_code if draft else None
    if len(photos) != len(draft.photos):
        raise Conflict("report.changed-meanwhile", "The photographs were changed meanwhile; send it again.")
    document = document_of(draft)
    form: SelfReportOfAccident = SELF_REPORT.validate_python(document)
    view = await submit_self_report(work, office, PUBLIC_ASKER, form, photos)
    # Nobody holds these bytes but the hub: the digest says that what it keeps is what was typed.
    sent = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    view = await with_receipt(work, PUBLIC_ASKER, SELF_REPORT_KIND, view, sent)
    code: str = view["tracking_code"]
    await drafts.finish(token, code, view["receipt"]["code"], now)
    return code
