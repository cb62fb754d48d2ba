"""The pages, one short question after the other. Everything works without a script."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.dates import get_month_names
from fastapi import APIRouter, Request, Response

from services.intake.application.keep_documents import store_content
from services.intake.application.public_report import (
    ACCIDENT,
    DATES,
    DISEASE,
    PUBLIC_CHANNEL,
    YEARS,
    Draft,
    Step,
    document_of,
    faults_of,
    send_report,
    unfinished,
)
from services.intake.entrypoints.lapor.desk import START, ReportPages, to
from shared.errors import Refusal
from shared.regulation.provinces import PROVINCES
from shared.web.door import page
from shared.web.pages.catalogues import N_
from shared.web.pages.cookies import new_token
from shared.web.pages.forms import Form, PageForm
from shared.web.throttle import Subject

FOLDER = Path(__file__).parent
SENT = f"{START}/selesai"
_FIRST = "pelapor"
_LENGTHS = {"chronology": 4_000}

# By the code of what is wrong; what is not here is told by its own detail.
_FAULTS = {
    "required": N_("Fill this in."),
    "unticked": N_("Tick this first."),
    "unknown-code": N_("Choose one of these."),
    "phone-format": N_("Write a telephone number such as 0812 3456 7890."),
    "accident-in-future": N_("This day or hour has not come yet."),
    "birth-after-event": N_("The birth date must lie before that day."),
    "diagnosis-in-future": N_("This day or hour has not come yet."),
    "service-years": N_("In the last job nobody works longer than altogether."),
    "date-impossible": N_("There is no such day."),
    "date-range": N_("There is no such day."),
    "time-range": N_("There is no such day."),
    "nik-format": N_("A NIK has 16 digits. You may leave it empty."),
    "nik-date": N_("One digit of this NIK is wrong. You may leave it empty."),
    "nik-serial": N_("One digit of this NIK is wrong. You may leave it empty."),
    "kpj-format": N_("A KPJ has 11 digits. You may leave it empty."),
}
_UNFIT = N_("This does not fit.")
_NO_YEARS = N_("Write a number of years, for example 5.")
_WITHOUT_NIK = N_("Without a NIK we need the birth date.")


def lapor_routes(here: ReportPages) -> APIRouter:
    router = APIRouter()
    _add_start(router, here)
    _add_end(router, here)
    _add_steps(router, here)
    return router


def _add_start(router: APIRouter, here: ReportPages) -> None:
    @router.get("/", **page())
    async def home() -> Response:
        return to(START)

    @router.get(START, **page())
    async def start(request: Request) -> Response:
        draft = await here.draft(request)
        if draft is not None and draft.tracking_code:
            return to(SENT)
        return here.page(request, "lapor/start.html", begun=draft is not None and draft.is_begun)

    @router.post(f"{START}/mulai", **page())
    async def begin(request: Request, form: Form) -> Response:
        await here.throttle.spend([here.throttle.caller("lapor", request, here.settings.lapor_drafts_per_address_max)])
        token, kind = new_token(), DISEASE if form.text("kind", length_max=40) == DISEASE else ACCIDENT
        async with here.desk.database.transaction(PUBLIC_CHANNEL) as transaction:
            drafts = here.open_drafts(transaction)
            before = here.token(request)
            if before is not None:
                await drafts.forget(before)
            await drafts.begin(token, kind, here.desk.office.clock.now())
        response = to(f"{START}/{_FIRST}")
        here.remember(response, token)
        return response

    @router.post(f"{START}/lanjut", **page())
    async def go_on(request: Request, form: Form) -> Response:
        draft = await here.draft(request)
        if draft is None:
            return to(START)
        return to(f"{START}/{(unfinished(draft, here.desk.office.clock.now()) or draft.steps[-1]).path}")

    @router.post(f"{START}/hapus", **page())
    async def throw_away(request: Request, form: Form) -> Response:
        token = here.token(request)
        if token is not None:
            async with here.desk.database.transaction(PUBLIC_CHANNEL) as transaction:
                await here.open_drafts(transaction).forget(token)
        response = to(START)
        here.forget(response)
        return response


def _add_end(router: APIRouter, here: ReportPages) -> None:
    @router.post(f"{START}/kirim", **page())
    async def send(request: Request, form: Form) -> Response:
        draft, now = await here.draft(request), here.desk.office.clock.now()
        token = here.token(request)
        if draft is None or token is None:
            return to(START)
        if draft.tracking_code:
            return to(SENT)
        lacking = unfinished(draft, now)
        if lacking is not None:
            return to(f"{START}/{lacking.path}")
        if form.text("true") is None:
            return _check_page(here, request, draft, fault=True)
        if form.text("website", length_max=400) is None:
            # Only a program fills in a field that nobody can see; it learns nothing of that.
            await here.throttle.spend(_tries(here, request, draft))
            await _send(here, token, draft, here.pages.language(request))
        return to(SENT)

    @router.get(SENT, **page())
    async def sent(request: Request) -> Response:
        draft = await here.draft(request)
        if draft is None or not draft.tracking_code:
            return to(START)
        return here.page(
            request,
            "lapor/sent.html",
            code=draft.tracking_code,
            receipt=draft.receipt,
            photo_receipts=draft.photo_receipts,
        )


def _tries(here: ReportPages, request: Request, draft: Draft) -> list[Subject]:
    """One telephone number does not report without end, nor does one address."""
    phone = document_of(draft)["reporter"]["phone"]
    return [
        here.throttle.caller("lapor-sent", request, here.settings.lapor_reports_per_address_max),
        here.throttle.subject("lapor-phone", phone, here.settings.lapor_reports_per_phone_max),
    ]


async def _send(here: ReportPages, token: str, draft: Draft, language: str) -> None:
    office, database = here.desk.office, here.desk.database
    photos = []
    for photo in draft.photos:
        async with database.transaction(PUBLIC_CHANNEL) as transaction:
            content = await here.open_drafts(transaction).photo_content(token, photo.id)
        photos.append((*await store_content(office, content), len(content)))
    async with database.transaction(PUBLIC_CHANNEL) as transaction:
        drafts = here.open_drafts(transaction)
        await send_report(here.desk.work(transaction), office, drafts, token, photos, language)


def _add_steps(router: APIRouter, here: ReportPages) -> None:
    @router.get(f"{START}/{{path}}", **page())
    async def show(request: Request, path: str) -> Response:
        draft = await here.draft(request)
        step = draft.step(path) if draft else None
        if draft is None or step is None or draft.tracking_code:
            return to(START)
        if step is draft.steps[-1]:
            lacking = unfinished(draft, here.desk.office.clock.now())
            return to(f"{START}/{lacking.path}") if lacking else _check_page(here, request, draft)
        return _step_page(here, request, step, draft)

    @router.post(f"{START}/{{path}}", **page())
    async def take(request: Request, path: str, form: Form) -> Response:
        token, now = here.token(request), here.desk.office.clock.now()
        if token is None:
            return to(START)
        async with here.desk.database.transaction(PUBLIC_CHANNEL) as transaction:
            drafts = here.open_drafts(transaction)
            before = await drafts.draft(token, now, lock=True)
            step = before.step(path) if before else None
            if before is None or before.tracking_code or step is None or not step.fields:
                return to(START)
            try:
                typed = _typed(step, form)
            except Refusal:
                typed = {}
            draft = before.with_typed(typed)
            await drafts.save(token, draft, now)
        faults = faults_of(step, draft, now)
        if faults:
            return _step_page(here, request, step, draft, faults)
        return to(f"{START}/{draft.steps[draft.steps.index(step) + 1].path}")


def _typed(step: Step, form: PageForm) -> dict[str, str]:
    """Every field of the step, empty where nothing was typed; a day in its three parts."""
    names = []
    for name in step.fields:
        names += [f"{name}_{part}" for part in ("day", "month", "year")] if name in DATES else [name]
    if "place" in step.fields:
        names.append("city")
    return {name: form.text(name, length_max=_LENGTHS.get(name, 200)) or "" for name in names}


def _step_page(
    here: ReportPages,
    request: Request,
    step: Step,
    draft: Draft,
    faults: Mapping[str, tuple[str, str]] | None = None,
    **shown: Any,
) -> Response:
    language, place = here.pages.language(request), draft.steps.index(step)

    def worded(name: str, code: str, detail: str) -> str:
        otherwise = _NO_YEARS if name in YEARS else _UNFIT
        message = _WITHOUT_NIK if (name, code) == ("birth_date", "required") else _FAULTS.get(code, otherwise)
        return here.pages.translated(message, language)

    return here.page(
        request,
        f"lapor/{step.path}.html",
        status=422 if faults else 200,
        typed=draft.typed,
        photos=draft.photos,
        faults={name: worded(name, *fault) for name, fault in (faults or {}).items()},
        months=list(get_month_names(locale=language).items()),
        sends_messages=here.desk.office.sends_messages,
        provinces=sorted(PROVINCES.values(), key=lambda province: province.name),
        disease=draft.is_of_disease,
        number=place + 1,
        last=len(draft.steps),
        back=draft.steps[place - 1].path if place else None,
        **shown,
    )


def _check_page(here: ReportPages, request: Request, draft: Draft, *, fault: bool = False) -> Response:
    province = PROVINCES.get(draft.typed.get("province", ""))
    return _step_page(
        here,
        request,
        draft.steps[-1],
        draft,
        {"true": ("unticked", "")} if fault else None,
        told=document_of(draft),
        province=province.name if province else "",
        zone=province.zone if province else None,
    )
