"""Which employers are signed in. A session asks the issuer again as often as a token would run out, so that a client
that is revoked is out within a token's life; for that it keeps the client's key, which only the cookie opens."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.intake.application.employers import EMPLOYER, Credentials, Issuer, Known, may_enter
from shared.clock import Clock
from shared.postgres.database import Database
from shared.sealing import Sealer
from shared.web.pages.cookies import new_token
from shared.web.pages.rendering import Visitor

_TYPE = "employer-session"
_NONCE_BYTES = 12
# How often a session in use is noted: every request would be a write.
_SEEN_EVERY = timedelta(minutes=1)
_FIND = """SELECT sealed_employer, seen_at, checked_at FROM employer_session
    WHERE token_hash = $1 AND expires_at > $2 AND seen_at > $3"""
_BEGIN = """INSERT INTO employer_session (token_hash, sealed_employer, seen_at, checked_at, expires_at)
    VALUES ($1, $2, $3, $3, $4)"""
_SEEN = "UPDATE employer_session SET seen_at = $2, checked_at = greatest(checked_at, $3) WHERE token_hash = $1"
_END = "DELETE FROM employer_session WHERE token_hash = $1"
_FORGET = "DELETE FROM employer_session WHERE expires_at < $1 OR seen_at < $2"


@dataclass(frozen=True)
class EmployerSessions:
    """Kept in PostgreSQL, so that every process knows them. `check_seconds` is a token's life. A visitor's `id` is the
    client's, the `name` its organisation."""

    database: Database
    sealer: Sealer
    clock: Clock
    issuer: Issuer
    hours: float
    idle_minutes: float
    check_seconds: float

    async def visitor(self, token: str) -> Visitor | None:
        """Whose session this is; None when it has ended, was unused for too long, or the issuer lets the client in no
        more. Raises Unavailable when that cannot be asked."""
        hashed, now = _hash(token), self.clock.now()
        async with self.database.system_transaction() as transaction:
            row = await transaction.driver.fetchrow(_FIND, hashed, now, self._unused_since(now))
        if row is None:
            return None
        told: dict[str, Any] = orjson.loads(
            self.sealer.open_bytes(row["sealed_employer"], type=_TYPE, id=hashed.hex(), version=1)
        )
        checked_at = row["checked_at"]
        if now - checked_at >= timedelta(seconds=self.check_seconds):
            # Outside of any transaction: the issuer may be slow.
            client = await self.issuer.client(_credentials(told, token))
            if client is None or client.org != told["org"] or not may_enter(client):
                await self.end(token)
                return None
            checked_at = now
        if checked_at == now or row["seen_at"] < now - _SEEN_EVERY:
            async with self.database.system_transaction() as transaction:
                await transaction.driver.execute(_SEEN, hashed, now, checked_at)
        return Visitor(told["client_id"], told["org"], EMPLOYER, token)

    async def begin(self, client: Known, credentials: Credentials, *, instead_of: str | None) -> str:
        """A session under a fresh token; `instead_of` ends with it."""
        token, now = new_token(), self.clock.now()
        hashed = _hash(token)
        told = {"client_id": client.client_id, "org": client.org, "key": _locked(credentials, token).hex()}
        sealed = self.sealer.seal_bytes(orjson.dumps(told), type=_TYPE, id=hashed.hex(), version=1)
        async with self.database.system_transaction() as transaction:
            await transaction.driver.execute(_FORGET, now, self._unused_since(now))
            if instead_of is not None:
                await transaction.driver.execute(_END, _hash(instead_of))
            await transaction.driver.execute(_BEGIN, hashed, sealed, now, now + timedelta(hours=self.hours))
        return token

    async def end(self, token: str) -> None:
        async with self.database.system_transaction() as transaction:
            await transaction.driver.execute(_END, _hash(token))

    def _unused_since(self, now: datetime) -> datetime:
        return now - timedelta(minutes=self.idle_minutes)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _cipher(token: str) -> AESGCM:
    return AESGCM(hmac.digest(token.encode(), b"simpul employer key", "sha256"))


def _locked(credentials: Credentials, token: str) -> bytes:
    """The client's key, which nobody opens without the browser's cookie: neither database nor keyring holds that."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(token).encrypt(nonce, orjson.dumps(dict(credentials.private_jwk)), None)


def _credentials(told: dict[str, Any], token: str) -> Credentials:
    locked = bytes.fromhex(told["key"])
    opened = _cipher(token).decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], None)
    return Credentials(told["client_id"], orjson.loads(opened))
