"""The second pair of eyes: what one person asked for counts when another has approved it."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from services.partners.application.known_client import unrevoked_to_change
from services.partners.application.ports import Actor, UnitOfWork
from services.partners.application.second_person import SecondPerson
from services.partners.domain.credentials import CredentialStatus
from services.partners.domain.partners import Client, ClientStatus
from shared.clock import Clock
from shared.errors import Conflict, NotFound


class Approve:
    """Clients, and credentials added to them. Safe to repeat."""

    def __init__(self, unit_of_work: UnitOfWork, clock: Clock, second_person: SecondPerson) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._second_person = second_person

    async def client(self, client_id: str, actor: Actor, seen: Collection[UUID] | None = None) -> Client:
        """Let a client in, with the credentials it was asked for with, of them only those `seen` where that is said.
        Raises NotFound, Conflict `client.revoked`, `approval.same-person`."""
        async with self._unit_of_work.begin() as registry:
            client = await unrevoked_to_change(registry, client_id)
            if client.status is ClientStatus.ACTIVE:
                return client
            self._second_person.refuse_same(client.asked_by, actor)
            now, person = self._clock.now(), self._second_person.person(actor)
            for each in client.credentials:
                # One that the approver added needs somebody else, and so does one added since the approver looked.
                asked = each.status(now) is CredentialStatus.REQUESTED and each.added_by != person
                if asked and (seen is None or each.id in seen):
                    await registry.change_credential(replace(each, approved_by=person, approved_at=now))
            await registry.touch_organisation(client.org, name=client.name, region_code=client.region_code, at=now)
            await registry.approve(client_id, person, now)
            await registry.publish(client.org)
            await registry.note(actor.did("client.approve", "client", client_id, org=client.org))
            return await registry.client(client_id) or client

    async def credential(self, client_id: str, credential_id: UUID, actor: Actor) -> Client:
        """Let a credential count. Raises NotFound, Conflict `client.revoked`, `credential.ended`,
        `approval.same-person`."""
        async with self._unit_of_work.begin() as registry:
            client = await unrevoked_to_change(registry, client_id)
            found = client.credential(credential_id)
            if found is None:
                raise NotFound("credential.unknown", "There is no such credential of this client.")
            now = self._clock.now()
            status = found.status(now)
            if status is CredentialStatus.ACTIVE:
                return client
            if status is not CredentialStatus.REQUESTED:
                raise Conflict("credential.ended", "This credential has ended; add another one.")
            self._second_person.refuse_same(found.added_by, actor)
            person = self._second_person.person(actor)
            await registry.change_credential(replace(found, approved_by=person, approved_at=now))
            await registry.note(actor.did("credential.approve", "credential", str(credential_id), client=client_id))
            return await registry.client(client_id) or client
