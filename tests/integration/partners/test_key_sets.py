"""Clients whose keys are read at an address of their own: rotation, an address that is away, and what it may answer."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import ECKey

from services.partners.settings import PartnersSettings
from shared.clock import FixedClock, SystemClock
from tests.integration.partners.conftest import Hub, Partner, running, unused_org
from tests.support.key_server import KeyServer, key_server

RUDI, DEWI = {"officer": {"id": "oidc:rudi", "name": "Rudi Hartono"}}, {"officer": {"id": "oidc:dewi"}}


def new_key() -> ECKey:
    return ECKey.generate_key("P-384", parameters={"kid": uuid.uuid4().hex})


@dataclass
class Scene:
    """A hub with a clock that stands still, a partner's web server, and the operator's token."""

    hub: Hub
    clock: FixedClock
    server: KeyServer
    operator: dict[str, str]

    async def register(self, **members: Any) -> Partner:
        body = {"kind": "employer", "org": unused_org("employer"), "name": "A partner", "jwks_uri": self.server.url}
        answer = await self.hub.http.post("/v1/clients", json=body | members, headers=self.operator)
        assert answer.status_code == 201, answer.text
        return Partner(answer.json()["client_id"], new_key(), answer.json())

    async def ask(self, partner: Partner, key: ECKey, *, kid: str | None = "own") -> httpx.Response:
        """A request for a token signed with this key."""
        now = int(self.clock.now().timestamp())
        header = {} if kid is None else {"kid": key.kid if kid == "own" else kid}
        assertion = partner.assertion(header=header, key=key, iat=now, exp=now + 60)
        return await self.hub.http.post("/oauth2/token", data=partner.form(client_assertion=assertion))

    async def signs_in(self, partner: Partner, key: ECKey) -> bool:
        return (await self.ask(partner, key)).status_code == 200

    async def known(self, partner: Partner) -> dict[str, Any]:
        """What the registry shows of the partner's address; read with a token of the present hour."""
        operator = self.hub.operator
        now = int(self.clock.now().timestamp())
        form = operator.form(client_assertion=operator.assertion(iat=now, exp=now + 60))
        token = (await self.hub.http.post("/oauth2/token", data=form)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self.hub.http.get(f"/v1/clients/{partner.client_id}", headers=headers)
        (credential,) = [each for each in answer.json()["credentials"] if each["form"] == "key-set"]
        return dict(credential)

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.hub.http.post(f"/v1/clients/{path}", json=body, headers=self.operator)


@pytest_asyncio.fixture
async def scene(settings: PartnersSettings) -> AsyncIterator[Scene]:
    clock = FixedClock(SystemClock().now())
    quick = settings.model_copy(update={"partner_keys_timeout_seconds": 0.5})
    async with running(quick, clock=clock) as hub, key_server() as server:
        yield Scene(hub, clock, server, await hub.as_operator())


async def test_a_client_signs_in_with_a_key_that_is_read_at_its_address_once(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    assert [await scene.signs_in(partner, key) for _ in range(3)] == [True, True, True]
    (asked,) = scene.server.asked
    assert asked.startswith("GET /keys.json HTTP/1.1")
    assert "authorization" not in asked.lower()
    shown = await scene.known(partner)
    assert shown["key_set"]["keys"] == [{"kid": key.kid, "thumbprint": key.thumbprint()}]
    assert (shown["jwks_uri"], shown["key_set"]["failure"]) == (scene.server.url, None)


async def test_a_new_key_counts_as_soon_as_it_is_published_and_an_old_one_ends_when_it_is_not(scene: Scene) -> None:
    old, new = new_key(), new_key()
    scene.server.publish(old)
    partner = await scene.register()
    assert await scene.signs_in(partner, old)
    scene.server.publish(new)
    refused = await scene.ask(partner, new)
    assert "nor among those at the registered `jwks_uri`" in refused.json()["error_description"]
    assert await scene.signs_in(partner, old)
    scene.clock.advance(timedelta(minutes=1))
    assert await scene.signs_in(partner, new)
    assert not await scene.signs_in(partner, old)


async def test_a_key_that_was_taken_away_is_refused_after_five_minutes_though_nobody_named_another(
    scene: Scene,
) -> None:
    stolen = new_key()
    scene.server.publish(stolen)
    partner = await scene.register()
    assert await scene.signs_in(partner, stolen)
    scene.server.publish()
    scene.clock.advance(timedelta(minutes=5, seconds=1))
    assert not await scene.signs_in(partner, stolen)


async def test_while_the_address_is_away_the_keys_count_for_a_day(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    assert await scene.signs_in(partner, key)
    first_read = (await scene.known(partner))["key_set"]["read_at"]
    scene.server.fail(503)
    for hours in (1, 22):
        scene.clock.advance(timedelta(hours=hours))
        assert await scene.signs_in(partner, key)
    shown = (await scene.known(partner))["key_set"]
    assert (shown["read_at"], shown["failure"]) == (first_read, "http-503")
    scene.clock.advance(timedelta(hours=1))
    refused = await scene.ask(partner, key)
    assert refused.status_code == 401
    assert "reading the registered `jwks_uri` failed (http-503)" in refused.json()["error_description"]
    scene.server.publish(key)
    scene.clock.advance(timedelta(minutes=1))
    assert await scene.signs_in(partner, key)


async def test_a_flood_of_keys_nobody_has_makes_the_hub_read_once_a_minute(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    answers = await asyncio.gather(*(scene.ask(partner, key, kid=uuid.uuid4().hex) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {401}
    assert len(scene.server.asked) == 1
    assert await scene.signs_in(partner, key)
    scene.clock.advance(timedelta(minutes=1))
    await asyncio.gather(*(scene.ask(partner, key, kid=uuid.uuid4().hex) for _ in range(40)))
    assert len(scene.server.asked) == 2


async def test_requests_at_the_same_moment_wait_for_one_reading(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    assert await asyncio.gather(*(scene.signs_in(partner, key) for _ in range(8))) == [True] * 8
    assert len(scene.server.asked) == 1


async def test_an_address_that_never_answers_holds_nobody_else_up(scene: Scene) -> None:
    """Nor a connection to the database: more requests wait than there are connections."""
    scene.server.held = asyncio.Event()
    partner = await scene.register()
    waiting = [asyncio.create_task(scene.ask(partner, new_key())) for _ in range(20)]
    assert (await scene.hub.http.get("/v1/clients", headers=scene.operator)).status_code == 200
    assert not any(task.done() for task in waiting)
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {401}
    assert (await scene.known(partner))["key_set"]["failure"] == "no-answer:timeout"


KEY = new_key()
JWK = KEY.as_dict(private=False)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"status": 404}, "http-404"),
        ({"status": 302, "headers": ("Location: http://127.0.0.1:1/keys",)}, "redirect"),
        ({"body": b"{" + b" " * 70_000 + b"}"}, "too-large"),
        ({"body": b"<html>"}, "not-json"),
        ({"body": b"[" * 50_000}, "not-json"),
        ({"body": b"[]"}, "not-a-key-set"),
        ({"body": b'{"keys": {}}'}, "not-a-key-set"),
        ({"body": b'{"keys": [' + b"{}," * 20 + b"{}]}"}, "too-many-keys"),
    ],
)
async def test_what_is_no_key_set_is_refused_saying_why(scene: Scene, answer: dict[str, Any], failure: str) -> None:
    partner = await scene.register()
    scene.server.fail(answer.get("status", 200), answer.get("body", b""), answer.get("headers", ()))
    assert not await scene.signs_in(partner, KEY)
    assert len(scene.server.asked) == 1
    assert (await scene.known(partner))["key_set"]["failure"] == failure


@pytest.mark.parametrize(
    "jwk",
    [
        {name: value for name, value in JWK.items() if name != "kid"},
        {**KEY.as_dict(private=True)},
        {**JWK, "use": "enc"},
        {**JWK, "alg": "ES256"},
        {**JWK, "x": f"{JWK['x']}\x00"},
        {**JWK, "kid": "a\x00b"},
        {**ECKey.generate_key("P-256").as_dict(private=False), "kid": KEY.kid},
        {"kty": "oct", "k": "c2VjcmV0", "kid": KEY.kid},
        "not a key",
    ],
)
async def test_keys_that_no_client_may_sign_with_are_left_out_of_a_set(scene: Scene, jwk: Any) -> None:
    good = new_key()
    scene.server.fail(200, httpx.Response(200, json={"keys": [jwk, good.as_dict(private=False)]}).content)
    partner = await scene.register()
    assert not await scene.signs_in(partner, KEY)
    assert await scene.signs_in(partner, good)


async def test_an_assertion_must_name_its_key(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    refused = await scene.ask(partner, key, kid=None)
    assert "must name its key by `kid`" in refused.json()["error_description"]
    assert scene.server.asked == []


async def test_another_partners_key_of_the_same_name_proves_nothing(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    other = ECKey.generate_key("P-384", parameters={"kid": str(key.kid)})
    refused = await scene.ask(partner, other)
    assert refused.status_code == 401
    assert await scene.signs_in(partner, key)


async def test_an_address_waits_for_a_second_person_who_sees_what_is_published_there(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register(awaits_approval=True, **RUDI)
    assert (partner.answer["asked_by"], partner.answer["asked_by_name"]) == ("oidc:rudi", "Rudi Hartono")
    assert not await scene.signs_in(partner, key)
    assert scene.server.asked == []
    (credential,) = partner.answer["credentials"]
    place = f"{partner.client_id}/credentials/{credential['id']}"
    for _ in range(2):
        read = (await scene.post(f"{place}/reading", DEWI)).json()["credentials"][0]
        assert read["key_set"]["keys"] == [{"kid": key.kid, "thumbprint": key.thumbprint()}]
    assert len(scene.server.asked) == 1
    assert (await scene.post(f"{partner.client_id}/approval", DEWI)).json()["status"] == "active"
    assert await scene.signs_in(partner, key)
    (row,) = (await scene.hub.audit(object_id=credential["id"], action="credential.read-keys"))[:1]
    assert row["officer"] == "oidc:dewi"


async def test_another_address_is_another_credential_that_waits_again(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    assert await scene.signs_in(partner, key)
    async with key_server() as elsewhere:
        other = new_key()
        elsewhere.publish(other)
        body = {"jwks_uri": elsewhere.url, "awaits_approval": True, **RUDI}
        added = (await scene.post(f"{partner.client_id}/credentials", body)).json()
        assert (added["form"], added["status"]) == ("key-set", "requested")
        scene.clock.advance(timedelta(minutes=1))
        assert not await scene.signs_in(partner, other)
        assert elsewhere.asked == []
        place = f"{partner.client_id}/credentials/{added['id']}"
        assert (await scene.post(f"{place}/approval", RUDI)).json()["code"] == "approval.same-person"
        assert (await scene.post(f"{place}/approval", DEWI)).status_code == 200
        third = await scene.post(f"{partner.client_id}/credentials", {"jwks_uri": scene.server.url})
        assert (third.status_code, third.json()["code"]) == (409, "credential.too-many")
        old = f"{partner.client_id}/credentials/{partner.answer['credentials'][0]['id']}/retirement"
        unread = await scene.post(old, {})
        assert unread.json()["code"] == "credential.last", "nothing was ever read at the new address"
        assert await scene.signs_in(partner, other)
        assert (await scene.post(old, {})).status_code == 200
        assert await scene.signs_in(partner, other)
        assert not await scene.signs_in(partner, key)


async def test_two_processes_read_an_address_once_between_them(scene: Scene, settings: PartnersSettings) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    async with running(settings, clock=scene.clock) as second:
        there = Scene(second, scene.clock, scene.server, scene.operator)
        await asyncio.gather(scene.ask(partner, key), there.ask(partner, key))
        assert len(scene.server.asked) == 1
        assert await there.signs_in(partner, key)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"jwks_uri": None}, {"/public_jwk"}),
        ({"public_jwk": JWK}, {"/jwks_uri"}),
        ({"jwks_uri": "ftp://keys.example.com/"}, {"/jwks_uri"}),
        ({"jwks_uri": "https://user:secret@keys.example.com/"}, {"/jwks_uri"}),
        ({"jwks_uri": "https://keys.example.com/#keys"}, {"/jwks_uri"}),
        ({"jwks_uri": "x" * 2_001}, {"/jwks_uri", "/public_jwk"}),
    ],
)
async def test_an_address_that_does_not_fit_is_refused(
    scene: Scene, changes: dict[str, Any], pointers: set[str]
) -> None:
    body = {"kind": "employer", "org": "employer:1", "name": "A", "jwks_uri": scene.server.url, **changes}
    answer = await scene.hub.http.post("/v1/clients", json=body, headers=scene.operator)
    assert (answer.status_code, {error["pointer"] for error in answer.json()["errors"]}) == (422, pointers)


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example.com/jwks.json",
        "https://10.0.0.8/jwks.json",
        "https://[::1]/jwks.json",
        "https://localhost/jwks.json",
        "https://keys.example.com:6379/",
    ],
)
async def test_production_takes_public_https_alone(settings: PartnersSettings, url: str) -> None:
    async with running(settings.model_copy(update={"profile": "production"})) as hub:
        body = {"kind": "employer", "org": "employer:1", "name": "A", "jwks_uri": url}
        answer = await hub.http.post("/v1/clients", json=body, headers=await hub.as_operator())
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/jwks_uri"]


async def test_nothing_is_read_for_who_is_not_let_in(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    await scene.hub.http.delete(f"/v1/clients/{partner.client_id}", headers=scene.operator)
    assert not await scene.signs_in(partner, key)
    place = f"{partner.client_id}/credentials/{partner.answer['credentials'][0]['id']}/reading"
    assert (await scene.post(place, {})).json()["code"] == "credential.ended"
    assert scene.server.asked == []


async def test_only_an_address_is_read(scene: Scene) -> None:
    partner = await scene.register(jwks_uri=None, public_jwk=JWK)
    place = f"{partner.client_id}/credentials/{partner.answer['credentials'][0]['id']}/reading"
    assert (await scene.post(place, {})).status_code == 404


async def test_a_reading_whose_process_died_is_done_again_after_a_minute(scene: Scene) -> None:
    key = new_key()
    scene.server.publish(key)
    partner = await scene.register()
    async with scene.hub.database.system_transaction() as transaction:
        await transaction.driver.execute(
            "UPDATE client_credential SET keys_tried_at = $1 WHERE client_id = $2", scene.clock.now(), partner.client_id
        )
    assert not await scene.signs_in(partner, key)
    assert scene.server.asked == []
    scene.clock.advance(timedelta(minutes=1))
    assert await scene.signs_in(partner, key)
