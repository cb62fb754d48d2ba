"""`/v1/clients` and `/v1/orgs`: the operator's registry of partners."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.partners.application.read_registry import ReadRegistry
from services.partners.application.register_client import RegisterClient, Registration
from services.partners.application.revoke_client import RevokeClient
from services.partners.domain.partners import ClientKind, Organisation, OrganisationStatus
from services.partners.entrypoints.http.client_views import (
    ONE_LINE,
    ClientId,
    ClientView,
    Instant,
    JwksUri,
    Officer,
    OrgQuery,
    RegisteredClient,
    actor_of,
    members,
    view,
)
from shared.clock import Clock
from shared.web.door import Caller, secured
from shared.web.openapi import refusals
from shared.web.paging import Cursor, Limit, cut, decode_cursor
from shared.web.strict_json import StrictRoute

_SCOPE = "partners.manage"
_EXAMPLE_JWK: JsonDict = {
    "kty": "EC",
    "crv": "P-384",
    "kid": "2026-11",
    "x": "K3oiQCGvUDj1of8CPFDxN5JVMD94CFWamwpPUq5M-XLu-RMocIU_6GfgYJbrWXEt",
    "y": "5YbPDvlPIPbc8KKjitMA_cO-zPkhGtJWi20SGIa2PryRmdRimgdIFBAT2ivvVgDy",
}


class NewClient(BaseModel):
    """A client to register. Its organisation is made on first use; each call makes a new client."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "employer",
                    "org": "employer:JJ012345",
                    "name": "PT Contoh Baja",
                    "region_code": None,
                    "public_jwk": _EXAMPLE_JWK,
                },
                {
                    "kind": "hospital",
                    "org": "hospital:100000401",
                    "name": "RS Contoh",
                    "region_code": "3671",
                    "jwks_uri": "https://keys.example.com/jwks.json",
                },
            ]
        },
    )

    kind: ClientKind
    org: str = Field(max_length=80, description="`employer:JJ012345`, `hospital:100000401`, `disnaker:36`, …")
    name: str = Field(min_length=1, max_length=200, pattern=ONE_LINE)
    region_code: str | None = Field(None, max_length=10, description="A hospital's own region (Kemendagri code).")
    jwks_uri: JwksUri | None = None
    public_jwk: dict[str, Any] | None = Field(
        None,
        validate_default=True,
        description="Public key of its assertions: EC P-384 (ES384) or RSA of at least 2048 bits (RS384).",
    )
    expires_at: Instant | None = Field(None, description="The end of its credentials; null: none.")
    awaits_approval: bool = Field(
        False, description="It gets no token until a second person approves it (`…/approval`)."
    )
    test: bool = Field(
        False,
        description="It only tries things out, as a client of the test organisation `<org>~test`: what it sends never "
        "meets what is real. For employers, channels, hospitals and Disnaker.",
    )
    officer: Officer | None = None

    @field_validator("public_jwk")
    @classmethod
    def _signs_with_something(cls, jwk: dict[str, Any] | None, info: ValidationInfo) -> dict[str, Any] | None:
        if jwk is None and info.data.get("jwks_uri") is None:
            raise PydanticCustomError("missing", "Send a public key, or `jwks_uri`.")
        return jwk


class ClientPage(BaseModel):
    items: list[ClientView]
    next_cursor: str | None


class OrganisationView(BaseModel):
    """An organisation as the other services know it. `suspended` when none of its clients is active."""

    org: str
    name: str
    region_code: str | None
    kinds: list[ClientKind] = Field(description="Kinds of its active clients.")
    client_count: int = Field(description="Active clients.")
    status: OrganisationStatus
    version: int
    created_at: datetime
    updated_at: datetime


class OrganisationPage(BaseModel):
    items: list[OrganisationView]
    next_cursor: str | None


def registry_router(register: RegisterClient, revoke: RevokeClient, read: ReadRegistry, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["partners"], route_class=StrictRoute)
    _add_changing(router, register, revoke, clock)
    _add_reading(router, read, clock)
    return router


def _add_changing(router: APIRouter, register: RegisterClient, revoke: RevokeClient, clock: Clock) -> None:
    @router.post(
        "/clients",
        status_code=201,
        summary="Register a client",
        responses=refusals(400, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def post_client(new: NewClient, caller: Caller, response: Response) -> RegisteredClient:
        registered = await register(_registration(new), actor_of(caller, new.officer))
        response.headers["Location"] = f"/v1/clients/{registered.client.client_id}"
        response.headers["Cache-Control"] = "no-store"
        return RegisteredClient(**members(registered.client, clock.now()), client_secret=registered.secret)

    @router.delete(
        "/clients/{client_id}", summary="Revoke a client", responses=refusals(404, 409, 422, 503), **secured(_SCOPE)
    )
    async def delete_client(client_id: ClientId, caller: Caller) -> ClientView:
        """Takes effect at the token endpoint at once; tokens already issued run out within their life. Declines a
        client that waits for approval."""
        return view(await revoke(client_id, actor_of(caller)), clock.now())


def _add_reading(router: APIRouter, read: ReadRegistry, clock: Clock) -> None:
    @router.get("/clients", summary="List clients", responses=refusals(422, 503), **secured(_SCOPE))
    async def get_clients(
        caller: Caller,
        cursor: Cursor = None,
        limit: Limit = 50,
        org: OrgQuery = None,
    ) -> ClientPage:
        (after,) = decode_cursor(cursor, str) or (None,)
        clients = await read.clients(actor_of(caller), after=after, limit=limit + 1, org=org)
        shown, next_cursor = cut(clients, limit, lambda last: [last.client_id])
        now = clock.now()
        return ClientPage(items=[view(client, now) for client in shown], next_cursor=next_cursor)

    @router.get("/clients/{client_id}", summary="One client", responses=refusals(404, 422, 503), **secured(_SCOPE))
    async def get_client(client_id: ClientId, caller: Caller) -> ClientView:
        return view(await read.client(client_id, actor_of(caller)), clock.now())

    @router.get("/orgs", summary="List organisations", responses=refusals(422, 503), **secured(_SCOPE))
    async def get_organisations(caller: Caller, cursor: Cursor = None, limit: Limit = 50) -> OrganisationPage:
        (after,) = decode_cursor(cursor, str) or (None,)
        found = await read.organisations(actor_of(caller), after=after, limit=limit + 1)
        shown, next_cursor = cut(found, limit, lambda last: [last.org])
        return OrganisationPage(items=[_organisation_view(each) for each in shown], next_cursor=next_cursor)


def _registration(new: NewClient) -> Registration:
    return Registration(
        kind=new.kind,
        org=new.org,
        name=new.name,
        region_code=new.region_code,
        public_jwk=new.public_jwk,
        jwks_uri=new.jwks_uri,
        awaits_approval=new.awaits_approval,
        expires_at=new.expires_at,
        test=new.test,
    )


def _organisation_view(organisation: Organisation) -> OrganisationView:
    return OrganisationView(
        org=organisation.org,
        name=organisation.name,
        region_code=organisation.region_code,
        kinds=list(organisation.kinds),
        client_count=organisation.client_count,
        status=organisation.status,
        version=organisation.version,
        created_at=organisation.created_at,
        updated_at=organisation.updated_at,
    )
