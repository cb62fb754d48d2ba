"""What a client proves itself with: public keys and secrets. Several count at the same time, so that one can be
exchanged for another without a gap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

# A client holds no more at a time: every one that counts is tried when an assertion names no key.
CREDENTIALS_MAX = 10
EXPIRY_WARNED_BEFORE = timedelta(days=30)


class CredentialKind(StrEnum):
    """A public key (JWK), or a secret (hospitals)."""

    KEY = "key"
    SECRET = "secret"


class CredentialStatus(StrEnum):
    """`requested` until a second person approves it; only an `active` one proves anything."""

    REQUESTED = "requested"
    ACTIVE = "active"
    EXPIRED = "expired"
    RETIRED = "retired"


@dataclass(frozen=True)
class Credential:
    """One credential: `public_jwk` verifies assertions, or `secret_sha256` is of a random secret of 256 bits, so a
    plain hash is enough. `added_by` and `approved_by` are persons, or clients where no person was named."""

    id: UUID
    kind: CredentialKind
    added_by: str
    added_at: datetime
    public_jwk: dict[str, str] | None = None
    secret_sha256: bytes | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    expires_at: datetime | None = None
    retired_at: datetime | None = None

    def status(self, now: datetime) -> CredentialStatus:
        if self.retired_at is not None:
            return CredentialStatus.RETIRED
        if self.expires_at is not None and self.expires_at <= now:
            return CredentialStatus.EXPIRED
        return CredentialStatus.ACTIVE if self.approved_at is not None else CredentialStatus.REQUESTED

    def counts(self, now: datetime) -> bool:
        """Whether it proves anything now."""
        return self.status(now) is CredentialStatus.ACTIVE

    def ends_soon(self, now: datetime) -> bool:
        """Whether its end should be warned about."""
        return self.counts(now) and self.expires_at is not None and self.expires_at <= now + EXPIRY_WARNED_BEFORE


def counting(credentials: Iterable[Credential], now: datetime) -> tuple[Credential, ...]:
    """Those that prove anything now."""
    return tuple(each for each in credentials if each.counts(now))
