"""Give a client an access token (RFC 6749 section 4.4 with RFC 7523 client authentication)."""

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.partners.application.ports import Actor, Assertions, Registry, Signer, Unchecked, UnitOfWork
from services.partners.application.read_key_sets import ReadKeySets
from services.partners.domain.assertion import AssertionRefused, accept, granted_scopes
from services.partners.domain.credentials import Credential, counting
from services.partners.domain.partners import Client, ClientStatus
from shared.clock import Clock
from shared.errors import Refusal
from shared.identifiers import new_id

GRANT_TYPE = "client_credentials"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUDIENCE = "urn:simpul:hub"
_UNKNOWN = Actor("unknown", "unknown")


class TokenRefused(Refusal):
    """No token. `code` is an error code of RFC 6749 section 5.2, `detail` tells the client's developer why."""


@dataclass(frozen=True)
class TokenRequest:
    """The parameters of a token request; those sent without a value count as left out."""

    grant_type: str | None
    scope: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    client_assertion_type: str | None = None
    client_assertion: str | None = None


@dataclass(frozen=True)
class IssuedToken:
    access_token: str
    expires_in_seconds: int
    scope: str


class _ReadFirst(Exception):
    """The keys at these addresses must be read before the assertion can be judged."""

    def __init__(self, credentials: Sequence[Credential]) -> None:
        super().__init__()
        self.credentials = credentials


class IssueToken:
    """One request, one transaction: client, assertion used up, log line."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        assertions: Assertions,
        key_sets: ReadKeySets,
        signer: Signer,
        clock: Clock,
        *,
        issuer: str,
        assertion_audiences: Collection[str],
        lifetime_seconds: int,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._assertions = assertions
        self._key_sets = key_sets
        self._signer = signer
        self._clock = clock
        self._issuer = issuer
        self._audiences = frozenset(assertion_audiences)
        self._lifetime_seconds = lifetime_seconds

    async def __call__(self, request: TokenRequest) -> IssuedToken:
        """Raises TokenRefused; a refusal of a request that names a client is logged too, and uses up its `jti`."""
        _check_form(request)
        named = self._named(request)
        try:
            return await self._answered(request, named, may_read=True)
        except _ReadFirst as due:
            # Outside of every transaction: a partner's server may take its time.
            await self._key_sets.read(due.credentials)
        return await self._answered(request, named, may_read=False)

    async def _answered(self, request: TokenRequest, named: Unchecked, *, may_read: bool) -> IssuedToken:
        refused: TokenRefused | None = None
        async with self._unit_of_work.begin() as registry:
            client = await registry.client(named.client_id)
            actor = _UNKNOWN if client is None else Actor(client.org, client.client_id)
            try:
                if may_read:
                    self._read_first(client, named.kid)
                known = await self._authenticated(registry, client, request, named.kid)
                issued, token_id = self._issued(known, request.scope)
            except TokenRefused as error:
                refused = error
                await registry.note(actor.did("token.issue", "client", actor.client_id, error.code))
            else:
                entry = actor.did("token.issue", "token", token_id, scope=issued.scope, method=_method(request))
                await registry.note(entry)
        if refused is not None:
            raise refused
        return issued

    def _read_first(self, client: Client | None, kid: str | None) -> None:
        """Raises _ReadFirst. Nothing is read for who is not let in anyway."""
        if client is None or client.status is not ClientStatus.ACTIVE or kid is None:
            return
        now = self._clock.now()
        counted = counting(client.credentials, now)
        due = [each for each in counted if each.key_set is not None and each.key_set.is_due(kid, now)]
        if due:
            raise _ReadFirst(due)

    def _named(self, request: TokenRequest) -> Unchecked:
        if request.client_assertion is None:
            return Unchecked(request.client_id or "")
        named = self._assertions.unchecked(request.client_assertion)
        if named is None:
            raise _invalid_client("the assertion is not a signed JWT")
        if request.client_id not in (None, named.client_id):
            raise _invalid_client("`client_id` and the assertion name different clients")
        return named

    async def _authenticated(
        self, registry: Registry, client: Client | None, request: TokenRequest, kid: str | None
    ) -> Client:
        if client is None:
            raise _invalid_client("the client is not registered")
        if client.status is ClientStatus.REQUESTED:
            raise _invalid_client("the client waits for approval")
        if client.status is not ClientStatus.ACTIVE:
            raise _invalid_client("the client has been revoked")
        now = self._clock.now()
        if request.client_assertion is None:
            _check_secret(client, request.client_secret or "", now)
            return client
        try:
            claims = self._claims(request.client_assertion, kid, client, now)
            accepted = accept(
                claims,
                client_id=client.client_id,
                audiences=self._audiences,
                now=now.timestamp(),
            )
        except AssertionRefused as error:
            raise _invalid_client(f"the assertion is not accepted: {error}") from error
        expires_at = datetime.fromtimestamp(accepted.expires_at, UTC)
        if not await registry.spend_assertion(client, accepted.jti, expires_at):
            raise _invalid_client("the assertion's `jti` has been used before")
        return client

    def _claims(self, assertion: str, kid: str | None, client: Client, now: datetime) -> Mapping[str, Any]:
        """The claims, signed with one of the client's keys that count. Raises AssertionRefused."""
        counted = counting(client.credentials, now)
        refused = AssertionRefused(_no_key(counted, kid))
        for key in _named(counted, kid, now):
            try:
                return self._assertions.claims(assertion, key)
            except AssertionRefused as error:
                refused = error
        raise refused

    def _issued(self, client: Client, asked_for: str | None) -> tuple[IssuedToken, str]:
        scopes = granted_scopes(asked_for, client.scopes)
        if scopes is None:
            raise TokenRefused("invalid_scope", f"This client may ask for: {' '.join(client.scopes)}.")
        now, token_id, scope = int(self._clock.now().timestamp()), str(new_id()), " ".join(scopes)
        claims = {
            "iss": self._issuer,
            "sub": client.client_id,
            "aud": AUDIENCE,
            "client_id": client.client_id,
            "org": client.org,
            "scope": scope,
            **({"test": True} if client.is_test else {}),
            "iat": now,
            "exp": now + self._lifetime_seconds,
            "jti": token_id,
        }
        return IssuedToken(self._signer.sign(claims), self._lifetime_seconds, scope), token_id


def _named(counted: Sequence[Credential], kid: str | None, now: datetime) -> list[dict[str, str]]:
    """The keys that an assertion may be signed with: of an address only those that it names."""
    own = [each.public_jwk for each in counted if each.public_jwk is not None]
    published = [key for each in counted if each.key_set is not None for key in each.key_set.counting(now)]
    fitting = [key for key in own if kid is None or key.get("kid") in (None, kid)]
    return fitting + [key for key in published if kid is not None and key.get("kid") == kid]


def _no_key(counted: Sequence[Credential], kid: str | None) -> str:
    """What to tell a client none of whose keys fits."""
    sets = [each.key_set for each in counted if each.key_set is not None]
    failures = sorted({each.failure for each in sets if each.failure is not None})
    if failures:
        return f"its `kid` is not that of a key that is known; reading the registered `jwks_uri` failed ({failures[0]})"
    if sets and kid is None:
        return "it must name its key by `kid`, since the keys are read at the registered `jwks_uri`"
    if sets:
        return "its `kid` is not that of a registered key, nor among those at the registered `jwks_uri`"
    known = any(each.public_jwk is not None for each in counted)
    return "its `kid` is not that of a registered key" if known else "no registered key counts any more"


def _method(request: TokenRequest) -> str:
    return "client_secret" if request.client_assertion is None else "private_key_jwt"


def _check_form(request: TokenRequest) -> None:
    if request.grant_type is None:
        raise TokenRefused("invalid_request", "`grant_type` is required.")
    if request.grant_type != GRANT_TYPE:
        raise TokenRefused("unsupported_grant_type", f"The only grant type is {GRANT_TYPE}.")
    if request.client_assertion is not None and request.client_secret is not None:
        raise TokenRefused("invalid_request", "Use one way of client authentication, not two.")
    if (request.client_assertion is None) != (request.client_assertion_type is None):
        raise TokenRefused("invalid_request", "`client_assertion` and `client_assertion_type` come together.")
    if request.client_assertion_type not in (None, ASSERTION_TYPE):
        raise TokenRefused("invalid_request", f"`client_assertion_type` must be {ASSERTION_TYPE}.")
    if request.client_assertion is None and (request.client_id is None or request.client_secret is None):
        raise _invalid_client("authenticate with `client_assertion` (private_key_jwt)")


def _check_secret(client: Client, secret: str, now: datetime) -> None:
    if all(each.secret_sha256 is None for each in client.credentials):
        raise _invalid_client("this client authenticates with private_key_jwt")
    sent = hashlib.sha256(secret.encode()).digest()
    good = [each.secret_sha256 for each in counting(client.credentials, now) if each.secret_sha256 is not None]
    # Every one is compared, so that the time tells nothing of which fits.
    if not sum(hmac.compare_digest(sent, one) for one in good):
        raise _invalid_client("the secret is wrong, or counts no more")


def _invalid_client(why: str) -> TokenRefused:
    return TokenRefused("invalid_client", f"{why[0].upper()}{why[1:]}.")
