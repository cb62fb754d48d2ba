"""Exchange a client's credentials without a gap: add one beside the old, give the old one an end, retire it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.partners.application.known_client import unrevoked_to_change
from services.partners.application.ports import Actor, ClientKeys, UnitOfWork
from services.partners.application.read_key_sets import KeySetSource
from services.partners.application.register_client import (
    SECRET_BYTES,
    key_problems,
    new_credential,
    refuse_past_end,
)
from services.partners.application.second_person import SecondPerson
from services.partners.domain.credentials import CREDENTIALS_MAX, KEY_SETS_MAX, Credential
from services.partners.domain.partners import RULES, Client, ClientStatus
from shared.clock import Clock
from shared.errors import Conflict, NotFound, Problem, Refusal


@dataclass(frozen=True)
class NewCredential:
    """What is asked for: a public key, an address of keys, or a secret when there is neither."""

    public_jwk: Mapping[str, Any] | None
    jwks_uri: str | None
    expires_at: datetime | None
    awaits_approval: bool


@dataclass(frozen=True)
class Added:
    """`secret` is told this once and kept as a hash only."""

    client: Client
    credential: Credential
    secret: str | None


class Rotate:
    """The last credential that counts is not retired: who wants none revokes the client. It may be given an end,
    however near: a client may have a last day, which is shown beforehand and can be put off until it has come."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        keys: ClientKeys,
        key_sets: KeySetSource,
        clock: Clock,
        second_person: SecondPerson,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._keys = keys
        self._key_sets = key_sets
        self._clock = clock
        self._second_person = second_person

    async def add(self, client_id: str, wanted: NewCredential, actor: Actor) -> Added:
        """Raises NotFound; Refusal for a key that cannot be taken, an end that has passed, a secret for another kind
        than hospitals; Conflict for a revoked client and for one with too many."""
        now = self._clock.now()
        refuse_past_end(wanted.expires_at, now)
        self._refuse_keys(wanted)
        secret = secrets.token_urlsafe(SECRET_BYTES) if wanted.public_jwk is None and wanted.jwks_uri is None else None
        waits, person = self._second_person.waits(wanted.awaits_approval), self._second_person.person(actor)
        async with self._unit_of_work.begin() as registry:
            client = await unrevoked_to_change(registry, client_id)
            _refuse_too_many(client, wanted, now)
            if secret is not None and not RULES[client.kind].gets_secret:
                detail = "Only hospitals have secrets; send a public key."
                raise Refusal("credential.kind", detail, [Problem("/public_jwk", "required", detail)])
            credential = new_credential(
                now,
                person,
                self._second_person.name(actor),
                waits=waits,
                jwk=None if wanted.public_jwk is None else self._keys.public_part(wanted.public_jwk),
                url=wanted.jwks_uri,
                secret=secret,
                end=wanted.expires_at,
            )
            await registry.add_credential(client, credential)
            action = "credential.ask" if waits else "credential.add"
            await registry.note(actor.did(action, "credential", str(credential.id), client=client_id))
        return Added(client, credential, secret)

    async def end(self, client_id: str, credential_id: UUID, at: datetime | None, actor: Actor) -> Client:
        """Give a credential an end, or retire it now (None). Safe to repeat. Raises NotFound, Refusal for an end that
        has passed, Conflict `client.revoked`, `credential.last` when retiring it would leave the client nothing to
        prove itself with, and `approval.required` for a later end where everything needs a second person."""
        now = self._clock.now()
        refuse_past_end(at, now)
        async with self._unit_of_work.begin() as registry:
            client = await unrevoked_to_change(registry, client_id)
            found = client.credential(credential_id)
            if found is None:
                raise NotFound("credential.unknown", "There is no such credential of this client.")
            if found.has_ended(now):
                return client
            others = [each for each in client.credentials if each.proves(now) and each.id != credential_id]
            if at is None and found.counts(now) and not others and client.status is ClientStatus.ACTIVE:
                raise Conflict(
                    "credential.last", "It is the last that counts. Add another first, or revoke the client."
                )
            if self._second_person.always and at is not None and found.expires_at and at > found.expires_at:
                raise Conflict("approval.required", "A later end needs a second person: add a key instead.")
            changed = replace(found, retired_at=now) if at is None else replace(found, expires_at=at)
            await registry.change_credential(changed)
            action = "credential.retire" if at is None else "credential.end"
            await registry.note(actor.did(action, "credential", str(credential_id), client=client_id))
            return await registry.client(client_id) or client

    def _refuse_keys(self, wanted: NewCredential) -> None:
        problems = key_problems(self._keys, self._key_sets, wanted.public_jwk, wanted.jwks_uri)
        if problems:
            raise Refusal("credential.invalid", problems[0].detail, problems)


def _refuse_too_many(client: Client, wanted: NewCredential, now: datetime) -> None:
    held = [each for each in client.credentials if not each.has_ended(now)]
    if len(held) >= CREDENTIALS_MAX:
        raise Conflict("credential.too-many", f"A client has at most {CREDENTIALS_MAX} credentials; retire one first.")
    if wanted.jwks_uri is not None and sum(each.key_set is not None for each in held) >= KEY_SETS_MAX:
        raise Conflict("credential.too-many", f"A client has at most {KEY_SETS_MAX} addresses; retire one first.")
