"""Reads JWK sets (RFC 7517 section 5) at addresses that partners name, through the outgoing client."""

from typing import Any

import orjson

from services.partners.adapters.keys import JoseClientKeys
from services.partners.domain.key_sets import KEYS_MAX, KeySetUnread
from shared.errors import Problem
from shared.partner_http import AddressPolicy, AddressRefused, PartnerHttp, PartnerUnreachable

_HEADERS = {"Accept": "application/jwk-set+json, application/json", "User-Agent": "Simpul-Keys/1"}
ANSWER_BYTES_MAX = 65_536


class HttpKeySets:
    """`KeySetSource`. `policy` is that of `http`."""

    def __init__(self, http: PartnerHttp, policy: AddressPolicy) -> None:
        self._http = http
        self._policy = policy
        self._judge = JoseClientKeys()

    def problem(self, url: str) -> Problem | None:
        try:
            self._policy.check(url)
        except AddressRefused as refused:
            return Problem("/jwks_uri", refused.code, refused.detail)
        return None

    async def read(self, url: str) -> list[dict[str, str]]:
        """Keys of other kinds may stand in the same set; they are left out, as are those without a `kid`, which no
        assertion could name."""
        published = _published(await self._answer(url))
        return [self._judge.public_part(jwk) for jwk in published if isinstance(jwk, dict) and self._fits(jwk)]

    async def _answer(self, url: str) -> bytes:
        try:
            answer = await self._http.send("GET", url, headers=_HEADERS)
        except AddressRefused as refused:
            raise KeySetUnread(refused.code) from None
        except PartnerUnreachable as unreachable:
            raise KeySetUnread(f"no-answer:{unreachable.reason}") from None
        if 300 <= answer.status < 400:
            raise KeySetUnread("redirect")
        if answer.status != 200:
            raise KeySetUnread(f"http-{answer.status}")
        if answer.truncated:
            raise KeySetUnread("too-large")
        return answer.body

    def _fits(self, jwk: dict[str, Any]) -> bool:
        if not isinstance(jwk.get("kid"), str):
            return False
        # A decoder of base64 skips what does not belong there, and PostgreSQL takes no NUL.
        kept = self._judge.public_part(jwk).values()
        return all(text.isprintable() for text in kept) and self._judge.problem(jwk) is None


def _published(body: bytes) -> list[object]:
    try:
        document = orjson.loads(body)
    except ValueError:
        raise KeySetUnread("not-json") from None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise KeySetUnread("not-a-key-set")
    if len(keys) > KEYS_MAX:
        raise KeySetUnread("too-many-keys")
    return keys
