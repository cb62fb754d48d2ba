"""The use cases that take a body, each done here or, beyond a size, in the process of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from services.hospital_gateway.adapters.large_requests import LargeRequests
from services.hospital_gateway.application.check_eligibility import CheckEligibility
from services.hospital_gateway.application.documents import Caller, Done, Search, Submitted
from services.hospital_gateway.application.findings import Finding, findings_of, refused, status_of
from services.hospital_gateway.application.single_resource import SingleResource
from services.hospital_gateway.application.submit_bundle import Sender
from shared.errors import SimpulError

Submit = Callable[[Sender, bytes], Awaitable[Submitted]]


@dataclass(frozen=True)
class SizedSubmit:
    """`SubmitBundle`, near or far."""

    here: Submit
    large: LargeRequests

    async def __call__(self, sender: Sender, raw: bytes) -> Submitted:
        if not self.large.takes(raw):
            return await self.here(sender, raw)
        return cast("Submitted", await self.large.do("submit", len(raw), sender, raw))


@dataclass(frozen=True)
class SizedEligibility(CheckEligibility):
    """`CheckEligibility`, near or far."""

    large: LargeRequests

    async def __call__(self, caller: Caller, raw: bytes) -> Done:
        if not self.large.takes(raw):
            return await super().__call__(caller, raw)
        return cast("Done", await self.large.do("check_eligibility", len(raw), caller, raw))


@dataclass(frozen=True)
class SizedResource(SingleResource):
    """`SingleResource`, near or far. A patch is small, and what it makes goes through `update`."""

    large: LargeRequests

    async def create(self, caller: Caller, type_name: str, raw: bytes, if_none_exist: Search | None = None) -> Done:
        if not self.large.takes(raw):
            return await super().create(caller, type_name, raw, if_none_exist)
        return cast("Done", await self.large.do("create", len(raw), caller, type_name, raw, if_none_exist))

    async def update(
        self,
        caller: Caller,
        type_name: str,
        resource_id: str,
        raw: bytes,
        if_match: str | None = None,
        sent: bytes | None = None,
    ) -> Done:
        if not self.large.takes(raw):
            return await super().update(caller, type_name, resource_id, raw, if_match, sent)
        asked = (caller, type_name, resource_id, raw, if_match, sent)
        return cast("Done", await self.large.do("update", len(raw), *asked))

    async def update_where(
        self, caller: Caller, type_name: str, where: Search, raw: bytes, if_match: str | None
    ) -> Done:
        if not self.large.takes(raw):
            return await super().update_where(caller, type_name, where, raw, if_match)
        return cast("Done", await self.large.do("update_where", len(raw), caller, type_name, where, raw, if_match))

    async def problems(self, raw: bytes, type_name: str) -> SimpulError:
        if not self.large.takes(raw):
            return await super().problems(raw, type_name)
        findings, status = await self.large.do("problems", len(raw), raw, type_name)
        return refused(findings, status)


@dataclass(frozen=True)
class Told:
    """What `SingleResource.problems` says, in parts, since errors don't pickle whole."""

    resources: SingleResource

    async def __call__(self, raw: bytes, type_name: str) -> tuple[tuple[Finding, ...], int]:
        error = await self.resources.problems(raw, type_name)
        return findings_of(error), status_of(error)
