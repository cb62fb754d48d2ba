"""Register a client of an organisation, which is made on first use."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.partners.application.ports import Actor, ClientKeys, Registry, UnitOfWork
from services.partners.domain.partners import (
    RULES,
    Client,
    ClientKind,
    ClientStatus,
    region_of,
    registration_problems,
)
from shared.clock import Clock
from shared.errors import Problem, Refusal
from shared.identifiers import new_id

SECRET_BYTES = 32


@dataclass(frozen=True)
class Registration:
    """What is asked for. `public_jwk` as sent."""

    kind: ClientKind
    org: str
    name: str
    region_code: str | None
    public_jwk: Mapping[str, Any]


@dataclass(frozen=True)
class Registered:
    """The client; `secret` is told this once and kept as a hash only."""

    client: Client
    secret: str | None


class RegisterClient:
    """Each call makes a new client."""

    def __init__(self, unit_of_work: UnitOfWork, keys: ClientKeys, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._keys = keys
        self._clock = clock

    async def __call__(self, registration: Registration, actor: Actor) -> Registered:
        """Raises Refusal `client.invalid` naming all that does not fit."""
        self._refuse_unfit(registration)
        gets_secret = RULES[registration.kind].gets_secret
        secret = secrets.token_urlsafe(SECRET_BYTES) if gets_secret else None
        client = Client(
            client_id=str(new_id()),
            org=registration.org,
            kind=registration.kind,
            name=registration.name,
            public_jwk=self._keys.public_part(registration.public_jwk),
            secret_sha256=hashlib.sha256(secret.encode()).digest() if secret else None,
            status=ClientStatus.ACTIVE,
            created_at=self._clock.now(),
        )
        async with self._unit_of_work.begin() as registry:
            await _enter(registry, client, region_of(client.kind, client.org, registration.region_code))
            entry = actor.did("client.register", "client", client.client_id, org=client.org, kind=client.kind.value)
            await registry.note(entry)
        return Registered(client, secret)

    async def own(self, kind: ClientKind, name: str, client_id: str, org: str, public_jwk: Mapping[str, Any]) -> None:
        """Make sure that a client of the hub's own secrets can sign in; safe at every start. One that was revoked
        stays revoked; a new key replaces the old one, since both come from the hub's own secrets."""
        registration = Registration(kind, org, name, None, public_jwk)
        self._refuse_unfit(registration)
        key = self._keys.public_part(public_jwk)
        actor = Actor(org, client_id)
        async with self._unit_of_work.begin() as registry:
            await registry.lock_operators()
            known = await registry.client(client_id)
            if known is not None and known.public_jwk == key:
                return
            if known is not None:
                await registry.replace_key(client_id, key)
                await registry.note(actor.did("client.replace-key", "client", client_id))
                return
            now = self._clock.now()
            client = Client(client_id, org, registration.kind, registration.name, key, None, ClientStatus.ACTIVE, now)
            await _enter(registry, client, None)
            await registry.note(actor.did("client.register", "client", client_id, first=True))

    def _refuse_unfit(self, registration: Registration) -> None:
        problems = registration_problems(registration.kind, registration.org, registration.region_code)
        why = self._keys.problem(registration.public_jwk)
        if why is not None:
            problems.append(Problem("/public_jwk", "key-unusable", why))
        if problems:
            raise Refusal("client.invalid", "The client cannot be registered like this; see errors.", problems)


async def _enter(registry: Registry, client: Client, region_code: str | None) -> None:
    await registry.touch_organisation(client.org, name=client.name, region_code=region_code, at=client.created_at)
    await registry.add_client(client)
    organisation = await registry.organisation(client.org)
    if organisation is not None:
        await registry.publish(organisation)
