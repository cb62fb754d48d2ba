"""Messages wait in the database with what they tell of, and a component sends them until they arrive or time is up.

At least once: a message whose sending is not known to have ended well is sent again, under the same id.
"""

import asyncio
from datetime import datetime, timedelta

import orjson

from shared.clock import Clock
from shared.errors import Unavailable, Unreadable
from shared.messages.message import Message, MessagePort, Undeliverable
from shared.messages.transports import message_port
from shared.observability import log
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer
from shared.settings import MessageSettings

_TYPE = "message"
_PUT = """INSERT INTO message (id, org, sealed, state, attempts, next_attempt_at, created_at)
    VALUES ($1, $2, $3, 'waiting', 0, $4, $4)"""
_DUE = """SELECT id, sealed, attempts, created_at FROM message WHERE state = 'waiting' AND next_attempt_at <= $1
    ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED"""
# Taken for a while: whoever dies with it leaves it to the next, and no transaction waits for a mail server.
_TAKE = "UPDATE message SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = $1"
_LATER = "UPDATE message SET next_attempt_at = $2, last_error = $3 WHERE id = $1 AND state = 'waiting'"
# Nothing is kept of whom it went to and what it said.
_OVER = """UPDATE message SET state = $2, ended_at = $3, last_error = $4, sealed = ''
    WHERE id = $1"""
_FORGET = "DELETE FROM message WHERE ended_at < $1"
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
# Longer than any transport takes.
_LEASE = timedelta(minutes=3)
_GIVE_UP, _KEPT = timedelta(hours=72), timedelta(days=30)


async def put_message(transaction: Transaction, sealer: Sealer, org: str, message: Message, now: datetime) -> None:
    """It leaves if the transaction commits."""
    told = orjson.dumps({"address": message.address, "subject": message.subject, "text": message.text})
    sealed = sealer.seal_bytes(told, type=_TYPE, id=message.id, version=1)
    await transaction.driver.execute(_PUT, message.id, org, sealed, now)


class Postman:
    """Component: sends what waits. A message is taken for a few minutes, so that replicas share the work and one that
    dies leaves it to the others."""

    name = "messages"

    def __init__(
        self, database: Database, sealer: Sealer, clock: Clock, port: MessagePort, *, poll_seconds: float
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._port = port
        self._poll_seconds = poll_seconds

    def problems(self) -> list[str]:
        # A provider that is away keeps nobody from serving: messages wait.
        return []

    async def run(self) -> None:
        """Send until cancelled. Raises Unavailable("postgres")."""
        while True:
            while await self.send_one():
                pass
            async with self._database.system_transaction() as transaction:
                await transaction.driver.execute(_FORGET, self._clock.now() - _KEPT)
            await asyncio.sleep(self._poll_seconds)

    async def send_one(self) -> bool:
        """Try the message that is due first; answers whether there was one."""
        now = self._clock.now()
        async with self._database.system_transaction() as transaction:
            row = await transaction.driver.fetchrow(_DUE, now)
            if row is None:
                return False
            await transaction.driver.execute(_TAKE, row["id"], now + _LEASE)
        try:
            told = orjson.loads(self._sealer.open_bytes(row["sealed"], type=_TYPE, id=row["id"], version=1))
            await self._port.send(Message(row["id"], told["address"], told["subject"], told["text"]))
        except Undeliverable as error:
            await self._end(row["id"], "given_up", error.reason)
        # A message whose key is not at hand holds up no other; the key may come back.
        except (Unavailable, Unreadable) as error:
            if now - row["created_at"] >= _GIVE_UP:
                await self._end(row["id"], "given_up", error.code)
            else:
                wait = min(_FIRST_WAIT * 2 ** min(row["attempts"], 12), _LONGEST_WAIT)
                async with self._database.system_transaction() as transaction:
                    await transaction.driver.execute(_LATER, row["id"], self._clock.now() + wait, error.code)
                log.warning("message.put-off", message=str(row["id"]), attempt=row["attempts"] + 1)
        else:
            await self._end(row["id"], "sent", None)
        return True

    async def _end(self, id_: object, state: str, error: str | None) -> None:
        async with self._database.system_transaction() as transaction:
            await transaction.driver.execute(_OVER, id_, state, self._clock.now(), error)
        log.info("message.ended", message=str(id_), state=state, error=error)


def postmen(settings: MessageSettings, database: Database, sealer: Sealer, clock: Clock) -> list[Postman]:
    """The one who sends this service's messages; nobody where the settings name no way out."""
    port = message_port(settings)
    return [Postman(database, sealer, clock, port, poll_seconds=settings.message_poll_seconds)] if port else []
