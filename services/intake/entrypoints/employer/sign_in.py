"""Signing in with the access file of the registration, and out."""

from fastapi import APIRouter, Request, Response

from services.intake.application.employers import may_enter, read_credentials
from services.intake.entrypoints.employer.desk import HOME, SIGN_IN, EmployerPages, employer_of, employers_only, to
from shared.audit import AuditEntry, record
from shared.errors import Refusal
from shared.web.door import page
from shared.web.pages.catalogues import N_
from shared.web.pages.cookies import cookie, set_token
from shared.web.pages.forms import Form, checked_form
from shared.web.pages.reception import SESSION_COOKIE
from shared.web.pages.routes import own_path

_FILE_BYTES = 65_536

_CHOOSE = N_("Choose the access file first.")
_REFUSED = N_("This access file is not valid, or not any more. Ask BPJS Ketenagakerjaan for a new one.")
_NOT_EMPLOYER = N_("This access file is not an employer's.")


def sign_in_routes(here: EmployerPages) -> APIRouter:
    router = APIRouter()

    @router.get(SIGN_IN, **page())
    async def sign_in(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the usual name in a URL
        return _shown(here, request, _goes_to(next))

    @router.post(SIGN_IN, **page())
    async def enter(request: Request) -> Response:
        form = await checked_form(request, 2 * _FILE_BYTES)
        try:
            file = form.file("credentials")
            content: bytes | str | None = await file.read() if file else form.text("pasted", length_max=_FILE_BYTES)
            goes_to = _goes_to(form.text("next", length_max=200))
        finally:
            await form.close()
        if not content:
            return _shown(here, request, goes_to, _CHOOSE)
        return await _enter(here, request, content, goes_to)

    @router.post(f"{HOME}/keluar", **employers_only())
    async def sign_out(request: Request, form: Form) -> Response:
        visitor = employer_of(request)
        await here.sessions.end(visitor.session)
        await _audited(here, visitor.name, visitor.id, "employer-page.sign-out")
        response = to(SIGN_IN)
        response.delete_cookie(SESSION_COOKIE, path=HOME)
        # The browser forgets the pages it has seen.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return router


async def _enter(here: EmployerPages, request: Request, content: bytes | str, goes_to: str) -> Response:
    tries = [here.throttle.caller("employer", request, here.settings.employer_tries_per_address_max)]
    await here.throttle.spend(tries)
    try:
        credentials = read_credentials(content)
    except Refusal as error:
        return _shown(here, request, goes_to, error.detail)
    client = await here.issuer.client(credentials)
    if client is None:
        return _shown(here, request, goes_to, _REFUSED)
    if not may_enter(client):
        return _shown(here, request, goes_to, _NOT_EMPLOYER)
    await here.throttle.give_back(tries)
    token = await here.sessions.begin(client, credentials, instead_of=cookie(request, SESSION_COOKIE))
    await _audited(here, client.org, client.client_id, "employer-page.sign-in")
    response = to(goes_to)
    seconds = round(here.settings.employer_session_hours * 3_600)
    set_token(response, SESSION_COOKIE, token, secure=here.pages.secure, seconds=seconds, path=HOME, strict=True)
    return response


def _shown(here: EmployerPages, request: Request, goes_to: str, fault: str | None = None) -> Response:
    # A session that is told to last longer than it does would lose what is being written.
    minutes = max(1, int(here.settings.employer_idle_minutes))
    shown = {"goes_to": goes_to, "fault": fault, "idle_minutes": minutes}
    return here.page(request, "employer/sign_in.html", status=422 if fault else 200, **shown)


def _goes_to(wanted: str | None) -> str:
    path = own_path(wanted, otherwise=HOME)
    return path if path.startswith(HOME) and path != SIGN_IN else HOME


async def _audited(here: EmployerPages, org: str, client_id: str, action: str) -> None:
    async with here.desk.database.transaction(org) as transaction:
        await record(transaction, AuditEntry(org, client_id, action, "employer-page", ""))
