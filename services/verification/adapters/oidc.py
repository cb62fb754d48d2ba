"""Signing in through an OpenID provider: code flow with PKCE (OpenID Connect Core 3.1, RFC 7636, RFC 9207).

What belongs to one attempt (state, nonce, verifier, where to go then) travels sealed in a cookie of the browser that
made it, so that nobody can finish another's attempt and nothing has to be stored.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from services.verification.application.console_people import AUDITOR, OPERATOR, SUPERVISOR, VERIFIER, SignedIn
from shared.clock import Clock
from shared.errors import Forbidden, SimpulError, Unavailable
from shared.sealing import Sealer
from shared.web.issuer_keys import KeySource
from shared.web.signatures import ALGORITHMS, NotSigned, instant, unverified, verified

_ATTEMPT = "console-attempt"
_ANSWER_BYTES_MAX = 262_144
_LEEWAY_SECONDS = 60.0
# A person with several roles gets the one that may do most with claims.
_PRECEDENCE = (SUPERVISOR, VERIFIER, AUDITOR, OPERATOR)
_NEEDED = {"authorization_endpoint", "token_endpoint"}
_NOT_FINISHED = "The sign-in was not finished. Try again."


@dataclass(frozen=True)
class ProviderSettings:
    """Where people sign in, as whom the hub asks, and where in the ID token their roles stand (a path with points)."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str
    roles_claim: str
    attempt_seconds: float


@dataclass
class OidcSignIn:
    """One provider. Raises Unavailable when it does not answer as it should."""

    settings: ProviderSettings
    http: httpx.AsyncClient
    keys: KeySource
    sealer: Sealer
    clock: Clock
    _endpoints: dict[str, Any] = field(default_factory=dict)

    async def aclose(self) -> None:
        await self.http.aclose()

    async def begin(self, goes_to: str) -> tuple[str, str]:
        """Where the browser goes, and the cookie that it brings back."""
        endpoints = await self._discovered()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        begun = self.clock.now().isoformat()
        attempt = {"state": state, "nonce": nonce, "verifier": verifier, "goes_to": goes_to, "begun": begun}
        sealed = self.sealer.seal_bytes(json.dumps(attempt).encode(), type=_ATTEMPT, id="", version=1)
        target = str(endpoints["authorization_endpoint"])
        joined = "&" if "?" in target else "?"
        return f"{target}{joined}{urlencode(asked)}", urlsafe_b64encode(sealed).decode()

    async def finish(self, cookie: str | None, answer: Mapping[str, str]) -> tuple[SignedIn, str]:
        """The person and where they wanted to go. Raises Forbidden for an answer to no attempt of this browser, one
        that the provider refused, and a person without a role here."""
        attempt = self._attempt(cookie)
        same_state = secrets.compare_digest(str(answer.get("state", "")).encode(), str(attempt["state"]).encode())
        if not same_state or answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise Forbidden("sign-in.other-attempt", _NOT_FINISHED)
        code = answer.get("code")
        if code is None:
            raise Forbidden("sign-in.refused", "The sign-in was refused where people sign in.")
        claims = await self._claims(await self._id_token(code, attempt["verifier"]), attempt["nonce"])
        return self._person(claims), str(attempt["goes_to"])

    def _attempt(self, cookie: str | None) -> dict[str, Any]:
        try:
            opened = self.sealer.open_bytes(urlsafe_b64decode(cookie or ""), type=_ATTEMPT, id="", version=1)
        except (ValueError, SimpulError) as error:
            raise Forbidden("sign-in.other-attempt", _NOT_FINISHED) from error
        attempt: dict[str, Any] = json.loads(opened)
        age = self.clock.now() - datetime.fromisoformat(attempt["begun"])
        if age.total_seconds() > self.settings.attempt_seconds:
            raise Forbidden("sign-in.too-late", _NOT_FINISHED)
        return attempt

    async def _id_token(self, code: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "code_verifier": verifier,
            "client_id": self.settings.client_id,
        }
        auth = None
        if self.settings.client_secret is not None:
            # RFC 6749 section 2.3.1: both are form-encoded before they become Basic credentials.
            auth = httpx.BasicAuth(quote(self.settings.client_id, safe=""), quote(self.settings.client_secret, safe=""))
        target = str((await self._discovered())["token_endpoint"])
        found = await self._object(self.http.build_request("POST", target, data=form), auth)
        token = found.get("id_token")
        if not isinstance(token, str):
            raise Forbidden("sign-in.refused", "The sign-in was refused where people sign in.")
        return token

    async def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """Those of an ID token that holds (OpenID Connect Core 3.1.3.7)."""
        try:
            header, _ = unverified(token)
            algorithm = str(header.get("alg"))
            key = await self.keys.key(header.get("kid"), algorithm)
            claims = verified(token, key, ALGORITHMS)
            expires_at = instant(claims, "exp")
        except (NotSigned, SimpulError) as error:
            if isinstance(error, Unavailable):
                raise
            raise Forbidden("sign-in.token", _NOT_FINISHED) from error
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now = self.clock.now().timestamp()
        holds = (
            str(claims.get("iss")) == self.settings.issuer
            and self.settings.client_id in audiences
            and claims.get("azp", self.settings.client_id) == self.settings.client_id
            and expires_at is not None
            and now < expires_at + _LEEWAY_SECONDS
            and secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
        )
        if not holds:
            raise Forbidden("sign-in.token", _NOT_FINISHED)
        return claims

    def _person(self, claims: Mapping[str, Any]) -> SignedIn:
        found: Any = claims
        for step in self.settings.roles_claim.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        roles = found if isinstance(found, list) else str(found or "").split()
        role = next((role for role in _PRECEDENCE if role in roles), None)
        subject = claims.get("sub")
        if role is None or not isinstance(subject, str) or not subject:
            raise Forbidden("sign-in.no-role", "You have no role at this console. Ask whoever gives roles.")
        name = claims.get("name") or claims.get("preferred_username") or subject
        return SignedIn(subject[:200], str(name)[:100], role)

    async def _discovered(self) -> dict[str, Any]:
        if not self._endpoints:
            target = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = await self._object(self.http.build_request("GET", target), None)
            if found.get("issuer") != self.settings.issuer or not found.keys() >= _NEEDED:
                raise Unavailable("where people sign in")
            self._endpoints = found
        return self._endpoints

    async def _object(self, request: httpx.Request, auth: httpx.Auth | None) -> dict[str, Any]:
        """The answer's JSON object; what the provider refuses has none of what we look for in it."""
        try:
            answer = await self.http.send(request, auth=auth)
            if len(answer.content) > _ANSWER_BYTES_MAX or answer.status_code >= 500:
                raise Unavailable("where people sign in")
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("where people sign in") from error
        if not isinstance(found, dict):
            raise Unavailable("where people sign in")
        return found
