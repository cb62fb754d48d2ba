"""Look at clients and organisations; every look is logged."""

from collections.abc import Sequence

from services.partners.application.known_client import known
from services.partners.application.ports import Actor, Backlog, UnitOfWork
from services.partners.domain.partners import Client, Organisation


class ReadRegistry:
    """For operators, who see every organisation."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def client(self, client_id: str, actor: Actor) -> Client:
        """Raises NotFound."""
        async with self._unit_of_work.begin() as registry:
            client = known(await registry.client(client_id))
            await registry.note(actor.did("client.read", "client", client_id))
        return client

    async def clients(self, actor: Actor, *, after: str | None, limit: int, org: str | None) -> Sequence[Client]:
        async with self._unit_of_work.begin() as registry:
            found = await registry.clients(after=after, limit=limit, org=org)
            await registry.note(actor.did("client.list", "client", org or "*", count=len(found)))
        return found

    async def organisations(self, actor: Actor, *, after: str | None, limit: int) -> Sequence[Organisation]:
        async with self._unit_of_work.begin() as registry:
            found = await registry.organisations(after=after, limit=limit)
            await registry.note(actor.did("org.list", "org", "*", count=len(found)))
        return found

    async def backlog(self, actor: Actor) -> Backlog:
        async with self._unit_of_work.begin() as registry:
            backlog = await registry.backlog()
            await registry.note(actor.did("outbox.read", "outbox", "*"))
        return backlog
