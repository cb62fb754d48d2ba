"""What a client proves itself with: public keys, addresses of public keys, and secrets. Several count at the same time,
so that one can be exchanged for another without a gap."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.partners.domain.key_sets import KeySet

# A client holds no more at a time: every one that counts is tried when an assertion names no key.
CREDENTIALS_MAX = 10
# One address and the one that takes its place: each can make the hub read it.
KEY_SETS_MAX = 2
EXPIRY_WARNED_BEFORE = timedelta(days=30)


class CredentialKind(StrEnum):
    """A public key (JWK), the address of a set of them (JWK set), or a secret (hospitals)."""

    KEY = "key"
    KEY_SET = "key-set"
    SECRET = "secret"


class CredentialStatus(StrEnum):
    """`requested` until a second person approves it; only an `active` one proves anything."""

    REQUESTED = "requested"
    ACTIVE = "active"
    EXPIRED = "expired"
    RETIRED = "retired"


@dataclass(frozen=True)
class Credential:
    """One credential: `public_jwk` or the keys of `key_set` verify assertions, or `secret_sha256` is of a random secret
    of 256 bits, so a plain hash is enough. `added_by` and `approved_by` are persons, or clients where no person was
    named; `added_by_name` is what the person is called."""

    id: UUID
    added_by: str
    added_at: datetime
    public_jwk: dict[str, str] | None = None
    key_set: KeySet | None = None
    secret_sha256: bytes | None = None
    added_by_name: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    expires_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def kind(self) -> CredentialKind:
        if self.secret_sha256 is not None:
            return CredentialKind.SECRET
        return CredentialKind.KEY if self.key_set is None else CredentialKind.KEY_SET

    def status(self, now: datetime) -> CredentialStatus:
        if self.retired_at is not None:
            return CredentialStatus.RETIRED
        if self.expires_at is not None and self.expires_at <= now:
            return CredentialStatus.EXPIRED
        return CredentialStatus.ACTIVE if self.approved_at is not None else CredentialStatus.REQUESTED

    def counts(self, now: datetime) -> bool:
        """Whether it proves anything now."""
        return self.status(now) is CredentialStatus.ACTIVE

    def has_ended(self, now: datetime) -> bool:
        """Whether it will never prove anything again."""
        return self.status(now) in (CredentialStatus.EXPIRED, CredentialStatus.RETIRED)

    def proves(self, now: datetime) -> bool:
        """Whether the client can sign in with it: an address that was never read proves nothing yet."""
        return self.counts(now) and (self.key_set is None or bool(self.key_set.counting(now)))

    def ends_soon(self, now: datetime) -> bool:
        """Whether its end should be warned about."""
        return self.counts(now) and self.expires_at is not None and self.expires_at <= now + EXPIRY_WARNED_BEFORE


def counting(credentials: Iterable[Credential], now: datetime) -> tuple[Credential, ...]:
    """Those that prove anything now."""
    return tuple(each for each in credentials if each.counts(now))


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The key's fingerprint (RFC 7638 with SHA-256), which partner and operators compare."""
    members = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}[jwk["kty"]]
    canonical = json.dumps({name: jwk[name] for name in members}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
