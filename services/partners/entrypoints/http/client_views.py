"""Clients and their credentials as the registry shows them, and who asks."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.partners.application.ports import Actor
from services.partners.domain.credentials import Credential, CredentialKind, CredentialStatus
from services.partners.domain.partners import Client, ClientKind, ClientStatus
from shared.clock import SystemClock
from shared.web.tokens import Principal

ClientId = Annotated[str, Path(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._-]+$")]
_PERSON = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")


def _as_text(value: Any) -> Any:
    """A number would be taken for seconds since 1970."""
    if value is not None and not isinstance(value, str):
        raise ValueError("Write a time as RFC 3339 with an offset.")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_as_text)]


class Officer(BaseModel):
    """The person behind a decision; without one it is the client itself."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, _PERSON]
    name: Annotated[str | None, _PERSON] = None


class CredentialView(BaseModel):
    """A public key, named by its `kid`, or a secret, of which nothing is shown."""

    id: UUID
    form: CredentialKind = Field(description="A public key or a secret.")
    status: CredentialStatus
    kid: str | None
    added_by: str
    added_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    expires_at: datetime | None
    ends_soon: bool = Field(description="Whether it ends within 30 days.")
    retired_at: datetime | None


class ClientView(BaseModel):
    """A registered client, without anything secret."""

    client_id: str
    org: str
    kind: ClientKind
    name: str
    scopes: list[str]
    status: ClientStatus
    region_code: str | None = Field(description="The region it was asked for with.")
    asked_by: str
    approved_by: str | None
    created_at: datetime
    approved_at: datetime | None
    revoked_at: datetime | None
    credentials: list[CredentialView] = Field(description="Oldest first, ended ones too.")


class RegisteredClient(ClientView):
    """A client just registered."""

    client_secret: str | None = Field(description="For hospitals, told this once; null for every other kind.")


def actor_of(caller: Principal, officer: Officer | None = None) -> Actor:
    return Actor(caller.org, caller.client_id, officer.id if officer else None)


def view(client: Client) -> ClientView:
    return ClientView(**members(client))


def members(client: Client) -> dict[str, Any]:
    """What a view of a client holds."""
    return {
        "client_id": client.client_id,
        "org": client.org,
        "kind": client.kind,
        "name": client.name,
        "scopes": list(client.scopes),
        "status": client.status,
        "region_code": client.region_code,
        "asked_by": client.asked_by,
        "approved_by": client.approved_by,
        "created_at": client.created_at,
        "approved_at": client.approved_at,
        "revoked_at": client.revoked_at,
        "credentials": [credential_view(each) for each in client.credentials],
    }


def credential_view(credential: Credential) -> CredentialView:
    now = SystemClock().now()
    return CredentialView(
        id=credential.id,
        form=credential.kind,
        status=credential.status(now),
        kid=(credential.public_jwk or {}).get("kid"),
        added_by=credential.added_by,
        added_at=credential.added_at,
        approved_by=credential.approved_by,
        approved_at=credential.approved_at,
        expires_at=credential.expires_at,
        ends_soon=credential.ends_soon(now),
        retired_at=credential.retired_at,
    )
