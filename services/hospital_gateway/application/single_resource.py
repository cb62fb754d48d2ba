"""One resource at a time: create, update, patch, read, read of one version, and what would be said of one."""

import hashlib
from dataclasses import dataclass, replace

from services.hospital_gateway.application.addressed import audited, current, not_there, one_version, resource_id_of
from services.hospital_gateway.application.documents import Caller, Done, Entry, Held, Search, Written
from services.hospital_gateway.application.findings import AGAINST_THE_RULES, finding, refused, status_of
from services.hospital_gateway.application.ports import ResourceFormat, Vault
from services.hospital_gateway.application.retried import retried
from services.hospital_gateway.application.write_resources import ResourceWriter
from shared.errors import SimpulError, Stale
from shared.identifiers import new_id

_PATCH_TRIES = 3


@dataclass(frozen=True)
class SingleResource:
    """The use cases behind `/{Type}` and `/{Type}/{id}`."""

    vault: Vault
    format: ResourceFormat
    writer: ResourceWriter

    async def create(self, caller: Caller, type_name: str, raw: bytes, if_none_exist: Search | None = None) -> Done:
        """Store a new resource, or a new version of the one that its identifiers already name."""
        draft = await self.format.resource(raw, type_name, None)
        entry = Entry(type_name, "POST", type_name, draft=draft, if_none_exist=if_none_exist)
        return await self._write(caller, entry, "resource.create", raw)

    async def update(
        self,
        caller: Caller,
        type_name: str,
        resource_id: str,
        raw: bytes,
        if_match: str | None = None,
        sent: bytes | None = None,
    ) -> Done:
        """Store a new version. Ids are the hub's, so an unknown one is NotFound; raises Stale for an old If-Match.
        `sent` is what came, if it was not the resource itself."""
        draft = await self.format.resource(raw, type_name, resource_id)
        entry = Entry(type_name, "PUT", type_name, resource_id, draft, if_match=if_match)
        return await self._write(caller, entry, "resource.update", raw if sent is None else sent)

    async def update_where(
        self, caller: Caller, type_name: str, where: Search, raw: bytes, if_match: str | None
    ) -> Done:
        """Store a new version of the one that the condition names, or a new resource when there is none."""
        draft = await self.format.resource(raw, type_name, None)
        entry = Entry(type_name, "PUT", type_name, draft=draft, if_match=if_match, where=where)
        return await self._write(caller, entry, "resource.update", raw)

    async def patch(
        self, caller: Caller, type_name: str, resource_id: str, patch: bytes, if_match: str | None = None
    ) -> Done:
        """Store the version that a JSON Patch makes of the current one. Raises NotFound, Stale, Refusal."""
        for _ in range(_PATCH_TRIES - 1):
            try:
                return await self._patched_once(caller, type_name, resource_id, patch, if_match)
            except Stale:
                # Somebody else changed it between our reading and our writing, unless the client said which it saw.
                if if_match is not None:
                    raise
        return await self._patched_once(caller, type_name, resource_id, patch, if_match)

    async def _patched_once(
        self, caller: Caller, type_name: str, resource_id: str, patch: bytes, if_match: str | None
    ) -> Done:
        identity = resource_id_of(resource_id)
        async with self.vault.of(caller) as records:
            found = await records.held([(type_name, identity)])
            if not found:
                raise await not_there(records, type_name, identity)
        raw = self.format.patched(found[0].text, patch)
        return await self.update(caller, type_name, resource_id, raw, if_match or f'W/"{found[0].version}"', patch)

    async def problems(self, raw: bytes, type_name: str) -> SimpulError:
        """What is to be said of this resource: what refuses it, else `valid` and what a second judge finds doubtful.
        Nothing is stored. Raises what cannot be judged at all."""
        try:
            draft = await self.format.resource(self.format.asked_about(raw), type_name, None)
        except SimpulError as error:
            if status_of(error) != AGAINST_THE_RULES:
                raise
            return error
        return refused([finding("valid"), *await self.format.second_opinion(draft)])

    async def _write(self, caller: Caller, entry: Entry, action: str, sent: bytes) -> Done:
        searches, digest = self.format.searches([entry]), hashlib.sha256(sent).digest()

        async def once() -> Done:
            id_ = new_id()
            async with self.vault.of(caller) as records:
                prepared = await records.prepare(self.writer.keys([entry], searches), None)
                (done,) = await self.writer.write(records, caller, [entry], searches, prepared, receipt_id=id_)
                await audited(records, action, done.held)
                if not isinstance(done.held, Written):
                    # What was sent is not kept: the receipt is that of what is held, and is purged with it.
                    return replace(done, acknowledged=await records.acknowledged(done.held.receipt_id))
                await records.acknowledge(id_, digest)
                return replace(done, acknowledged=id_)

        return await retried(once)

    async def read(self, caller: Caller, type_name: str, resource_id: str) -> Held:
        """The current version. Raises NotFound, also for what belongs to another hospital; Gone for what was purged."""
        async with self.vault.of(caller) as records:
            return await current(records, type_name, resource_id)

    async def read_version(self, caller: Caller, type_name: str, resource_id: str, version: str) -> Held:
        """One version. Raises NotFound, Gone."""
        async with self.vault.of(caller) as records:
            return await one_version(records, type_name, resource_id, version)
