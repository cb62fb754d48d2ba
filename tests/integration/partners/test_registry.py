"""The registry: operators register, look at and revoke clients, and the other services hear of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey
from openapi_spec_validator import validate

from services.partners.adapters.assertion_purge import AssertionPurge
from services.partners.settings import PartnersSettings
from shared.clock import FixedClock, SystemClock
from shared.events import decode
from shared.events.partner import PartnerFacts
from shared.postgres.database import Database
from shared.sealing import load_secrets
from shared.web.signatures import unverified
from tests.integration.partners.conftest import Hub, running, unused_org
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.routes import assert_every_route_declares_its_scope

JWK = ECKey.generate_key("P-384", parameters={"kid": "k"}).as_dict(private=False)
KINDS = [
    ("employer", "employer", None),
    ("hospital", "hospital", "3671"),
    ("bpjs-verifier", "bpjs", None),
    ("bpjs-core", "bpjs", None),
    ("channel", "channel", None),
    ("auditor", "auditor", None),
    ("operator", "operator", None),
]


@pytest.mark.parametrize(("kind", "prefix", "region"), KINDS)
async def test_a_client_of_each_kind_can_be_registered_and_gets_its_scopes(
    hub: Hub, kind: str, prefix: str, region: str | None
) -> None:
    partner = await hub.register(kind, unused_org(prefix), region_code=region)
    answer = partner.answer
    assert answer.keys() >= {"client_id", "org", "kind", "scopes", "client_secret"}
    assert (answer["client_secret"] is not None) is (kind == "hospital")
    token = await hub.token(partner)
    assert token.json()["scope"].split() == answer["scopes"]


async def test_each_call_makes_a_new_client_of_one_organisation(hub: Hub) -> None:
    org = unused_org("bpjs")
    first, second = await hub.register("bpjs-verifier", org), await hub.register("bpjs-core", org)
    assert first.client_id != second.client_id
    organisation = await find_organisation(hub, org)
    assert (organisation["kinds"], organisation["client_count"], organisation["version"]) == (
        ["bpjs-core", "bpjs-verifier"],
        2,
        2,
    )


async def test_a_test_client_stands_beside_the_real_organisation_and_its_tokens_say_so(hub: Hub) -> None:
    org = unused_org("employer")
    real, trial = await hub.register("employer", org), await hub.register("employer", org, test=True)
    assert (real.answer["org"], real.answer["test"]) == (org, False)
    assert (trial.answer["org"], trial.answer["test"]) == (f"{org}~test", True)
    for partner, is_test in ((real, None), (trial, True)):
        claims = unverified((await hub.token(partner)).json()["access_token"])[1]
        assert (claims["org"], claims.get("test")) == (partner.answer["org"], is_test)
    assert [each["client_id"] for each in await clients_of(hub, f"{org}~test")] == [trial.client_id]
    assert (await find_organisation(hub, org))["client_count"] == 1
    refused = await hub.http.post(
        "/v1/clients",
        json={"kind": "bpjs-core", "org": "bpjs:core", "name": "Core", "public_jwk": JWK, "test": True},
        headers=await hub.as_operator(),
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/test")


async def find_organisation(hub: Hub, org: str) -> dict[str, Any]:
    headers, cursor = await hub.as_operator(), None
    while True:
        parameters = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await hub.http.get("/v1/orgs", params=parameters, headers=headers)).json()
        for item in page["items"]:
            if item["org"] == org:
                return dict(item)
        cursor = page["next_cursor"]
        assert cursor, "the organisation is not listed"


async def test_the_same_organisation_registered_many_times_at_once_counts_every_client(hub: Hub) -> None:
    org = unused_org("employer")
    await asyncio.gather(*(hub.register("employer", org) for _ in range(6)))
    organisation = await find_organisation(hub, org)
    assert (organisation["client_count"], organisation["version"]) == (6, 6)


async def partner_events(hub: Hub, settings: PartnersSettings, org: str, count: int) -> list[PartnerFacts]:
    sealer = load_secrets(settings.secrets_dir).sealer

    def published() -> list[PartnerFacts]:
        found = []
        for record in hub.bus.records("jkk.partners"):
            if record.key == org:
                facts = decode(record.headers, record.value, sealer, key=record.key).facts
                assert isinstance(facts, PartnerFacts)
                found.append(facts)
        return found if len(found) >= count else []

    return await eventually(published)


async def test_the_other_services_hear_how_the_organisation_stands(hub: Hub, settings: PartnersSettings) -> None:
    org = unused_org("hospital")
    first = await hub.register("hospital", org, name="RS Contoh", region_code="3671")
    await hub.register("hospital", org, name="RS Contoh, second bridge")
    for client_id in (first.client_id, (await clients_of(hub, org))[1]["client_id"]):
        answer = await hub.http.delete(f"/v1/clients/{client_id}", headers=await hub.as_operator())
        assert (answer.status_code, answer.json()["status"]) == (200, "revoked")
    events = await partner_events(hub, settings, org, 4)
    assert [event.version for event in events] == [1, 2, 3, 4]
    assert [event.status.value for event in events] == ["active", "active", "active", "suspended"]
    assert {(event.organisation_name, event.region_code) for event in events} == {("RS Contoh", "3671")}
    assert [len(event.kinds) for event in events] == [1, 1, 1, 0]


async def clients_of(hub: Hub, org: str) -> list[dict[str, Any]]:
    answer = await hub.http.get("/v1/clients", params={"org": org}, headers=await hub.as_operator())
    return list(answer.json()["items"])


async def test_the_region_of_a_disnaker_is_its_province(hub: Hub, settings: PartnersSettings) -> None:
    await hub.register("disnaker", "disnaker:36")
    assert (await find_organisation(hub, "disnaker:36"))["region_code"] == "36"


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"kind": "sorcerer"}, {"/kind"}),
        ({"kind": None, "org": None}, {"/kind", "/org"}),
        ({"name": ""}, {"/name"}),
        ({"name": "   "}, {"/name"}),
        ({"name": "a\nb"}, {"/name"}),
        ({"name": "x" * 201}, {"/name"}),
        ({"admin": True}, {"/admin"}),
        ({"org": "hospital:1"}, {"/org"}),
        ({"org": "employer:1/2"}, {"/org"}),
        ({"region_code": "3671"}, {"/region_code"}),
        ({"public_jwk": {}}, {"/public_jwk"}),
        ({"public_jwk": "x"}, {"/public_jwk"}),
        ({"public_jwk": {**JWK, "d": "AA"}}, {"/public_jwk"}),
        ({"org": "x", "region_code": "99", "public_jwk": {}}, {"/org", "/region_code", "/public_jwk"}),
    ],
)
async def test_a_registration_that_does_not_fit_is_refused_naming_everything(
    hub: Hub, changes: dict[str, Any], pointers: set[str]
) -> None:
    body = {"kind": "employer", "org": "employer:1", "name": "A", "region_code": None, "public_jwk": JWK, **changes}
    answer = await hub.http.post("/v1/clients", json=body, headers=await hub.as_operator())
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers


async def test_missing_members_are_named_together(hub: Hub) -> None:
    answer = await hub.http.post("/v1/clients", json={}, headers=await hub.as_operator())
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/kind", "/org", "/name", "/public_jwk"}


async def test_a_client_can_be_read_and_listed_without_anything_secret(hub: Hub) -> None:
    org = unused_org("hospital")
    registered = [await hub.register("hospital", org) for _ in range(3)]
    headers = await hub.as_operator()
    read = await hub.http.get(f"/v1/clients/{registered[0].client_id}", headers=headers)
    assert read.json()["org"] == org
    assert not {"client_secret", "public_jwk", "secret_sha256"} & read.json().keys()
    seen: list[str] = []
    parameters = {"org": org, "limit": "2"}
    while True:
        page = (await hub.http.get("/v1/clients", params=parameters, headers=headers)).json()
        seen += [item["client_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        parameters["cursor"] = page["next_cursor"]
    assert seen == [partner.client_id for partner in registered]
    actions = [row["action"] for row in await hub.audit(client_id=hub.operator.client_id)]
    assert {"client.register", "client.read", "client.list", "token.issue"} <= set(actions)


@pytest.mark.parametrize("path", ["/v1/clients?limit=0", "/v1/clients?limit=201", "/v1/clients?cursor=%00"])
async def test_odd_paging_is_refused(hub: Hub, path: str) -> None:
    assert (await hub.http.get(path, headers=await hub.as_operator())).status_code == 422


async def test_a_forged_cursor_is_refused(hub: Hub) -> None:
    for cursor in ("WyJhXHUwMDAwIl0", "e30", "WzFd", "!!"):
        answer = await hub.http.get("/v1/clients", params={"cursor": cursor}, headers=await hub.as_operator())
        assert answer.status_code == 422, cursor


async def test_an_unknown_client_is_not_found(hub: Hub) -> None:
    headers = await hub.as_operator()
    for method in ("GET", "DELETE"):
        answer = await hub.http.request(method, "/v1/clients/nobody", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "client.unknown")


async def test_revoking_twice_is_the_same_as_once(hub: Hub) -> None:
    partner = await hub.register("employer", unused_org("employer"))
    headers = await hub.as_operator()
    first = await hub.http.delete(f"/v1/clients/{partner.client_id}", headers=headers)
    second = await hub.http.delete(f"/v1/clients/{partner.client_id}", headers=headers)
    assert first.json() == second.json()
    rows = await hub.audit(object_id=partner.client_id, action="client.revoke")
    assert len(rows) == 1


async def test_the_last_operator_cannot_be_revoked(hub: Hub) -> None:
    headers = await hub.as_operator()
    operators = [c for c in (await all_clients(hub)) if c["kind"] == "operator" and c["status"] == "active"]
    for client in operators:
        if client["client_id"] != hub.operator.client_id:
            await hub.http.delete(f"/v1/clients/{client['client_id']}", headers=headers)
    answer = await hub.http.delete(f"/v1/clients/{hub.operator.client_id}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "client.last-operator")
    assert (await hub.token(hub.operator)).status_code == 200


async def all_clients(hub: Hub) -> list[dict[str, Any]]:
    answer = await hub.http.get("/v1/clients", params={"limit": "200"}, headers=await hub.as_operator())
    return list(answer.json()["items"])


async def test_a_partner_has_no_business_in_the_registry(hub: Hub) -> None:
    partner = await hub.register("employer", unused_org("employer"))
    headers = {"Authorization": f"Bearer {(await hub.token(partner)).json()['access_token']}"}
    for method, path in [
        ("POST", "/v1/clients"),
        ("GET", "/v1/clients"),
        ("GET", f"/v1/clients/{partner.client_id}"),
        ("DELETE", f"/v1/clients/{partner.client_id}"),
        ("GET", "/v1/orgs"),
    ]:
        assert (await hub.http.request(method, path)).status_code == 401
        assert (await hub.http.request(method, path, headers=headers)).status_code == 403


async def test_every_route_declares_its_scope(hub: Hub) -> None:
    assert_every_route_declares_its_scope(hub.service.app)


async def test_the_service_becomes_ready(hub: Hub) -> None:
    async def ready() -> bool:
        return (await hub.http.get("/readyz")).status_code == 200

    await eventually(ready)


async def test_starting_again_keeps_the_first_operator_as_it_is(hub: Hub, settings: PartnersSettings) -> None:
    async with running(settings) as again:
        assert (await again.token(again.operator)).status_code == 200
        rows = await again.audit(object_id=again.operator.client_id, action="client.register")
    assert len(rows) == 1


async def test_row_level_security_hides_other_organisations(hub: Hub, place: ServiceDatabase) -> None:
    mine, other = unused_org("employer"), unused_org("employer")
    for org in (mine, other):
        await hub.register("employer", org)
    database = Database(place.url, service="partners", pool_size=1)
    try:
        async with database.transaction(mine) as transaction:
            for table in ("organisation", "client"):
                rows = await transaction.driver.fetch(f"SELECT DISTINCT org FROM {table}")
                assert [row["org"] for row in rows] == [mine]
    finally:
        await database.close()


async def test_assertions_are_forgotten_after_they_expire(hub: Hub, settings: PartnersSettings) -> None:
    await hub.token(hub.operator)
    purge = next(part for part in hub.service.components if isinstance(part, AssertionPurge))
    assert await purge.purge() == 0
    later = FixedClock(SystemClock().now() + timedelta(minutes=10))
    async with running(settings, clock=later) as tomorrow:
        purge = next(part for part in tomorrow.service.components if isinstance(part, AssertionPurge))

        async def empty() -> bool:
            await purge.purge()
            async with hub.database.system_transaction() as transaction:
                return not await transaction.driver.fetch("SELECT 1 FROM spent_assertion")

        await eventually(empty)


async def test_with_an_external_issuer_no_tokens_are_issued_here(settings: PartnersSettings) -> None:
    external = settings.model_copy(update={"issuer": "http://keycloak.test/realms/jkk"})
    async with running(external) as hub:
        for path in ("/oauth2/token", "/.well-known/openid-configuration", "/.well-known/jwks.json"):
            assert (await hub.http.get(path)).status_code == 401


async def test_the_operator_sees_what_waits_to_be_published(hub: Hub) -> None:
    headers = await hub.as_operator()
    outbox = await hub.http.get("/v1/operations/outbox", headers=headers)
    assert outbox.json().keys() == {"unsent", "oldest_unsent_seconds"}
    letters = await hub.http.get("/v1/operations/dead-letters", headers=headers)
    assert letters.json() == {"items": [], "next_cursor": None}


async def test_the_openapi_is_valid_and_its_example_is_accepted(hub: Hub) -> None:
    schema = (await hub.http.get("/openapi.json")).json()
    validate(schema)
    for example in schema["components"]["schemas"]["NewClient"]["examples"]:
        answer = await hub.http.post("/v1/clients", json=example, headers=await hub.as_operator())
        assert answer.status_code == 201, answer.text
