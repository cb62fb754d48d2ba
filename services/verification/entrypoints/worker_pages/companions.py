"""The worker names a companion on `/status`, and takes that back."""

from typing import Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.verification.application.worker_status import Followed
from services.verification.entrypoints.http.status import StatusDesk
from shared.errors import Conflict, Refusal
from shared.regulation.codes import codes_of
from shared.web.door import page
from shared.web.pages.catalogues import N_
from shared.web.pages.forms import Form

_CLAIM = "/status/claim"

_NOT_NAMED = N_("Write the name of your companion, choose who it is, and tick that you agree.")
_TOO_MANY = N_("There are companions enough. Take one away first.")


class ClaimPages(Protocol):
    """What these routes need of the pages."""

    @property
    def desk(self) -> StatusDesk: ...

    async def followed(self, request: Request) -> Followed | None: ...

    def claim(self, request: Request, followed: Followed, *, status: int = 200, **shown: str) -> Response: ...


def companion_routes(here: ClaimPages) -> APIRouter:
    router = APIRouter()

    @router.post("/status/companions", **page())
    async def name(request: Request, form: Form) -> Response:
        followed = await here.followed(request)
        if followed is None:
            return RedirectResponse("/status", 303)
        try:
            told, relation = form.required("name", length_max=100), form.required("relation", length_max=20)
            if form.text("agree") is None or relation not in codes_of("companion_relations"):
                raise Refusal("form.incomplete", "Something is not filled in.")
            letters = form.text("letters") is not None
            code = await here.desk.name_companion(followed, form.once(), told, relation, letters=letters)
        except Conflict:
            return here.claim(request, followed, companion_fault=_TOO_MANY, status=409)
        except Refusal:
            return here.claim(request, followed, companion_fault=_NOT_NAMED, status=422)
        if code is None:
            return RedirectResponse(_CLAIM, 303)
        # Shown in this very answer and nowhere else: the form sent again changes nothing and shows nothing.
        return here.claim(request, await here.followed(request) or followed, companion_code=code)

    @router.post("/status/companions/{companion_id}/end", **page())
    async def end(request: Request, companion_id: str, form: Form) -> Response:
        followed = await here.followed(request)
        if followed is None:
            return RedirectResponse("/status", 303)
        if companion_id in {each["id"] for each in followed.document["companions"]}:
            await here.desk.end_companion(followed, companion_id)
        return RedirectResponse(_CLAIM, 303)

    return router
