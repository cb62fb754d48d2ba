"""Read the keys that clients publish at addresses of their own."""

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from services.partners.application.ports import Actor, UnitOfWork
from services.partners.domain.credentials import Credential
from services.partners.domain.key_sets import KeySetUnread
from services.partners.domain.partners import Client, ClientStatus
from shared.clock import Clock
from shared.errors import Conflict, NotFound, Problem
from shared.observability import log


class KeySetSource(Protocol):
    """Where keys are read from."""

    def problem(self, url: str) -> Problem | None:
        """Why this address is never read; None when it may be."""
        ...

    async def read(self, url: str) -> Sequence[dict[str, str]]:
        """The public keys there that clients may sign with. Raises KeySetUnread."""
        ...


class ReadKeySets:
    """One reading of an address at a time, and one a minute; nobody waits for an address inside a transaction."""

    def __init__(self, unit_of_work: UnitOfWork, source: KeySetSource, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._source = source
        self._clock = clock
        self._under_way: dict[UUID, asyncio.Task[None]] = {}

    async def read(self, credentials: Sequence[Credential]) -> None:
        """Read the addresses of these that may be read now, and wait for readings that are under way. What fails is
        written down; nothing is raised for it."""
        await asyncio.gather(*(self._joined(each.id, each.key_set.url) for each in credentials if each.key_set))

    async def read_one(self, client_id: str, credential_id: UUID, actor: Actor) -> Client:
        """The client after its address was read, for whoever wants to know what is published there; within the pause
        as it was read last. Raises NotFound, Conflict for a client or credential that has ended."""
        async with self._unit_of_work.begin() as registry:
            client = await registry.client(client_id)
            found = client.credential(credential_id) if client else None
            if client is None or found is None or found.key_set is None:
                raise NotFound("credential.unknown", "There is no such address of keys of this client.")
            if client.status is ClientStatus.REVOKED or found.has_ended(self._clock.now()):
                raise Conflict("credential.ended", "This credential has ended; add another one.")
            await registry.note(actor.did("credential.read-keys", "credential", str(credential_id), client=client_id))
        await self.read([found])
        async with self._unit_of_work.begin() as registry:
            return await registry.client(client_id) or client

    async def close(self) -> None:
        """End the readings that are under way."""
        under_way = list(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _joined(self, credential_id: UUID, url: str) -> None:
        task = self._under_way.get(credential_id)
        if task is None:
            task = asyncio.create_task(self._read(credential_id, url), name=f"key-set-{credential_id}")
            self._under_way[credential_id] = task
            task.add_done_callback(lambda _: self._under_way.pop(credential_id))
        # Who stops waiting does not stop the others.
        await asyncio.shield(task)

    async def _read(self, credential_id: UUID, url: str) -> None:
        async with self._unit_of_work.begin() as registry:
            if not await registry.begin_reading(credential_id, self._clock.now()):
                return
        try:
            keys = await self._source.read(url)
        except KeySetUnread as error:
            log.warning("key-set.unread", credential=str(credential_id), reason=error.code)
            async with self._unit_of_work.begin() as registry:
                await registry.reading_failed(credential_id, error.code)
            return
        async with self._unit_of_work.begin() as registry:
            await registry.keys_read(credential_id, keys, self._clock.now())
        log.info("key-set.read", credential=str(credential_id), keys=len(keys))
