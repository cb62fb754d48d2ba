"""Access tokens (RFC 9068): who a caller is, as the issuer says it."""

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from shared.clock import Clock, SystemClock
from shared.errors import Unauthenticated
from shared.identifiers import is_test, organisation_number, trial_organisation
from shared.web.issuer_keys import IssuerKeys, KeySource
from shared.web.signatures import ALGORITHMS, NotSigned, instant, unverified, verified

AUDIENCE = "urn:simpul:hub"
TOKEN_BYTES_MAX = 16_384

_ACCESS_TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_ORG = re.compile(r"[a-z]+:[A-Za-z0-9._-]{1,64}(~test)?")
_SMART = re.compile(r"system/(\*|[A-Z][A-Za-z]*)\.(\*|[a-z]+)")
# SMART v1 spelled whole words; external issuers still grant them.
_SMART_WORDS = {"read": "rs", "write": "cud", "*": "cruds"}


@dataclass(frozen=True)
class Principal:
    """The client behind a request. `subject` is the token's `sub`: the person, where an issuer names one."""

    client_id: str
    org: str
    scopes: frozenset[str]
    expires_at: datetime
    subject: str = ""

    @property
    def org_kind(self) -> str:
        """What stands before the colon: `employer`, `hospital`, `disnaker`, …"""
        return self.org.partition(":")[0]

    @property
    def org_name(self) -> str:
        """What stands after the colon: the registration number, the hospital's id, the province; also of a test
        client."""
        return organisation_number(self.org)

    @property
    def is_test(self) -> bool:
        """Whether it only tries things out: `org` is the test organisation beside the real one."""
        return is_test(self.org)

    def has_scope(self, required: str) -> bool:
        """Whether the token grants `required`.

        `system/<Type>.<letters>` (SMART v2) is granted when one scope for that type or for `*` holds every letter;
        `system/*.c` asks for the letter on any type at all. A granted scope with a search narrowing (`?…`) grants
        nothing here, since no route can honour the narrowing.
        """
        if required in self.scopes:
            return True
        wanted = _SMART.fullmatch(required)
        return wanted is not None and any(_smart_grants(granted, wanted[1], wanted[2]) for granted in self.scopes)


def _smart_grants(granted: str, wanted_type: str, wanted_letters: str) -> bool:
    found = _SMART.fullmatch(granted)
    if found is None or not (wanted_type in ("*", found[1]) or found[1] == "*"):
        return False
    return set(wanted_letters) <= set(_SMART_WORDS.get(found[2], found[2]))


def _refused(detail: str) -> Unauthenticated:
    return Unauthenticated("token.invalid", f"The access token is not accepted: {detail}.")


class TokenVerifier:
    """Verifies access tokens and remembers the good ones, so that a token's signature is checked once.

    Checked (RFC 9068 section 4): signature with a key of the issuer by an asymmetric algorithm, `iss`, `aud`, `exp`,
    `nbf`, `iat`, and that `typ` is an access token's (external issuers may leave it out or say `JWT`, unless
    `typ_required`). `org`, `scope` (a string or a list) and `test` are the hub's own claims: an issuer that
    knows no test organisations says `"test": true` beside the real one's name.
    """

    def __init__(
        self,
        issuer: str,
        *,
        http_client: httpx.AsyncClient | None = None,
        keys: KeySource | None = None,
        audience: str = AUDIENCE,
        clock: Clock | None = None,
        typ_required: bool = False,
        leeway_seconds: float = 30.0,
        cached_tokens_max: int = 10_000,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._clock = clock or SystemClock()
        if keys is None:
            if http_client is None:
                raise ValueError("either http_client or keys is needed")
            keys = IssuerKeys(issuer, http_client, clock=self._clock)
        self._keys = keys
        self._audience = audience
        self._typ_required = typ_required
        self._leeway_seconds = leeway_seconds
        self._cached_tokens_max = cached_tokens_max
        self._known: OrderedDict[bytes, Principal] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """The principal of `token`. Raises Unauthenticated, or Unavailable when the issuer's keys cannot be had."""
        if len(token) > TOKEN_BYTES_MAX:
            raise _refused("it is too long")
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        principal = self._known.get(digest)
        if principal is not None:
            self._refuse_expired(principal.expires_at.timestamp())
            self._known.move_to_end(digest)
            return principal
        try:
            principal = await self._checked(token)
        except NotSigned as error:
            raise _refused(str(error)) from error
        self._known[digest] = principal
        if len(self._known) > self._cached_tokens_max:
            self._known.popitem(last=False)
        return principal

    async def aclose(self) -> None:
        """End what the source of keys has under way."""
        if isinstance(self._keys, IssuerKeys):
            await self._keys.aclose()

    async def _checked(self, token: str) -> Principal:
        header, _ = unverified(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise NotSigned("the algorithm is not accepted")
        if kid is not None and not isinstance(kid, str):
            raise NotSigned("`kid` is not a text")
        if not self._is_access_token(header.get("typ")):
            raise NotSigned("it is not an access token")
        key = await self._keys.key(kid, algorithm)
        return self._principal(verified(token, key, ALGORITHMS))

    def _is_access_token(self, typ: object) -> bool:
        if typ is None:
            return not self._typ_required
        if not isinstance(typ, str):
            return False
        return typ.lower() in _ACCESS_TOKEN_TYPES or (not self._typ_required and typ.upper() == "JWT")

    def _principal(self, claims: dict[str, Any]) -> Principal:
        issuer = claims.get("iss")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self._issuer:
            raise NotSigned("it has another issuer")
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise NotSigned("it is meant for another audience")
        expires = instant(claims, "exp")
        if expires is None:
            raise NotSigned("it has no `exp`")
        self._refuse_expired(expires)
        latest = self._clock.now().timestamp() + self._leeway_seconds
        if any((instant(claims, name) or 0) > latest for name in ("nbf", "iat")):
            raise NotSigned("it is not valid yet")
        org = claims.get("org")
        if not isinstance(org, str) or not _ORG.fullmatch(org):
            raise NotSigned("it names no `org`")
        if claims.get("test") is True:
            org = trial_organisation(org)
        client_id = claims.get("client_id") or claims.get("azp") or claims.get("sub")
        subject = claims.get("sub")
        if not isinstance(client_id, str) or len(client_id) > 255:
            raise NotSigned("it names no client")
        return Principal(
            client_id=client_id,
            org=org,
            scopes=_scopes(claims.get("scope")),
            expires_at=datetime.fromtimestamp(expires, UTC),
            subject=subject if isinstance(subject, str) and len(subject) <= 255 else client_id,
        )

    def _refuse_expired(self, expires: float) -> None:
        if expires + self._leeway_seconds <= self._clock.now().timestamp():
            raise Unauthenticated("token.expired", "The access token has expired; get a new one.")


def _scopes(claim: object) -> frozenset[str]:
    if isinstance(claim, str):
        return frozenset(claim.split())
    if isinstance(claim, list) and all(isinstance(item, str) for item in claim):
        return frozenset(claim)
    if claim is None:
        return frozenset()
    raise NotSigned("`scope` is neither a text nor a list of texts")
