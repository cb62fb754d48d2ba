"""Drafts of reports in PostgreSQL: sealed, found by the hash of a cookie's token, forgotten when nobody comes back."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from services.intake.application.public_report import PUBLIC_CHANNEL, Draft, Photo
from shared.errors import NotFound
from shared.postgres.database import Transaction
from shared.sealing import Sealer

_TYPE, _PHOTO_TYPE = "report-draft", "report-draft-photo"
_FORGET_ROWS_MAX = 20
_FORGET = """DELETE FROM report_draft WHERE token_hash IN (SELECT token_hash FROM report_draft
    WHERE touched_at < $1 OR sent_at < $2 ORDER BY touched_at LIMIT $3 FOR UPDATE SKIP LOCKED)"""
_BEGIN = "INSERT INTO report_draft (token_hash, org, sealed_draft, touched_at) VALUES ($1, $2, $3, $4)"
_LOCK = "SELECT 1 FROM report_draft WHERE token_hash = $1 FOR UPDATE"
_DRAFT = """SELECT sealed_draft FROM report_draft
    WHERE token_hash = $1 AND touched_at >= $2 AND (sent_at IS NULL OR sent_at >= $3)"""
_PHOTOS = "SELECT id, media_type, size_bytes FROM report_draft_photo WHERE token_hash = $1 ORDER BY id"
_SAVE = "UPDATE report_draft SET sealed_draft = $2, touched_at = $3 WHERE token_hash = $1"
_ADD_PHOTO = """INSERT INTO report_draft_photo (token_hash, id, org, media_type, size_bytes, sealed_content)
    VALUES ($1, $2, $3, $4, $5, $6)"""
_FINISH = "UPDATE report_draft SET sealed_draft = $2, sent_at = $3, touched_at = $3 WHERE token_hash = $1"


class DraftRows:
    """`Drafts` on one open transaction. Times are how long a draft waits for its writer, and how long its last page can
    be looked at again."""

    def __init__(self, transaction: Transaction, sealer: Sealer, *, kept: timedelta, shown: timedelta) -> None:
        self._driver = transaction.driver
        self._sealer = sealer
        self._kept = kept
        self._shown = shown

    async def begin(self, token: str, kind: str, now: datetime) -> None:
        await self._driver.execute(_FORGET, now - self._kept, now - self._shown, _FORGET_ROWS_MAX)
        hashed = _hash(token)
        await self._driver.execute(_BEGIN, hashed, PUBLIC_CHANNEL, self._sealed(Draft(kind), hashed), now)

    async def draft(self, token: str, now: datetime, *, lock: bool = False) -> Draft | None:
        hashed = _hash(token)
        if lock:
            await self._driver.execute(_LOCK, hashed)
        row = await self._driver.fetchrow(_DRAFT, hashed, now - self._kept, now - self._shown)
        if row is None:
            return None
        told = orjson.loads(self._sealer.open_bytes(row["sealed_draft"], type=_TYPE, id=hashed, version=1))
        photos = await self._driver.fetch(_PHOTOS, hashed)
        kept = tuple(Photo(photo["id"], photo["media_type"], photo["size_bytes"]) for photo in photos)
        return Draft(**{**told, "photos": kept, "photo_receipts": tuple(told.get("photo_receipts", ()))})

    async def save(self, token: str, draft: Draft, now: datetime) -> None:
        hashed = _hash(token)
        await self._driver.execute(_SAVE, hashed, self._sealed(draft, hashed), now)

    async def add_photo(self, token: str, photo: Photo, content: bytes) -> None:
        sealed = self._sealer.seal_bytes(content, type=_PHOTO_TYPE, id=photo.id, version=1)
        await self._driver.execute(
            _ADD_PHOTO, _hash(token), photo.id, PUBLIC_CHANNEL, photo.media_type, photo.size_bytes, sealed
        )

    async def remove_photo(self, token: str, photo_id: UUID) -> None:
        await self._driver.execute(
            "DELETE FROM report_draft_photo WHERE token_hash = $1 AND id = $2", _hash(token), photo_id
        )

    async def photo_content(self, token: str, photo_id: UUID) -> bytes:
        sealed = await self._driver.fetchval(
            "SELECT sealed_content FROM report_draft_photo WHERE token_hash = $1 AND id = $2", _hash(token), photo_id
        )
        if sealed is None:
            raise NotFound("photo.not-found", "There is no such photograph.")
        return self._sealer.open_bytes(sealed, type=_PHOTO_TYPE, id=photo_id, version=1)

    async def finish(self, token: str, sent: Draft, now: datetime) -> None:
        hashed = _hash(token)
        await self._driver.execute(_FINISH, hashed, self._sealed(sent, hashed), now)
        await self._driver.execute("DELETE FROM report_draft_photo WHERE token_hash = $1", hashed)

    async def forget(self, token: str) -> None:
        await self._driver.execute("DELETE FROM report_draft WHERE token_hash = $1", _hash(token))

    def _sealed(self, draft: Draft, hashed: str) -> bytes:
        told = {
            "kind": draft.kind,
            "typed": dict(draft.typed),
            "photos_form": draft.photos_form,
            "tracking_code": draft.tracking_code,
            "receipt": draft.receipt,
            "photo_receipts": draft.photo_receipts,
        }
        return self._sealer.seal_bytes(orjson.dumps(told), type=_TYPE, id=hashed, version=1)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
