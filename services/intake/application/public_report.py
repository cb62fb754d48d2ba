"""A report that somebody without an account writes on a telephone, step by step.

What was typed is kept as it was typed; the form that a channel would send is made of it each time, and judged by the
same rules. A step is done when nothing is wrong with its own fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from services.intake.application.forms.reading import SELF_REPORT, self_report_problems
from services.intake.application.forms.self_report import SelfReportOfAccident, SelfReportOfDisease
from services.intake.application.give_receipt import SELF_REPORT as SELF_REPORT_KIND
from services.intake.application.give_receipt import photo_receipts, with_receipt
from services.intake.application.ports import Asker, Office, Work
from services.intake.application.submit_self_report import submit_self_report
from shared.errors import Conflict, Problem
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


_WHO = (
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
)
_END = (Step("foto"), Step("periksa"))
_OF_ACCIDENT = (
    *_WHO,
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
    *_END,
)
# Type of work, service, exposure and diagnosis (art. 8A(3)).
_OF_DISEASE = (
    *_WHO,
    Step(
        "penyakit",
        {
            "diagnosis": "/disease/diagnosis",
            "diagnosis_date": "/disease/diagnosed_on",
            "exposure_source": "/disease/exposure_source",
            "consequence": "/event/consequence",
        },
    ),
    Step(
        "masa-kerja",
        {
            "years_total": "/disease/service_years_total",
            "years_last_job": "/disease/service_years_last_job",
            "end_date": "/disease/employment_ended_on",
            "province": "/event/region_code",
            "place": "/event/place",
        },
    ),
    *_END,
)
# A day is typed in three fields.
DATES = ("birth_date", "event_date", "diagnosis_date", "end_date")
YEARS = ("years_total", "years_last_job")
ACCIDENT, DISEASE = "accident", "occupational_disease"


@dataclass(frozen=True)
class Photo:
    """One photograph of a draft."""

    id: UUID
    media_type: str
    size_bytes: int


@dataclass(frozen=True)
class Draft:
    """What has been typed so far, by field; `photos_form` is by what the form is known that brought photographs last.
    Once it is sent only `tracking_code` and the codes of its receipts are left."""

    kind: str = ACCIDENT
    typed: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()
    photos_form: str = ""
    tracking_code: str | None = None
    receipt: str | None = None
    photo_receipts: tuple[str, ...] = ()

    @property
    def is_begun(self) -> bool:
        return bool(self.typed or self.photos)

    @property
    def is_of_disease(self) -> bool:
        return self.kind == DISEASE

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is asked, one page after the other; the last one asks whether all is right."""
        return _OF_DISEASE if self.is_of_disease else _OF_ACCIDENT

    def step(self, path: str) -> Step | None:
        return next((step for step in self.steps if step.path == path), None)

    def with_typed(self, typed: Mapping[str, str]) -> "Draft":
        return replace(self, typed={**self.typed, **typed})


class Drafts(Protocol):
    """Drafts by the token of a telephone, on one open transaction."""

    async def begin(self, token: str, kind: str, now: datetime) -> None:
        """A new one of this kind, with nothing typed; drafts that nobody has touched for long are forgotten."""

    async def draft(self, token: str, now: datetime, *, lock: bool = False) -> Draft | None:
        """None when there is none, or its time is over."""

    async def save(self, token: str, draft: Draft, now: datetime) -> None: ...

    async def add_photo(self, token: str, photo: Photo, content: bytes) -> None: ...

    async def remove_photo(self, token: str, photo_id: UUID) -> None: ...

    async def photo_content(self, token: str, photo_id: UUID) -> bytes: ...

    async def finish(self, token: str, sent: Draft, now: datetime) -> None:
        """Sent: what was typed and the photographs are gone from here, and only the codes of `sent` are left."""

    async def forget(self, token: str) -> None: ...


def faults_of(step: Step, draft: Draft, now: datetime) -> dict[str, tuple[str, str]]:
    """What is wrong with this step's fields: field → code and detail."""
    return _faults(step, draft, self_report_problems(document_of(draft), now))


def _faults(step: Step, draft: Draft, problems: Sequence[Problem]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for problem in problems:
        for name, pointer in step.fields.items():
            # Of a field that may be of several types each one's fault is named below it.
            if f"{problem.pointer}/".startswith(f"{pointer}/"):
                found.setdefault(name, (problem.code, problem.detail))
    for name in set(DATES) & set(step.fields):
        if _has_typed(draft, name) and _day(draft, name) is None:
            found[name] = ("date-impossible", "There is no such day.")
    return found


def unfinished(draft: Draft, now: datetime) -> Step | None:
    """The first step with something missing or wrong, None when the report can be sent."""
    problems = self_report_problems(document_of(draft), now)
    return next((step for step in draft.steps if _faults(step, draft, problems)), None)


def document_of(draft: Draft) -> dict[str, Any]:
    """The self-report that the draft is so far. What is empty is left out."""
    typed = draft.typed
    worker = {
        "name": typed.get("worker_name"),
        "nik": _digits(typed.get("nik")),
        "kpj": _digits(typed.get("kpj")),
        "birth_date": _iso(_day(draft, "birth_date")),
        "occupation": typed.get("occupation"),
    }
    reporter = {
        "name": typed.get("reporter_name"),
        "phone": typed.get("reporter_phone"),
        "relation": typed.get("relation"),
        "message_consent": bool(typed.get("message_consent")),
    }
    told = {"reporter": _filled(reporter), "worker": _filled(worker)}
    if draft.is_of_disease:
        return {**told, "event": _filled(_where(draft)), "disease": _filled(_disease(draft))}
    event = {
        **_where(draft),
        "chronology": typed.get("chronology"),
        "cause": typed.get("cause"),
        **_when(draft),
    }
    return {**told, "event": _filled(event)}


def _where(draft: Draft) -> dict[str, Any]:
    """The place and how the worker is, which are asked of both kinds."""
    typed, province = draft.typed, draft.typed.get("province", "")
    return {
        "place": ", ".join(part for part in (typed.get("place"), typed.get("city")) if part),
        "region_code": province + _WHOLE_PROVINCE if province else None,
        "consequence": typed.get("consequence"),
    }


def _disease(draft: Draft) -> dict[str, Any]:
    return {
        "diagnosis": draft.typed.get("diagnosis"),
        "diagnosed_on": _iso(_day(draft, "diagnosis_date")),
        "exposure_source": draft.typed.get("exposure_source"),
        "service_years_total": _years(draft.typed.get("years_total")),
        "service_years_last_job": _years(draft.typed.get("years_last_job")),
        "employment_ended_on": _iso(_day(draft, "end_date")),
    }


def _years(typed: str | None) -> float | str | None:
    """A number as people write it, `2,5` too; what is none stays as it is and is refused by the form."""
    try:
        return float((typed or "").replace(",", ".")) if typed else None
    except ValueError:
        return typed


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
    work: Work, office: Office, drafts: Drafts, token: str, photos: list[tuple[str, str, int]], language: str
) -> str | None:
    """Make the draft a report and answer its tracking code; again, the code it has. `photos` are stored already;
    whoever agreed to messages gets them in `language` (`id` or `en`).

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
    document["reporter"]["message_language"] = language
    form: SelfReportOfAccident | SelfReportOfDisease = SELF_REPORT.validate_python(document)
    view = await submit_self_report(work, office, PUBLIC_ASKER, form, photos)
    # Nobody holds these bytes but the hub: the digest says that what it keeps is what was typed.
    sent = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    view = await with_receipt(work, PUBLIC_ASKER, SELF_REPORT_KIND, view, sent)
    photo_codes = await photo_receipts(work, PUBLIC_ASKER, view, [sha256 for sha256, _, _ in photos])
    code: str = view["tracking_code"]
    await drafts.finish(
        token, Draft(tracking_code=code, receipt=view["receipt"]["code"], photo_receipts=photo_codes), now
    )
    return code
