"""What an address names: the id in it, and why there is nothing under it."""

from uuid import UUID

from services.hospital_gateway.application.findings import refusal
from services.hospital_gateway.application.ports import Records
from shared.errors import SimpulError


def resource_id_of(text: str) -> UUID:
    """Ids are the hub's, so what is no UUID cannot exist here. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise refusal("not-found") from None


async def not_there(records: Records, type_name: str, resource_id: UUID) -> SimpulError:
    """The error, to be raised, for a resource that is not held: Gone for what was purged, else NotFound."""
    return refusal("purged" if await records.was_purged(type_name, resource_id) else "not-found")
