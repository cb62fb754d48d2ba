"""Tokens for a hospital's existing bridge, which proves itself by a secret and expects a token for an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.hospital_gateway.application.documents import Caller
from services.hospital_gateway.application.ports import Vault
from shared.clock import Clock
from shared.errors import Unauthenticated

# What SATUSEHAT's tokens live; bridges count on it.
LIFETIME = timedelta(seconds=3_599)


@dataclass(frozen=True)
class BridgeClient:
    """Who a secret belongs to, as the issuer says it."""

    client_id: str
    org: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class BridgeToken:
    """A token good at this gateway only."""

    text: str
    client: BridgeClient
    issued_at: datetime


class Credentials(Protocol):
    """The issuer's word on credentials (decisions 25)."""

    async def client(self, client_id: str, secret: str) -> BridgeClient | None:
        """The client, or None when the issuer refuses it. Raises Unavailable."""


class TokenSeals(Protocol):
    """How a token is made."""

    def seal(self, client: BridgeClient, expires_at: datetime) -> str: ...


@dataclass(frozen=True)
class IssueBridgeToken:
    """The use case behind the token endpoint that bridges know."""

    credentials: Credentials
    seals: TokenSeals
    vault: Vault
    clock: Clock

    async def __call__(self, client_id: str, secret: str) -> BridgeToken:
        """Raises Unauthenticated for credentials that are no hospital's, Unavailable while the issuer is away."""
        client = await self.credentials.client(client_id, secret)
        if client is None or not client.org.startswith("hospital:"):
            raise Unauthenticated("client.invalid", "These are not the credentials of a hospital of this hub.")
        now = self.clock.now()
        async with self.vault.of(Caller(client.org, client.client_id)) as records:
            await records.audit("token.issue", "token", "", {"scopes": list(client.scopes)})
        return BridgeToken(self.seals.seal(client, now + LIFETIME), client, now)
