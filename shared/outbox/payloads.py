"""What a dead letter says: read by operators, and mended before it is handled again.

The original stays as it was read. An edit is a row of its own, sealed as the original is; redriving handles the last
one in the original's place, under the original's headers, key and position.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from shared.errors import Conflict, NotFound, Problem, Unreadable
from shared.events.opened import OpenedValue, close_value, open_value
from shared.outbox.dead_letters import SEALED_AS
from shared.outbox.inbox import lock_alone
from shared.postgres.database import Transaction
from shared.sealing import Sealer

EDIT_SEALED_AS: Final = "dead-letter-edit"
EDITS_MAX: Final = 50
_LETTER = """SELECT id, topic, headers::text AS headers_text, payload, state FROM dead_letter
              WHERE id = $1 AND consumer = $2"""
_EDITS = """SELECT number, edited_at, edited_by, reason, changed::text AS changed_text, payload FROM dead_letter_edit
             WHERE letter_id = $1 ORDER BY number"""
_ADD = """INSERT INTO dead_letter_edit (letter_id, number, edited_by, reason, changed, payload)
          VALUES ($1, $2, $3, $4, $5::text::jsonb, $6) RETURNING edited_at"""


@dataclass(frozen=True)
class Edit:
    """Who changed what, when and why. `number` counts from 1; `changed` are pointers to what differs from the version
    before."""

    number: int
    edited_at: datetime
    edited_by: str
    reason: str
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Payload:
    """One version of what a dead letter says: `edit` 0 is the original. `editable` is whether it may be changed."""

    letter_id: UUID
    topic: str
    event_type: str | None
    state: str
    edit: int
    edits: tuple[Edit, ...]
    size_bytes: int
    editable: bool
    opened: OpenedValue


@dataclass(frozen=True)
class Payloads:
    """The payloads of one consumer's dead letters, in the caller's transaction."""

    sealer: Sealer
    consumer: str

    async def read(self, tx: Transaction, letter_id: UUID, edit: int | None = None) -> Payload:
        """The last version, or that of `edit`. Raises NotFound."""
        letter = await self._letter(tx, letter_id)
        rows = await tx.driver.fetch(_EDITS, letter_id)
        number = len(rows) if edit is None else edit
        if not 0 <= number <= len(rows):
            raise NotFound("dead-letter.unknown-edit", "there is no such edit of this dead letter")
        headers = orjson.loads(letter["headers_text"])
        try:
            value = self._value(letter, rows[number - 1] if number else None)
            opened = open_value(headers, value, self.sealer)
        except Unreadable as error:
            value, opened = None, OpenedValue("text", text="", problems=(Problem("", error.code, error.detail),))
        return Payload(
            letter_id,
            letter["topic"],
            headers.get("ce_type"),
            letter["state"],
            number,
            tuple(_edit(row) for row in rows),
            len(value or b""),
            letter["state"] == "open" and opened.form == "event",
            opened,
        )

    async def edit(
        self,
        tx: Transaction,
        letter_id: UUID,
        facts: dict[str, Any],
        content: dict[str, Any] | None,
        *,
        based_on: int,
        reason: str,
        by: str,
    ) -> Edit:
        """Have the event say `facts` and `content` when it is handled again. `based_on` is the version that `by` saw.

        Raises NotFound, Conflict when it is resolved, cannot be opened as an event or was edited meanwhile, and
        Refusal with what is wrong.
        """
        await lock_alone(tx, self.consumer)
        letter = await self._letter(tx, letter_id)
        if letter["state"] != "open":
            raise Conflict("dead-letter.resolved", f"it is {letter['state']} already")
        rows = await tx.driver.fetch(_EDITS, letter_id)
        if based_on != len(rows):
            raise Conflict("dead-letter.edited-meanwhile", "Somebody else edited it meanwhile: look at it again.")
        if len(rows) >= EDITS_MAX:
            raise Conflict("dead-letter.edits-max", "It was edited too often: discard it, and have it sent again.")
        headers = orjson.loads(letter["headers_text"])
        before = open_value(headers, self._value(letter, rows[-1] if rows else None), self.sealer)
        closed = close_value(headers, before, facts, content, self.sealer)
        number = len(rows) + 1
        payload = self.sealer.seal_bytes(closed.value, type=EDIT_SEALED_AS, id=letter_id, version=number)
        changed = orjson.dumps(closed.changed).decode()
        at = await tx.driver.fetchval(_ADD, letter_id, number, by, reason, changed, payload)
        return Edit(number, at, by, reason, closed.changed)

    async def _letter(self, tx: Transaction, letter_id: UUID) -> asyncpg.Record:
        letter = await tx.driver.fetchrow(_LETTER, letter_id, self.consumer)
        if letter is None:
            raise NotFound("dead-letter.unknown", "there is no such dead letter")
        return letter

    def _value(self, letter: asyncpg.Record, edit: asyncpg.Record | None) -> bytes | None:
        if edit is not None:
            return open_edit(self.sealer, letter["id"], edit["number"], edit["payload"])
        return open_original(self.sealer, letter["id"], letter["payload"])


def open_original(sealer: Sealer, letter_id: UUID, payload: bytes | None) -> bytes | None:
    """The value as it was read; None of a tombstone. Raises Unreadable."""
    return None if payload is None else sealer.open_bytes(payload, type=SEALED_AS, id=letter_id, version=1)


def open_edit(sealer: Sealer, letter_id: UUID, number: int, payload: bytes) -> bytes:
    """The value of an edit. Raises Unreadable."""
    return sealer.open_bytes(payload, type=EDIT_SEALED_AS, id=letter_id, version=number)


def _edit(row: asyncpg.Record) -> Edit:
    changed = tuple(orjson.loads(row["changed_text"]))
    return Edit(row["number"], row["edited_at"], row["edited_by"], row["reason"], changed)
