"""Clients and their credentials as the registry shows them, and who asks."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.partners.application.ports import Actor
from services.partners.domain.credentials import Credential, CredentialKind, CredentialStatus, thumbprint
from services.partners.domain.key_sets import KeySet
from services.partners.domain.partners import Client, ClientKind, ClientStatus
from shared.identifiers import ORGANISATION_PATTERN
from shared.web.tokens import Principal

# One line that is not blank.
ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"

OrgQuery = Annotated[
    str | None,
    Query(max_length=80, pattern=ORGANISATION_PATTERN, description="Only of this one."),
]
ClientId = Annotated[str, Path(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._-]+$")]
_PERSON = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")


def _as_text(value: Any) -> Any:
    """A number would be taken for seconds since 1970."""
    if value is not None and not isinstance(value, str):
        raise ValueError("Write a time as RFC 3339 with an offset.")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_as_text)]

JwksUri = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2_000,
        description="Instead of `public_jwk`: where the client publishes its keys (a JWK set; each with a `kid`, at "
        "most 20). In production public https.",
    ),
]


class Officer(BaseModel):
    """The person behind a decision; without one it is the client itself."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, _PERSON]
    name: Annotated[str | None, _PERSON] = None


class PublishedKey(BaseModel):
    """A key at the address that a client has registered."""

    kid: str
    thumbprint: str = Field(description="RFC 7638 with SHA-256.")


class KeySetView(BaseModel):
    """What is known of the keys at an address. They are read when an assertion names one that is not known, or when
    what is known is older than five minutes, at most once a minute; while the address is away they count a day."""

    keys: list[PublishedKey]
    read_at: datetime | None = Field(description="When the address gave them last.")
    counts_until: datetime | None = Field(description="So long without another reading.")
    tried_at: datetime | None
    failure: str | None = Field(description="Why the last attempt failed, such as `http-404` or `no-answer:timeout`.")


class CredentialView(BaseModel):
    """A public key, named by its `kid`, an address of keys, or a secret, of which nothing is shown."""

    id: UUID
    form: CredentialKind = Field(description="A public key, the address of a set of them, or a secret.")
    status: CredentialStatus
    kid: str | None
    thumbprint: str | None = Field(description="Of a public key: RFC 7638 with SHA-256.")
    jwks_uri: str | None = Field(description="Where the client publishes its keys.")
    key_set: KeySetView | None = Field(description="Of an address: what is known of it.")
    added_by: str
    added_by_name: str | None
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
    test: bool = Field(description="Whether it only tries things out; its `org` then ends in `~test`.")
    scopes: list[str]
    status: ClientStatus
    region_code: str | None = Field(description="The region it was asked for with.")
    asked_by: str
    asked_by_name: str | None
    approved_by: str | None
    created_at: datetime
    approved_at: datetime | None
    revoked_at: datetime | None
    credentials: list[CredentialView] = Field(description="Oldest first, ended ones too.")


class RegisteredClient(ClientView):
    """A client just registered."""

    client_secret: str | None = Field(description="For hospitals, told this once; null for every other kind.")


def actor_of(caller: Principal, officer: Officer | None = None) -> Actor:
    if officer is None:
        return Actor(caller.org, caller.client_id)
    return Actor(caller.org, caller.client_id, officer.id, officer.name)


def view(client: Client, now: datetime) -> ClientView:
    return ClientView(**members(client, now))


def members(client: Client, now: datetime) -> dict[str, Any]:
    """What a view of a client holds."""
    return {
        "client_id": client.client_id,
        "org": client.org,
        "kind": client.kind,
        "name": client.name,
        "test": client.is_test,
        "scopes": list(client.scopes),
        "status": client.status,
        "region_code": client.region_code,
        "asked_by": client.asked_by,
        "asked_by_name": client.asked_by_name,
        "approved_by": client.approved_by,
        "created_at": client.created_at,
        "approved_at": client.approved_at,
        "revoked_at": client.revoked_at,
        "credentials": [credential_view(each, now) for each in client.credentials],
    }


def credential_view(credential: Credential, now: datetime) -> CredentialView:
    return CredentialView(
        id=credential.id,
        form=credential.kind,
        status=credential.status(now),
        kid=(credential.public_jwk or {}).get("kid"),
        thumbprint=None if credential.public_jwk is None else thumbprint(credential.public_jwk),
        jwks_uri=None if credential.key_set is None else credential.key_set.url,
        key_set=None if credential.key_set is None else _key_set_view(credential.key_set),
        added_by=credential.added_by,
        added_by_name=credential.added_by_name,
        added_at=credential.added_at,
        approved_by=credential.approved_by,
        approved_at=credential.approved_at,
        expires_at=credential.expires_at,
        ends_soon=credential.ends_soon(now),
        retired_at=credential.retired_at,
    )


def _key_set_view(known: KeySet) -> KeySetView:
    return KeySetView(
        keys=[PublishedKey(kid=key["kid"], thumbprint=thumbprint(key)) for key in known.keys],
        read_at=known.read_at,
        counts_until=known.counts_until,
        tried_at=known.tried_at,
        failure=known.failure,
    )
