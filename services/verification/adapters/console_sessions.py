"""Who is signed in to the console: sessions under the hash of their cookie, and links that sign in once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.verification.application.console_people import SignedIn
from shared.clock import Clock
from shared.errors import NotFound
from shared.postgres.database import Database
from shared.sealing import Sealer
from shared.web.pages.cookies import new_token
from shared.web.pages.rendering import Visitor

_SESSION, _LINK = "console-session", "console-link"
# How often a session in use is noted: every request would be a write.
_SEEN_EVERY = timedelta(minutes=1)
_FIND = "SELECT person, seen_at FROM console_session WHERE token_hash = $1 AND expires_at > $2 AND seen_at > $3"
_BEGIN = "INSERT INTO console_session (token_hash, person, seen_at, expires_at) VALUES ($1, $2, $3, $4)"


@dataclass(frozen=True)
class ConsoleSessions:
    """Kept in PostgreSQL, so that every process of the service knows them and each can be ended at once."""

    database: Database
    sealer: Sealer
    clock: Clock
    hours: float
    idle_minutes: float
    link_minutes: float

    async def visitor(self, token: str) -> Visitor | None:
        """The person behind a session that lasts; None when it ended, or nobody used it for too long."""
        hashed, now = _hash(token), self.clock.now()
        async with self.database.system_transaction() as transaction:
            row = await transaction.driver.fetchrow(_FIND, hashed, now, now - timedelta(minutes=self.idle_minutes))
            if row is None:
                return None
            if row["seen_at"] < now - _SEEN_EVERY:
                await transaction.driver.execute(
                    "UPDATE console_session SET seen_at = $2 WHERE token_hash = $1", hashed, now
                )
        person = self._opened(_SESSION, hashed, row["person"])
        return Visitor(person["id"], person["name"], person["role"], token)

    async def lasts(self, token: str) -> bool:
        """Whether this session has not ended, without using it."""
        now = self.clock.now()
        async with self.database.system_transaction() as transaction:
            row = await transaction.driver.fetchrow(
                _FIND, _hash(token), now, now - timedelta(minutes=self.idle_minutes)
            )
        return row is not None

    async def begin(self, person: SignedIn, *, instead_of: str | None) -> str:
        """A new session under a new token, whatever token the browser had before (`instead_of` ends with it)."""
        token, now = new_token(), self.clock.now()
        hashed = _hash(token)
        async with self.database.system_transaction() as transaction:
            await transaction.driver.execute("DELETE FROM console_session WHERE expires_at < $1", now)
            if instead_of is not None:
                await transaction.driver.execute("DELETE FROM console_session WHERE token_hash = $1", _hash(instead_of))
            expires_at = now + timedelta(hours=self.hours)
            await transaction.driver.execute(_BEGIN, hashed, self._sealed(_SESSION, hashed, person), now, expires_at)
        return token

    async def end(self, token: str) -> None:
        """Sign out."""
        async with self.database.system_transaction() as transaction:
            await transaction.driver.execute("DELETE FROM console_session WHERE token_hash = $1", _hash(token))

    async def make_link(self, person: SignedIn) -> tuple[str, datetime]:
        """A token that signs this person in once, and until when."""
        token, now = new_token(), self.clock.now()
        hashed, expires_at = _hash(token), now + timedelta(minutes=self.link_minutes)
        async with self.database.system_transaction() as transaction:
            await transaction.driver.execute("DELETE FROM console_link WHERE expires_at < $1", now)
            await transaction.driver.execute(
                "INSERT INTO console_link (token_hash, person, expires_at) VALUES ($1, $2, $3)",
                hashed, self._sealed(_LINK, hashed, person), expires_at,
            )  # fmt: skip
        return token, expires_at

    async def use_link(self, token: str) -> SignedIn:
        """Raises NotFound for a link that was used, has expired or never was."""
        hashed = _hash(token)
        async with self.database.system_transaction() as transaction:
            sealed = await transaction.driver.fetchval(
                "DELETE FROM console_link WHERE token_hash = $1 AND expires_at > $2 RETURNING person",
                hashed, self.clock.now(),
            )  # fmt: skip
        if sealed is None:
            raise NotFound("console-link.spent", "This sign-in link was used or has expired. Ask for another.")
        return SignedIn(**self._opened(_LINK, hashed, sealed))

    def _sealed(self, kind: str, hashed: bytes, person: SignedIn) -> bytes:
        told = orjson.dumps({"id": person.id, "name": person.name, "role": person.role})
        return self.sealer.seal_bytes(told, type=kind, id=hashed.hex(), version=1)

    def _opened(self, kind: str, hashed: bytes, sealed: bytes) -> dict[str, Any]:
        opened: dict[str, Any] = orjson.loads(self.sealer.open_bytes(sealed, type=kind, id=hashed.hex(), version=1))
        return opened


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
