"""Whose signatures count: the issuer's keys, found by discovery, kept when the issuer is away."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import httpx
import structlog

from shared.clock import Clock, SystemClock
from shared.errors import Unauthenticated, Unavailable
from shared.web.signatures import PublicKey, UnusableKey, public_key

log = structlog.get_logger(__name__)


class KeySource(Protocol):
    """Finds the key a token names."""

    async def key(self, kid: str | None, algorithm: str) -> PublicKey:
        """Raises Unauthenticated when there is no such key and Unavailable when that cannot be known now."""
        ...


def _found(keys: Iterable[PublicKey], kid: str | None, algorithm: str) -> PublicKey | None:
    fitting = [key for key in keys if algorithm in key.algorithms and (kid is None or key.kid == kid)]
    # Without a `kid` only an unambiguous key is taken: trying one after the other would multiply the work.
    return fitting[0] if len(fitting) == 1 or (kid is not None and fitting) else None


def _unknown_key() -> Unauthenticated:
    return Unauthenticated("token.invalid", "The token is signed with a key that its issuer does not publish.")


class FixedKeys:
    """Keys that are known from the start: the issuer's own, and those of tests."""

    def __init__(self, keys: Sequence[PublicKey]) -> None:
        self._keys = tuple(keys)

    async def key(self, kid: str | None, algorithm: str) -> PublicKey:
        found = _found(self._keys, kid, algorithm)
        if found is None:
            raise _unknown_key()
        return found


class IssuerKeys:
    """The keys of an OpenID Connect issuer: discovery, then its JWK set.

    Fetched when first needed and again when older than `age_seconds_max` (in the background) or when a token names
    an unknown key (at most once in `refresh_seconds_min`). While the issuer is away the keys known last stay good.
    `reached_at` is the issuer's address from here, where its public one does not lead to it (inside a container net).
    """

    def __init__(
        self,
        issuer: str,
        http_client: httpx.AsyncClient,
        *,
        reached_at: str | None = None,
        clock: Clock | None = None,
        refresh_seconds_min: float = 10.0,
        first_refresh_seconds_min: float = 1.0,
        age_seconds_max: float = 300.0,
        timeout_seconds: float = 5.0,
        answer_bytes_max: int = 262_144,
        keys_max: int = 64,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._reached_at = (reached_at or issuer).rstrip("/")
        self._http = http_client
        self._clock = clock or SystemClock()
        self._refresh_seconds_min = refresh_seconds_min
        self._first_refresh_seconds_min = first_refresh_seconds_min
        self._age_seconds_max = age_seconds_max
        self._timeout_seconds = timeout_seconds
        self._answer_bytes_max = answer_bytes_max
        self._keys_max = keys_max
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._failed = False
        self._lock = asyncio.Lock()
        self._background: asyncio.Task[None] | None = None

    async def key(self, kid: str | None, algorithm: str) -> PublicKey:
        found = _found(self._keys, kid, algorithm)
        if found is not None:
            if self._now() - self._fetched_at > self._age_seconds_max and self._may_try():
                self._refresh_in_background()
            return found
        await self._refresh()
        found = _found(self._keys, kid, algorithm)
        if found is not None:
            return found
        if self._failed:
            raise Unavailable("the issuer of tokens", self._interval())
        raise _unknown_key()

    async def aclose(self) -> None:
        """End a refresh that is under way."""
        if self._background is not None:
            self._background.cancel()
            await asyncio.gather(self._background, return_exceptions=True)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _interval(self) -> float:
        return self._refresh_seconds_min if self._keys else self._first_refresh_seconds_min

    def _may_try(self) -> bool:
        return self._now() - self._tried_at >= self._interval()

    def _refresh_in_background(self) -> None:
        if self._background is None or self._background.done():
            self._background = asyncio.create_task(self._refresh(), name="issuer-keys-refresh")

    async def _refresh(self) -> None:
        async with self._lock:
            if not self._may_try():
                return
            self._tried_at = self._now()
            try:
                self._keys = await self._fetched()
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
                self._failed = True
                log.warning("issuer-keys.refresh-failed", error=type(error).__name__, keys_kept=len(self._keys))
                return
            self._failed = False
            self._fetched_at = self._now()
            log.info("issuer-keys.refreshed", keys=len(self._keys))

    async def _fetched(self) -> tuple[PublicKey, ...]:
        document = await self._object_at(f"{self._reached_at}/.well-known/openid-configuration")
        if str(document.get("issuer", "")).rstrip("/") != self._issuer:
            raise ValueError("the discovery document names another issuer")
        jwks_uri = str(document.get("jwks_uri", ""))
        if jwks_uri.startswith(f"{self._issuer}/"):
            jwks_uri = self._reached_at + jwks_uri.removeprefix(self._issuer)
        published = (await self._object_at(jwks_uri)).get("keys")
        if not isinstance(published, list):
            raise ValueError("the JWK set has no keys")
        keys = []
        for jwk in published[: self._keys_max]:
            # Keys of other kinds and for encryption stand in the same set; they are no concern of ours.
            try:
                keys.append(public_key(jwk if isinstance(jwk, dict) else {}))
            except UnusableKey:
                continue
        if not keys:
            raise ValueError("the JWK set has no key that can verify a token")
        return tuple(keys)

    async def _object_at(self, url: str) -> dict[str, Any]:
        async with self._http.stream("GET", url, timeout=self._timeout_seconds) as answer:
            answer.raise_for_status()
            body = b""
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > self._answer_bytes_max:
                    raise ValueError("the answer is too large")
        found = json.loads(body)
        if not isinstance(found, dict):
            raise ValueError("the answer is not a JSON object")
        return found
