"""What a Bundle's entries may ask for beside creating and updating: patches, and reading."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.hospital_gateway.application.addressed import at_place, current, one_version, resource_id_of
from services.hospital_gateway.application.documents import Address, Caller, Draft, Entry, Held, Prepared, Shown
from services.hospital_gateway.application.findings import Finding, finding, findings_of, refused
from services.hospital_gateway.application.ports import Records, ResourceFormat
from services.hospital_gateway.application.search_resources import SearchResources
from services.hospital_gateway.application.write_resources import key_of
from shared.errors import SimpulError, Unavailable


@dataclass(frozen=True)
class BundleReads:
    """Answers the GETs of a Bundle: a resource, one version, all versions, or matches."""

    format: ResourceFormat
    searches: SearchResources

    async def __call__(self, records: Records, caller: Caller, entry: Entry, base: str) -> Shown:
        """The answer to one entry; `base` is of the addresses in links. Raises its refusal, seen from the Bundle."""
        try:
            return await self._read(records, caller, entry, base)
        except SimpulError as error:
            raise at_place(error, f"{entry.place}.request.url") from None

    async def _read(self, records: Records, caller: Caller, entry: Entry, base: str) -> Shown:
        query, identity = entry.query, entry.id or ""
        if query is None:
            held = await current(records, entry.type, identity)
            return Shown(held.text, held)
        if query.kind == "version":
            held = await one_version(records, entry.type, identity, query.version)
            return Shown(held.text, held)
        if query.kind == "history":
            address = Address(base, f"{entry.type}/{identity}/_history", query.parameters)
            return Shown((await self.searches.versions(records, entry.type, identity, address)).decode())
        address = Address(base, entry.type, query.parameters)
        request = self.format.search(address, entry.type)
        found = await self.searches.found(records, caller, request)
        return Shown(self.format.searchset(found, address).decode())


async def patches_applied(
    records: Records, resource_format: ResourceFormat, entries: Sequence[Entry], prepared: Prepared
) -> list[Entry]:
    """The entries with every PATCH turned into a PUT of what it makes of the current version, which is locked from
    here on. Raises the refusal that names every patch that cannot be done."""
    addressed: list[Entry] = []
    findings: list[Finding] = []
    for entry in entries:
        try:
            addressed.append(_addressed(entry, prepared) if entry.method == "PATCH" else entry)
        except SimpulError as error:
            findings += findings_of(error)
    targets = [(one.type, resource_id_of(one.id or "")) for one in addressed if one.method == "PATCH"]
    heads = {one.path: one for one in await records.held(targets, lock=True)} if targets else {}
    done = []
    for entry in addressed:
        if entry.method != "PATCH":
            done.append(entry)
            continue
        try:
            done.append(await _as_put(records, resource_format, entry, heads.get(f"{entry.type}/{entry.id}")))
        except Unavailable:
            raise
        except SimpulError as error:
            findings += findings_of(error)
    if findings:
        raise refused(findings)
    return done


def _addressed(entry: Entry, prepared: Prepared) -> Entry:
    """The patch with the id of what it is for. Raises NotFound; Stale when the condition fits several."""
    if entry.where is None:
        try:
            return replace(entry, id=str(resource_id_of(entry.id or "")))
        except SimpulError as error:
            raise at_place(error, entry.place) from None
    found = prepared.holders.get(key_of(entry.where), ())
    if len(found) != 1:
        raise refused([finding("reference-ambiguous" if found else "not-found", entry.place)])
    return replace(entry, id=str(found[0]), where=None)


async def _as_put(records: Records, resource_format: ResourceFormat, entry: Entry, head: Held | None) -> Entry:
    if head is None:
        purged = await records.was_purged(entry.type, resource_id_of(entry.id or ""))
        raise refused([finding("purged" if purged else "not-found", entry.place)])
    where = f"{entry.place}.resource"
    try:
        draft: Draft = await resource_format.resource(
            resource_format.patched(head.text, entry.patch or b""), entry.type, entry.id
        )
    except SimpulError as error:
        raise refused([_within(one, entry.type, where) for one in findings_of(error)]) from None
    return replace(entry, method="PUT", draft=draft.seen_from(where), patch=None)


def _within(one: Finding, type_name: str, where: str) -> Finding:
    """A finding in the patched resource, or one on the patch itself, seen from the Bundle."""
    return one.under(where) if one.pointer.startswith(type_name) else replace(one, pointer=where)
