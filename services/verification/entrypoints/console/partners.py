"""For operators: who may speak to the hub. Registering a client, its credentials shown once, revoking it."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from joserfc.jwk import ECKey

from services.verification.application.console_people import OPERATOR
from services.verification.application.hub_operations import HubOperations
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.http.desk import audit
from shared.errors import Refusal, SimpulError
from shared.web.door import page
from shared.web.pages.catalogues import N_
from shared.web.pages.forms import Form, PageForm
from shared.web.problem import status_of

_HERE = "/console/partners"
_JWK_LENGTH_MAX = 4_000
_ORDER = {"requested": 0, "active": 1}
# What a person may register here; the hub's own kinds come from the command line of the machine that runs it.
KINDS = {
    "employer": N_("Employer"),
    "hospital": N_("Hospital"),
    "disnaker": N_("Labour inspectorate"),
    "channel": N_("Channel (app, union, family service point)"),
    "bpjs-verifier": N_("BPJS: verifiers' system"),
    "bpjs-core": N_("BPJS: core system"),
    "auditor": N_("Auditor"),
}
_ClientId = Annotated[str, Path(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._-]+$")]


def partner_routes(console: Console, hub: HubOperations) -> APIRouter:
    router = APIRouter()

    @router.get(_HERE, **page(OPERATOR))
    async def partners(request: Request) -> Response:
        return await _shown(console, hub, request)

    @router.post(_HERE, **page(OPERATOR))
    async def register(request: Request, form: Form) -> Response:
        """Answers the page itself: what it shows once cannot be shown again."""
        try:
            wanted, private = _wanted(form)
            wanted |= {"awaits_approval": True, "officer": _officer(console, request)}
            made = await hub.register_client(wanted)
        except SimpulError as error:
            return await _shown(console, hub, request, error=error, filled=form)
        await _audited(console, request, "partners.register", made["client_id"])
        return await _shown(console, hub, request, made=made, credentials=_credentials(made, private))

    _add_changing(router, console, hub)

    @router.post(_HERE + "/{client_id}/revocation", **page(OPERATOR))
    async def revoke(request: Request, client_id: _ClientId, form: Form) -> Response:
        try:
            await hub.revoke_client(client_id)
        except SimpulError as error:
            return await _shown(console, hub, request, error=error)
        await _audited(console, request, "partners.revoke", client_id)
        return RedirectResponse(_HERE + "?done=1", status_code=303)

    return router


def _add_changing(router: APIRouter, console: Console, hub: HubOperations) -> None:
    @router.post(_HERE + "/{client_id}/approval", **page(OPERATOR))
    async def approve(request: Request, client_id: _ClientId, form: Form) -> Response:
        return await _changed(console, hub, request, client_id, ("approval",))

    @router.post(_HERE + "/{client_id}/credentials", **page(OPERATOR))
    async def add_key(request: Request, client_id: _ClientId, form: Form) -> Response:
        """Answers the page itself: what it shows once cannot be shown again."""
        try:
            public, private = _key(form)
            body = {"public_jwk": public, "awaits_approval": True, "officer": _officer(console, request)}
            added = await hub.change_client(client_id, ("credentials",), body)
        except SimpulError as error:
            return await _shown(console, hub, request, error=error)
        await _audited(console, request, "partners.add-key", client_id)
        told = json.dumps({"client_id": client_id, "private_key_jwk": private}, indent=1) if private else None
        return await _shown(console, hub, request, added={**added, "client_id": client_id}, credentials=told)

    @router.post(_HERE + "/{client_id}/credentials/{credential_id}/{action}", **page(OPERATOR))
    async def change_key(
        request: Request,
        client_id: _ClientId,
        credential_id: _ClientId,
        action: Annotated[str, Path(pattern="^(approval|retirement)$")],
        form: Form,
    ) -> Response:
        return await _changed(console, hub, request, client_id, ("credentials", credential_id, action))


async def _changed(
    console: Console, hub: HubOperations, request: Request, client_id: str, path: tuple[str, ...]
) -> Response:
    try:
        await hub.change_client(client_id, path, {"officer": _officer(console, request)})
    except SimpulError as error:
        return await _shown(console, hub, request, error=error)
    await _audited(console, request, f"partners.{path[-1]}", client_id)
    return RedirectResponse(_HERE + "?done=1", status_code=303)


def _officer(console: Console, request: Request) -> dict[str, str | None]:
    """Whom partners tells apart for the second pair of eyes."""
    person = console.person(request)
    return {"id": person.id, "name": person.name}


def _wanted(form: PageForm) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What partners is asked to register, and the private key where the partner sent no public one of its own.
    Raises Refusal for a public key that is no JSON object."""
    public, private = _key(form)
    kind = form.required("kind", length_max=20)
    number = form.required("number", length_max=60)
    org = number if ":" in number else f"{kind.partition('-')[0]}:{number}"
    wanted = {
        "kind": kind,
        "org": org,
        "name": form.required("name", length_max=200),
        "region_code": form.text("region_code", length_max=10) or None,
        "public_jwk": public,
    }
    return wanted, private


def _key(form: PageForm) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The public key, and the private one where the partner sent no public one of its own."""
    own = form.text("public_jwk", length_max=_JWK_LENGTH_MAX)
    private: dict[str, Any] | None = None
    if own:
        public = _read_jwk(own)
    else:
        key = ECKey.generate_key("P-384")
        private = {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": "ES384", "use": "sig"}
        public = {name: value for name, value in private.items() if name != "d"}
    return public, private


def _read_jwk(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise Refusal("partners.jwk-unreadable", N_("The public key must be one JSON Web Key."))
    if "d" in read:
        raise Refusal("partners.jwk-private", N_("This is a private key. Nobody else may have it; make a new pair."))
    return read


def _credentials(made: dict[str, Any], private: dict[str, Any] | None) -> str:
    """What the partner's own file holds."""
    told = {
        "client_id": made["client_id"],
        "org": made["org"],
        "scopes": made["scopes"],
        "private_key_jwk": private,
        "client_secret": made.get("client_secret"),
    }
    return json.dumps({name: value for name, value in told.items() if value is not None}, indent=1)


async def _audited(console: Console, request: Request, action: str, client_id: str) -> None:
    caller = console.caller(request)
    async with console.counter.database.transaction(caller.org) as transaction:
        await audit(transaction, caller, action, client_id, officer=caller.subject)


async def _shown(
    console: Console,
    hub: HubOperations,
    request: Request,
    *,
    error: SimpulError | None = None,
    filled: PageForm | None = None,
    made: dict[str, Any] | None = None,
    added: dict[str, Any] | None = None,
    credentials: str | None = None,
) -> Response:
    found = await hub.clients()
    names = ("kind", "number", "name", "region_code", "public_jwk")
    return console.page(
        request,
        "console/partners.html",
        here=_HERE,
        status=status_of(error) if error else 201 if made or added else 200,
        clients=sorted(found.items, key=lambda client: (_ORDER.get(client["status"], 9), client["org"])),
        silent=dict(found.silent),
        kinds=KINDS,
        filled={name: (filled.text(name) if filled else None) or "" for name in names},
        made=made,
        added=added,
        credentials=credentials,
        error=error,
        done=error is None and request.query_params.get("done") == "1",
    )
