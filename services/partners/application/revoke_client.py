"""Take a client's access away. Tokens it holds run out within their life of minutes."""

from dataclasses import replace

from services.partners.application.known_client import known
from services.partners.application.ports import Actor, UnitOfWork
from services.partners.domain.partners import Client, ClientKind, ClientStatus
from shared.clock import Clock
from shared.errors import Conflict


class RevokeClient:
    """Safe to repeat: a revoked client stays as it is. Declines one that waits for approval."""

    def __init__(self, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def __call__(self, client_id: str, actor: Actor) -> Client:
        """Raises NotFound, and Conflict `client.last-operator` when nobody could manage partners afterwards."""
        async with self._unit_of_work.begin() as registry:
            client = known(await registry.client_to_change(client_id))
            if client.kind is ClientKind.OPERATOR:
                await registry.lock_operators()
                client = await registry.client(client_id) or client
            if client.status is ClientStatus.REVOKED:
                return client
            if client.kind is ClientKind.OPERATOR and await registry.active_operators() <= 1:
                raise Conflict("client.last-operator", "This is the last operator; register another one first.")
            now = self._clock.now()
            await registry.revoke(client_id, now)
            if client.status is ClientStatus.ACTIVE:
                await registry.touch_organisation(client.org, name=client.name, region_code=None, at=now)
                await registry.publish(client.org)
            await registry.note(actor.did("client.revoke", "client", client_id, org=client.org))
        return replace(client, status=ClientStatus.REVOKED, revoked_at=now)
