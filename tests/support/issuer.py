"""A token issuer for tests: signs what it is told to, and verifies by its own keys or serves them like a real one."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.clock import Clock, SystemClock
from shared.web.issuer_keys import FixedKeys
from shared.web.signatures import public_key
from shared.web.tokens import AUDIENCE, TokenVerifier

ISSUER_URL = "http://issuer.test"


class Issuer:
    """`token(...)` makes an access token as the hub's own issuer would; overrides may spoil any part of it."""

    def __init__(self, url: str = ISSUER_URL, *, clock: Clock | None = None, kid: str = "test-key") -> None:
        self.url = url
        self.clock = clock or SystemClock()
        self.key = ECKey.generate_key("P-256", parameters={"kid": kid, "use": "sig", "alg": "ES256"})
        self.fetches: list[str] = []
        self.away = False
        self.extra_keys: list[dict[str, Any]] = []

    def token(
        self,
        org: str,
        scope: str,
        *,
        client_id: str = "test-client",
        lifetime_seconds: int = 300,
        header: Mapping[str, Any] | None = None,
        claims: Mapping[str, Any] | None = None,
        without: tuple[str, ...] = (),
    ) -> str:
        """A signed access token. `claims` and `header` replace members; `without` takes claims away."""
        now = int(self.clock.now().timestamp())
        body: dict[str, Any] = {
            "iss": self.url,
            "sub": client_id,
            "aud": AUDIENCE,
            "client_id": client_id,
            "org": org,
            "scope": scope,
            "iat": now,
            "exp": now + lifetime_seconds,
            "jti": uuid.uuid4().hex,
            **(claims or {}),
        }
        for name in without:
            del body[name]
        head: dict[str, Any] = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid, **(header or {})}
        return jwt.encode({k: v for k, v in head.items() if v is not None}, body, self.key, default_type=None)

    def bearer(self, org: str, scope: str, **options: Any) -> dict[str, str]:
        """Request headers with a fresh token."""
        return {"Authorization": f"Bearer {self.token(org, scope, **options)}"}

    def verifier(self, **options: Any) -> TokenVerifier:
        """A verifier that knows this issuer's key without asking for it."""
        keys = FixedKeys([public_key(self.key.as_dict(private=False))])
        return TokenVerifier(self.url, keys=keys, clock=self.clock, **options)

    def http_client(self) -> httpx.AsyncClient:
        """A client to which this issuer answers discovery and its JWK set, or does not while `away`."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.fetches.append(request.url.path)
        if self.away:
            raise httpx.ConnectError("the issuer is away", request=request)
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, json={"issuer": self.url, "jwks_uri": f"{self.url}/jwks"})
        if request.url.path == "/jwks":
            return httpx.Response(200, json={"keys": [*self.extra_keys, self.key.as_dict(private=False)]})
        return httpx.Response(404)


def long_ago() -> datetime:
    """A fixed moment for tests in virtual time."""
    return datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
