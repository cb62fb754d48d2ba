"""For operators: what the hub tells of itself. Incidents and maintenance, published and carried on."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.verification.application.console_people import OPERATOR
from services.verification.application.hub_operations import HubOperations
from services.verification.entrypoints.console.fields import code_in, moment_in
from services.verification.entrypoints.console.frame import Console
from shared.errors import Problem, Refusal, SimpulError
from shared.web.door import page
from shared.web.pages.catalogues import LANGUAGES, N_
from shared.web.pages.formats import WESTERN
from shared.web.pages.forms import Form, PageForm
from shared.web.pages.notices import KIND_NAMES, SERVICE_NAMES, STATE_NAMES

_HERE = "/console/notices"
_AUDIENCES = {
    "partners": N_("Partners alone"),
    "everybody": N_("Everybody: also above the public pages of these services"),
}
_STATES = {
    "incident": ("investigating", "identified", "monitoring", "resolved"),
    "maintenance": ("scheduled", "in_progress", "completed", "cancelled"),
}
_FIELDS = ("kind", "audience", "title_id", "title_en", "text_id", "text_en", "begins_at", "ends_at", "state")
_TITLE_MAX, _TEXT_MAX = 120, 1_000
_ENDED_SHOWN = 10
_NoticeId = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f-]+$")]


def notice_routes(console: Console, hub: HubOperations) -> APIRouter:
    router = APIRouter()

    @router.get(_HERE, **page(OPERATOR))
    async def notices(request: Request) -> Response:
        return await _shown(console, hub, request)

    @router.post(_HERE, **page(OPERATOR))
    async def publish(request: Request, form: Form) -> Response:
        return await _told(console, hub, request, form, None)

    @router.post(_HERE + "/{notice_id}/updates", **page(OPERATOR))
    async def update(request: Request, notice_id: _NoticeId, form: Form) -> Response:
        return await _told(console, hub, request, form, notice_id)

    return router


async def _told(
    console: Console, hub: HubOperations, request: Request, form: PageForm, notice_id: str | None
) -> Response:
    """Tell it, look at once whether it stands on the pages of this service, and show the list again."""
    try:
        said = _update_in(form) if notice_id else _notice_in(form)
        said["officer"] = console.officer(request)
        answer = await hub.tell((notice_id, "updates") if notice_id else (), said, form.once())
    except SimpulError as error:
        return await _shown(console, hub, request, error=error, filled=form, filled_for=notice_id)
    await console.audited(request, "notices.update" if notice_id else "notices.publish", str(answer["id"]))
    if console.pages.board is not None:
        await console.pages.board.look()
    return console.after(request, _HERE)


def _notice_in(form: PageForm) -> dict[str, Any]:
    """As partners takes a new notice; its times are legal time of WIB. Raises Refusal."""
    services = [name for name in form.texts("services") if name in SERVICE_NAMES]
    if not services:
        problem = Problem("/services", "required", "Choose at least one service.")
        raise Refusal("form.incomplete", "Something is not filled in.", [problem])
    begins_at, ends_at = moment_in(form, "begins_at", WESTERN), moment_in(form, "ends_at", WESTERN)
    return {
        "kind": code_in(form, "kind", tuple(KIND_NAMES)),
        "audience": code_in(form, "audience", tuple(_AUDIENCES)),
        "services": services,
        "title": _both(form, "title", _TITLE_MAX),
        "text": _both(form, "text", _TEXT_MAX),
        "begins_at": begins_at.isoformat() if begins_at else None,
        "ends_at": ends_at.isoformat() if ends_at else None,
    }


def _update_in(form: PageForm) -> dict[str, Any]:
    """As partners takes an update. Raises Refusal."""
    ends_at = moment_in(form, "ends_at", WESTERN)
    return {
        "state": code_in(form, "state", tuple(STATE_NAMES)),
        "text": _both(form, "text", _TEXT_MAX),
        "ends_at": ends_at.isoformat() if ends_at else None,
    }


def _both(form: PageForm, name: str, length_max: int) -> dict[str, str]:
    return {language: form.required(f"{name}_{language}", length_max=length_max) for language in LANGUAGES}


async def _shown(
    console: Console,
    hub: HubOperations,
    request: Request,
    *,
    error: SimpulError | None = None,
    filled: PageForm | None = None,
    filled_for: str | None = None,
) -> Response:
    """`filled` is what was typed into the form of the notice `filled_for`, None for that of a new one."""
    found = await hub.notices()
    typed = {name: filled.typed(name) if filled else "" for name in _FIELDS}
    return console.page(
        request,
        "console/notices.html",
        here=_HERE,
        error=error,
        open_notices=[each for each in found.items if each["phase"] != "ended"],
        ended=[each for each in found.items if each["phase"] == "ended"][:_ENDED_SHOWN],
        silent=dict(found.silent),
        kinds=KIND_NAMES,
        states=STATE_NAMES,
        states_of=_STATES,
        services=SERVICE_NAMES,
        audiences=_AUDIENCES,
        typed=typed,
        typed_services=filled.texts("services") if filled else [],
        typed_for=filled_for,
    )
