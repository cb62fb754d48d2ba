"""For operators: one dead letter, what it says (masked until a purpose is named), and mending it."""

import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.verification.application.console_people import OPERATOR
from services.verification.application.hub_operations import HubOperations
from services.verification.entrypoints.console.frame import Console
from shared.errors import Problem, Refusal, SimpulError, Unreadable
from shared.web.door import page
from shared.web.pages.catalogues import N_
from shared.web.pages.forms import Form, PageForm
from shared.web.strict_json import parse_strict

_OPERATIONS = "/console/operations"
_HERE = _OPERATIONS + "/dead-letters/{service}/{letter_id}"
_SHOWN_MAX = 100_000
_EDITED_MAX = 200_000
_VERSIONS_MAX = 99
PURPOSES = {
    "mend": N_("To mend the event"),
    "ask_sender": N_("To tell its sender what is wrong"),
    "inspection": N_("For an inspection or an audit"),
}
# What a page shows and nobody sees, or what turns the direction of what follows.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_Service = Annotated[str, Path(max_length=40, pattern=r"^[a-z_]+$")]
_LetterId = Annotated[str, Path(max_length=64, pattern=r"^[0-9A-Fa-f-]+$")]


def dead_letter_routes(console: Console, hub: HubOperations) -> APIRouter:
    router = APIRouter()

    @router.get(_HERE, **page(OPERATOR))
    async def letter(
        request: Request,
        service: _Service,
        letter_id: _LetterId,
        edit: Annotated[int | None, Query(ge=0, le=_VERSIONS_MAX)] = None,
    ) -> Response:
        return await _shown(console, hub, request, service, letter_id, edit=edit)

    @router.post(_HERE + "/reveal", **page(OPERATOR))
    async def reveal(request: Request, service: _Service, letter_id: _LetterId, form: Form) -> Response:
        """Answers the page itself: an address that shows it could be opened again without a purpose."""
        purpose = form.required("purpose", length_max=40)
        if purpose not in PURPOSES:
            raise Refusal("form.unknown", "There is no such choice.")
        body: dict[str, Any] = {"purpose": purpose, "officer": console.officer(request)}
        if (edit := form.text("edit", length_max=2)) is not None and edit.isdecimal():
            body["edit"] = int(edit)
        said = await hub.act(service, ("dead-letters", letter_id, "reveal"), body)
        await _audited(console, request, "reveal")
        return await _shown(console, hub, request, service, letter_id, said=said)

    @router.post(_HERE + "/edit", **page(OPERATOR))
    async def edit(request: Request, service: _Service, letter_id: _LetterId, form: Form) -> Response:
        try:
            await hub.act(service, ("dead-letters", letter_id, "edits"), _edit(console, request, form))
        except SimpulError as error:
            return await _shown(console, hub, request, service, letter_id, error=error, entered=form)
        await _audited(console, request, "edit")
        if form.text("then") != "redrive":
            return console.after(request, request.url.path.removesuffix("/edit"), "edited")
        try:
            done = await hub.act(service, ("dead-letters", letter_id, "redrive"))
        except SimpulError as error:
            return await _shown(console, hub, request, service, letter_id, error=error)
        await _audited(console, request, "redrive")
        if done["resolved"]:
            return console.after(request, _OPERATIONS)
        return console.after(request, request.url.path.removesuffix("/edit"), "failed")

    return router


def _edit(console: Console, request: Request, form: PageForm) -> dict[str, Any]:
    """The body of an edit. Raises Refusal with what is not filled in or no JSON."""
    based_on, reason = form.required("based_on", length_max=2), form.required("reason", length_max=1_000)
    text = form.required("document", length_max=_EDITED_MAX)
    try:
        document = parse_strict(text.encode())
    except Unreadable as error:
        raise Refusal("form.json", "What you wrote is not JSON as it has to be.", [_place(text, error)]) from error
    if not isinstance(document, dict) or not {"facts"} <= document.keys() <= {"facts", "content"}:
        raise Refusal("form.json", "It has to be one object with “facts” and, where there was one, “content”.")
    return {**document, "based_on": int(based_on), "reason": reason, "officer": console.officer(request)}


def _place(text: str, error: Unreadable) -> Problem:
    """Where it stops being JSON, as line:column."""
    try:
        json.loads(text)
    except json.JSONDecodeError as found:
        return Problem(f"{found.lineno}:{found.colno}", "not-json", "This is where it is no longer JSON.")
    return Problem("", error.code, error.detail)


def _pretty(said: dict[str, Any]) -> str:
    """What it says, so that everything in it is seen as what it is."""
    if said["form"] != "event":
        text = said["text"] or ""
    else:
        parts = ("facts",) if said["content"] is None else ("facts", "content")
        text = json.dumps({part: said[part] for part in parts}, ensure_ascii=False, indent=2)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


async def _audited(console: Console, request: Request, action: str) -> None:
    """Who asked for it; the service that did it logs what it was."""
    await console.audited(request, f"operations.dead-letter.{action}", request.url.path[:200])


async def _shown(
    console: Console,
    hub: HubOperations,
    request: Request,
    service: str,
    letter_id: str,
    *,
    edit: int | None = None,
    said: dict[str, Any] | None = None,
    error: SimpulError | None = None,
    entered: PageForm | None = None,
) -> Response:
    """Without `said` it is masked. `entered` is an edit that was refused."""
    letter = await hub.look(service, ("dead-letters", letter_id))
    if said is None:
        wanted = {} if edit is None else {"edit": str(edit)}
        said = await hub.look(service, ("dead-letters", letter_id, "payload"), **wanted)
    text = _pretty(said)
    editable = text if len(text) <= _EDITED_MAX and not said["masked"] else None
    return console.page(
        request,
        "console/dead_letter.html",
        here=_OPERATIONS,
        error=error,
        service=service,
        letter=letter,
        said=said,
        text=text[:_SHOWN_MAX],
        is_cut=said["truncated"] or len(text) > _SHOWN_MAX,
        document=(entered.typed("document") if entered else "") or editable,
        based_on=entered.typed("based_on") if entered else said["edit"],
        reason=entered.typed("reason") if entered else "",
        purposes=PURPOSES,
        path=f"{_OPERATIONS}/dead-letters/{service}/{letter['id']}",
    )
