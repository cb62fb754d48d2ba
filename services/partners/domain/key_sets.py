"""Keys that a client publishes at an address of its own (a JWK set, RFC 7517): when the address is read, and how long
what was read counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# What is older is read again before it is used: so long may a key that its owner took away still be taken.
AGE_MAX = timedelta(minutes=5)
# An address is read no more often than this, whoever sends whatever.
PAUSE = timedelta(minutes=1)
# While the address is away what was read last counts, but not for ever.
KEPT = timedelta(hours=24)
KEYS_MAX = 20


class KeySetUnread(Exception):
    """The address gave no key set. `code` says why: `http-404`, `too-large`, `url.address-not-public`, …"""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class KeySet:
    """What is known of the keys at `url`: `keys` as of `read_at`, the last time that it gave any; `failure` says why
    the attempt of `tried_at` failed, None when it did not or has not ended."""

    url: str
    keys: tuple[dict[str, str], ...] = ()
    read_at: datetime | None = None
    tried_at: datetime | None = None
    failure: str | None = None

    @property
    def counts_until(self) -> datetime | None:
        """When the keys stop counting, should nothing be read until then."""
        return None if self.read_at is None else self.read_at + KEPT

    def counting(self, now: datetime) -> tuple[dict[str, str], ...]:
        """The keys that prove anything now."""
        until = self.counts_until
        return self.keys if until is not None and now < until else ()

    def may_be_read(self, now: datetime) -> bool:
        return self.tried_at is None or now - self.tried_at >= PAUSE

    @property
    def under_way(self) -> bool:
        """Whether the attempt of `tried_at` has not ended yet."""
        if self.tried_at is None or self.failure is not None:
            return False
        return self.read_at is None or self.read_at < self.tried_at

    def is_due(self, kid: str, now: datetime) -> bool:
        """Whether an assertion that names `kid` is judged only after the address was read; so is one that comes while
        it is being read."""
        old = self.read_at is None or now - self.read_at > AGE_MAX
        wanted = old or all(key.get("kid") != kid for key in self.keys)
        return wanted and (self.under_way or self.may_be_read(now))
