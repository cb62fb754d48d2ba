"""Searching a hospital's own resources, and the history of one."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.hospital_gateway.application.addressed import not_there, resource_id_of
from services.hospital_gateway.application.documents import (
    Address,
    Caller,
    Criteria,
    Entry,
    Found,
    Held,
    Include,
    SearchRequest,
)
from services.hospital_gateway.application.ports import Records, ResourceFormat, Vault
from services.hospital_gateway.application.retried import retried
from services.hospital_gateway.application.write_resources import ResourceWriter

INCLUDED_MAX = 1_000


@dataclass(frozen=True)
class SearchResources:
    """The use cases behind `GET /{Type}?…` and `GET /{Type}/{id}/_history`."""

    vault: Vault
    format: ResourceFormat
    writer: ResourceWriter

    async def search(self, caller: Caller, type_name: str, address: Address) -> bytes:
        """The matches and what they bring along. A person asked for by a NIK gets an id on first use, so that nobody
        learns whether a person is known (interface, section 4). Raises the refusal that names every problem."""
        request = self.format.search(address, type_name)

        async def once() -> Found:
            async with self.vault.of(caller) as records:
                return await self.found(records, caller, request)

        return self.format.searchset(await retried(once), address)

    async def found(self, records: Records, caller: Caller, request: SearchRequest) -> Found:
        """The same within a transaction that is open already."""
        found = await self._found(records, caller, request)
        detail: dict[str, object] = {"matches": len(found.matches), "included": len(found.included)}
        await records.audit("resource.search", request.criteria.type, "", detail)
        return found

    async def _found(self, records: Records, caller: Caller, request: SearchRequest) -> Found:
        criteria = request.criteria
        if request.only_count:
            return Found(total=await records.count(criteria))
        page = await records.find(replace(criteria, count=criteria.count + 1))
        matches = page[: criteria.count] or await self._introduced(records, caller, criteria)
        included = await self._included(records, matches, request.includes)
        more = len(page) > criteria.count
        # Bridges take an answer without a total for one without a match. A page that goes on was told it before.
        total = None if criteria.after else await records.count(criteria) if more else len(matches)
        return Found(tuple(matches), tuple(included), more, total)

    async def _introduced(self, records: Records, caller: Caller, criteria: Criteria) -> list[Held]:
        """The person whom only a NIK names, newly held."""
        if criteria != Criteria(criteria.type, criteria.identifiers, count=criteria.count) or not criteria.count:
            return []
        raw = self.format.person(criteria.type, criteria.identifiers[0]) if len(criteria.identifiers) == 1 else None
        if raw is None:
            return []
        entry = Entry(criteria.type, "POST", criteria.type, draft=await self.format.resource(raw, criteria.type, None))
        prepared = await records.prepare(self.writer.keys([entry], {}), None)
        done = await self.writer.write(records, caller, [entry], {}, prepared)
        return [one.held for one in done]

    async def _included(self, records: Records, matches: list[Held], includes: tuple[Include, ...]) -> list[Held]:
        known = {(one.type, one.id) for one in matches}
        found: dict[tuple[str, UUID], Held] = {}
        for include in includes:
            for one in await self._brought(records, matches, include):
                if (one.type, one.id) not in known:
                    found[one.type, one.id] = one
        return list(found.values())[:INCLUDED_MAX]

    async def _brought(self, records: Records, matches: list[Held], include: Include) -> list[Held]:
        if include.reverse:
            ids = tuple(one.id for one in matches)
            by_visit = include.parameter == "encounter"
            wanted = Criteria(
                include.type,
                encounters=ids if by_visit else None,
                patients=None if by_visit else ids,
                count=INCLUDED_MAX,
            )
            return await records.find(wanted) if ids else []
        named = dict.fromkeys(
            who
            for one in matches
            if one.type == include.type
            for who in self.format.named_by(self.format.parse(one.text), include.parameter)
        )
        return await records.held(list(named)[:INCLUDED_MAX]) if named else []

    async def history(self, caller: Caller, type_name: str, resource_id: str, address: Address) -> bytes:
        """Versions of one resource, the newest first. Raises NotFound, or Gone for what was purged."""
        async with self.vault.of(caller) as records:
            return await self.versions(records, type_name, resource_id, address)

    async def versions(self, records: Records, type_name: str, resource_id: str, address: Address) -> bytes:
        """The same within a transaction that is open already."""
        identity = resource_id_of(resource_id)
        # Somebody else's resource is not there, whatever else is wrong with the request.
        if not await records.held([(type_name, identity)]):
            raise await not_there(records, type_name, identity)
        before, count = self.format.page_of_history(address)
        page = await records.history_of(type_name, identity, before, count + 1)
        await records.audit("resource.history", type_name, resource_id, {"versions": len(page[:count])})
        return self.format.history(page[:count], address, more=len(page) > count)
