"""What an address names: the id in it, what is held under it, and why there is nothing."""

from dataclasses import replace
from uuid import UUID

from services.hospital_gateway.application.documents import Held
from services.hospital_gateway.application.findings import findings_of, refusal, refused, status_of
from services.hospital_gateway.application.ports import Records
from shared.errors import SimpulError, Unavailable

_VERSION_DIGITS_MAX = 9


def resource_id_of(text: str) -> UUID:
    """Ids are the hub's, so what is no UUID cannot exist here. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise refusal("not-found") from None


async def not_there(records: Records, type_name: str, resource_id: UUID) -> SimpulError:
    """The error, to be raised, for a resource that is not held: Gone for what was purged, else NotFound."""
    return refusal("purged" if await records.was_purged(type_name, resource_id) else "not-found")


async def current(records: Records, type_name: str, resource_id: str) -> Held:
    """The current version, with a line in the log. Raises NotFound, also for what belongs to another hospital; Gone
    for what was purged."""
    identity = resource_id_of(resource_id)
    found = await records.held([(type_name, identity)])
    return await _told(records, found[0] if found else None, "resource.read", (type_name, identity))


async def one_version(records: Records, type_name: str, resource_id: str, version: str) -> Held:
    """One version, with a line in the log. Raises NotFound, Gone."""
    if not version.isascii() or not version.isdigit() or len(version) > _VERSION_DIGITS_MAX:
        raise refusal("not-found")
    identity = resource_id_of(resource_id)
    found = await records.version_of(type_name, identity, int(version))
    return await _told(records, found, "resource.read-version", (type_name, identity))


async def audited(records: Records, action: str, held: Held) -> None:
    """Write down that one version was read or written."""
    await records.audit(action, held.type, str(held.id), {"version": held.version})


def at_place(error: SimpulError, place: str) -> SimpulError:
    """The same refusal seen from a Bundle: `place` is where what caused it stands."""
    if isinstance(error, Unavailable):
        return error
    return refused([replace(one, pointer=place) for one in findings_of(error)], status_of(error))


async def _told(records: Records, found: Held | None, action: str, asked: tuple[str, UUID]) -> Held:
    if found is None:
        raise await not_there(records, *asked)
    await audited(records, action, found)
    return found
