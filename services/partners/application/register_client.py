"""Register a client of an organisation, which is made on first use."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from services.partners.application.ports import Actor, ClientKeys, Registry, UnitOfWork
from services.partners.application.read_key_sets import KeySetSource
from services.partners.application.second_person import SecondPerson
from services.partners.domain.credentials import Credential, counting
from services.partners.domain.key_sets import KeySet
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
from shared.identifiers import new_id, trial_organisation

SECRET_BYTES = 32


@dataclass(frozen=True)
class Registration:
    """What is asked for, `org` being the real organisation also of a `test` client: `public_jwk` as sent, or
    `jwks_uri`, where the client publishes its keys. With
    `awaits_approval` it counts when a second person has approved it; `expires_at` is the end of its credentials."""

    kind: ClientKind
    org: str
    name: str
    region_code: str | None
    public_jwk: Mapping[str, Any] | None
    jwks_uri: str | None = None
    awaits_approval: bool = False
    expires_at: datetime | None = None
    test: bool = False


@dataclass(frozen=True)
class Registered:
    """The client; `secret` is told this once and kept as a hash only."""

    client: Client
    secret: str | None


class RegisterClient:
    """Each call makes a new client."""

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

    async def __call__(self, registration: Registration, actor: Actor) -> Registered:
        """Raises Refusal `client.invalid` naming all that does not fit."""
        self._refuse_unfit(registration)
        secret = secrets.token_urlsafe(SECRET_BYTES) if RULES[registration.kind].gets_secret else None
        now, waits = self._clock.now(), self._second_person.waits(registration.awaits_approval)
        person, person_name = self._second_person.person(actor), self._second_person.name(actor)
        refuse_past_end(registration.expires_at, now)
        credential = partial(new_credential, now, person, person_name, waits=waits, end=registration.expires_at)
        jwk = None if registration.public_jwk is None else self._keys.public_part(registration.public_jwk)
        credentials = [credential(jwk=jwk, url=registration.jwks_uri)]
        if secret is not None:
            credentials.append(credential(secret=secret))
        client = Client(
            client_id=str(new_id()),
            org=trial_organisation(registration.org) if registration.test else registration.org,
            kind=registration.kind,
            name=registration.name,
            status=ClientStatus.REQUESTED if waits else ClientStatus.ACTIVE,
            created_at=now,
            asked_by=person,
            asked_by_name=person_name,
            region_code=region_of(registration.kind, registration.org, registration.region_code),
            approved_by=None if waits else person,
            approved_at=None if waits else now,
            credentials=tuple(credentials),
        )
        async with self._unit_of_work.begin() as registry:
            if waits:
                await registry.reserve_organisation(client.org, client.name, now)
                await registry.add_client(client)
            else:
                await enter(registry, client)
            action = "client.ask" if waits else "client.register"
            entry = actor.did(action, "client", client.client_id, org=client.org, kind=client.kind.value)
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
            known, now = await registry.client(client_id), self._clock.now()
            if known is not None:
                counted = counting(known.credentials, now)
                if any(each.public_jwk == key for each in counted):
                    return
                for each in counted:
                    await registry.change_credential(replace(each, retired_at=now))
                await registry.add_credential(known, new_credential(now, client_id, jwk=key))
                await registry.note(actor.did("client.replace-key", "client", client_id))
                return
            client = Client(
                client_id, org, kind, name, ClientStatus.ACTIVE, now, client_id, approved_by=client_id, approved_at=now
            )
            await enter(registry, replace(client, credentials=(new_credential(now, client_id, jwk=key),)))
            await registry.note(actor.did("client.register", "client", client_id, first=True))

    def _refuse_unfit(self, registration: Registration) -> None:
        problems = registration_problems(
            registration.kind, registration.org, registration.region_code, test=registration.test
        )
        problems += key_problems(self._keys, self._key_sets, registration.public_jwk, registration.jwks_uri)
        if problems:
            raise Refusal("client.invalid", "The client cannot be registered like this; see errors.", problems)


def key_problems(
    keys: ClientKeys, key_sets: KeySetSource, jwk: Mapping[str, Any] | None, url: str | None
) -> list[Problem]:
    """What keeps a public key or an address of keys from being taken."""
    if jwk is not None and url is not None:
        return [Problem("/jwks_uri", "one-of", "Send either `public_jwk` or `jwks_uri`.")]
    why = None if jwk is None else keys.problem(jwk)
    problems = [] if why is None else [Problem("/public_jwk", "key-unusable", why)]
    refused = None if url is None else key_sets.problem(url)
    return problems if refused is None else [*problems, refused]


def refuse_past_end(expires_at: datetime | None, now: datetime) -> None:
    """Raises Refusal for an end that has passed."""
    if expires_at is not None and expires_at <= now:
        detail = "The end must lie in the future."
        raise Refusal("credential.ended", detail, [Problem("/expires_at", "credential.ended", detail)])


def new_credential(
    now: datetime,
    by: str,
    by_name: str | None = None,
    *,
    waits: bool = False,
    jwk: Mapping[str, str] | None = None,
    url: str | None = None,
    secret: str | None = None,
    end: datetime | None = None,
) -> Credential:
    """Of a key, an address or a secret, added by this person; it counts at once unless it `waits` for another."""
    return Credential(
        id=new_id(),
        added_by=by,
        added_by_name=by_name,
        added_at=now,
        public_jwk=None if jwk is None else dict(jwk),
        key_set=None if url is None else KeySet(url),
        secret_sha256=None if secret is None else hashlib.sha256(secret.encode()).digest(),
        approved_by=None if waits else by,
        approved_at=None if waits else now,
        expires_at=end,
    )


async def enter(registry: Registry, client: Client) -> None:
    """Add a client that counts at once, and tell the other services."""
    await registry.touch_organisation(
        client.org, name=client.name, region_code=client.region_code, at=client.created_at
    )
    await registry.add_client(client)
    await registry.publish(client.org)
