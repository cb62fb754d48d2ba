"""The client that a use case is about."""

from services.partners.application.ports import Registry
from services.partners.domain.partners import Client, ClientStatus
from shared.errors import Conflict, NotFound


def known(client: Client | None) -> Client:
    """Raises NotFound `client.unknown`."""
    if client is None:
        raise NotFound("client.unknown", "There is no such client.")
    return client


async def unrevoked_to_change(registry: Registry, client_id: str) -> Client:
    """One that waits or counts, and that nobody else changes until the end. Raises NotFound `client.unknown`, Conflict
    `client.revoked`."""
    client = known(await registry.client_to_change(client_id))
    if client.status is ClientStatus.REVOKED:
        raise Conflict("client.revoked", "This client has been revoked.")
    return client
