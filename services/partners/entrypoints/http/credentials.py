"""`/v1/clients/{client_id}/approval` and `…/credentials`: the second person, and keys exchanged without a gap."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.partners.application.approve import Approve
from services.partners.application.read_key_sets import ReadKeySets
from services.partners.application.rotate import NewCredential, Rotate
from services.partners.entrypoints.http.client_views import (
    ClientId,
    ClientView,
    CredentialView,
    Instant,
    JwksUri,
    Officer,
    actor_of,
    credential_view,
    view,
)
from shared.clock import Clock
from shared.web.door import Caller, secured
from shared.web.openapi import refusals
from shared.web.strict_json import StrictRoute

_SCOPE = "partners.manage"
_ONE = "/clients/{client_id}/credentials/{credential_id}"


class Signed(BaseModel):
    """Who does it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"officer": {"id": "oidc:rudi"}}]})

    officer: Officer | None = None


class Approval(Signed):
    """Who approves, and what was looked at."""

    credentials: list[UUID] | None = Field(
        None, max_length=20, description="Only these of its credentials are approved with it; null: all that wait."
    )


class CredentialToAdd(Signed):
    """A public key, an address of keys, or a new secret for a hospital when there is neither."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"expires_at": "2099-01-31T00:00:00+07:00"}]}
    )

    public_jwk: dict[str, Any] | None = None
    jwks_uri: JwksUri | None = None
    expires_at: Instant | None = Field(None, description="Its end; null: none.")
    awaits_approval: bool = Field(False, description="It counts when a second person has approved it.")


class CredentialEnd(Signed):
    """When a credential ends."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"expires_at": "2099-01-31T00:00:00+07:00"}]}
    )

    expires_at: Instant


class AddedCredential(CredentialView):
    """A credential just added."""

    client_secret: str | None = Field(description="Told this once; null for a key.")


def credential_router(approve: Approve, rotate: Rotate, key_sets: ReadKeySets, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["partners"], route_class=StrictRoute)
    _add_approvals(router, approve, clock)
    _add_rotation(router, rotate, clock)
    _add_reading(router, key_sets, clock)
    return router


def _add_approvals(router: APIRouter, approve: Approve, clock: Clock) -> None:
    @router.post(
        "/clients/{client_id}/approval",
        summary="Approve a client that was asked for, as a second person",
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def post_approval(client_id: ClientId, body: Approval, caller: Caller) -> ClientView:
        return view(await approve.client(client_id, actor_of(caller, body.officer), body.credentials), clock.now())

    @router.post(
        _ONE + "/approval",
        summary="Approve a credential that was added, as a second person",
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def post_credential_approval(
        client_id: ClientId, credential_id: UUID, body: Signed, caller: Caller
    ) -> ClientView:
        return view(await approve.credential(client_id, credential_id, actor_of(caller, body.officer)), clock.now())


def _add_rotation(router: APIRouter, rotate: Rotate, clock: Clock) -> None:
    @router.post(
        "/clients/{client_id}/credentials",
        status_code=201,
        summary="Add a key or a secret beside those there are",
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def post_credential(
        client_id: ClientId, body: CredentialToAdd, caller: Caller, response: Response
    ) -> AddedCredential:
        wanted = NewCredential(body.public_jwk, body.jwks_uri, body.expires_at, body.awaits_approval)
        added = await rotate.add(client_id, wanted, actor_of(caller, body.officer))
        response.headers["Cache-Control"] = "no-store"
        return AddedCredential(
            **credential_view(added.credential, clock.now()).model_dump(), client_secret=added.secret
        )

    @router.post(
        _ONE + "/expiry",
        summary="Give a credential an end",
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def post_expiry(client_id: ClientId, credential_id: UUID, body: CredentialEnd, caller: Caller) -> ClientView:
        return view(
            await rotate.end(client_id, credential_id, body.expires_at, actor_of(caller, body.officer)), clock.now()
        )

    @router.post(
        _ONE + "/retirement",
        summary="Retire a credential now",
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def post_retirement(client_id: ClientId, credential_id: UUID, body: Signed, caller: Caller) -> ClientView:
        return view(await rotate.end(client_id, credential_id, None, actor_of(caller, body.officer)), clock.now())


def _add_reading(router: APIRouter, key_sets: ReadKeySets, clock: Clock) -> None:
    @router.post(
        _ONE + "/reading",
        summary="Read the keys at a client's address now",
        description="For whoever wants to see what is published there before approving it. At most once a minute; "
        "sooner the answer shows what was read last.",
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def post_reading(client_id: ClientId, credential_id: UUID, body: Signed, caller: Caller) -> ClientView:
        return view(await key_sets.read_one(client_id, credential_id, actor_of(caller, body.officer)), clock.now())
