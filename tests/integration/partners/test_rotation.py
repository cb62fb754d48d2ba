"""Clients that wait for a second person, and credentials that are exchanged without a gap."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from services.partners.settings import PartnersSettings
from shared.clock import FixedClock, SystemClock
from tests.integration.partners.conftest import Hub, Partner, running, unused_org

RUDI, DEWI = {"officer": {"id": "oidc:rudi"}}, {"officer": {"id": "oidc:dewi", "name": "Dewi Lestari"}}


async def post(hub: Hub, path: str, body: dict[str, Any]) -> httpx.Response:
    return await hub.http.post(f"/v1/clients/{path}", json=body, headers=await hub.as_operator())


async def asked_for(hub: Hub, kind: str = "employer", **members: Any) -> Partner:
    return await hub.register(kind, unused_org(kind), awaits_approval=True, officer=RUDI["officer"], **members)


async def added(hub: Hub, partner: Partner, **members: Any) -> tuple[Partner, dict[str, Any]]:
    """The same client with a further key, and what the registry answered."""
    key = ECKey.generate_key("P-384", parameters={"kid": f"key-{members.get('expires_at', 'second')}"})
    answer = await post(hub, f"{partner.client_id}/credentials", {"public_jwk": key.as_dict(private=False), **members})
    assert answer.status_code == 201, answer.text
    return Partner(partner.client_id, key), answer.json()


async def signs_in(hub: Hub, partner: Partner) -> bool:
    return (await hub.token(partner)).status_code == 200


async def orgs(hub: Hub) -> set[str]:
    page = await hub.http.get("/v1/orgs", params={"limit": "200"}, headers=await hub.as_operator())
    return {each["org"] for each in page.json()["items"]}


async def test_a_client_counts_when_a_second_person_has_approved_it(hub: Hub) -> None:
    partner = await asked_for(hub, "hospital", region_code="3671")
    assert partner.answer["status"] == "requested"
    assert "waits for approval" in (await hub.token(partner)).json()["error_description"]
    assert partner.answer["org"] not in await orgs(hub)
    same = await post(hub, f"{partner.client_id}/approval", RUDI)
    assert (same.status_code, same.json()["code"]) == (409, "approval.same-person")
    approved = await post(hub, f"{partner.client_id}/approval", DEWI)
    assert (approved.json()["status"], approved.json()["approved_by"]) == ("active", "oidc:dewi")
    assert {each["status"] for each in approved.json()["credentials"]} == {"active"}
    assert await signs_in(hub, partner)
    assert partner.answer["org"] in await orgs(hub)
    again = await post(hub, f"{partner.client_id}/approval", DEWI)
    assert again.json()["approved_at"] == approved.json()["approved_at"]
    (row,) = await hub.audit(object_id=partner.client_id, action="client.approve")
    assert row["officer"] == "oidc:dewi"


async def test_a_client_that_is_declined_never_was(hub: Hub) -> None:
    partner = await asked_for(hub)
    declined = await hub.http.delete(f"/v1/clients/{partner.client_id}", headers=await hub.as_operator())
    assert declined.json()["status"] == "revoked"
    assert partner.answer["org"] not in await orgs(hub)
    late = await post(hub, f"{partner.client_id}/approval", DEWI)
    assert (late.status_code, late.json()["code"]) == (409, "client.revoked")


async def test_what_waits_changes_nothing_of_an_organisation_that_exists(hub: Hub) -> None:
    first = await hub.register("hospital", unused_org("hospital"), region_code="3671", name="RS Contoh")
    org = first.answer["org"]
    await hub.register("hospital", org, region_code="3171", name="RS Palsu", awaits_approval=True)
    page = await hub.http.get("/v1/orgs", params={"limit": "200"}, headers=await hub.as_operator())
    (found,) = [each for each in page.json()["items"] if each["org"] == org]
    assert (found["region_code"], found["name"], found["version"]) == ("3671", "RS Contoh", 1)


async def test_two_keys_count_beside_each_other_until_the_old_one_is_retired(hub: Hub) -> None:
    old = await hub.register("employer", unused_org("employer"))
    new, _ = await added(hub, old)
    assert await signs_in(hub, old)
    assert await signs_in(hub, new)
    (first, second) = (await client(hub, old))["credentials"]
    place = f"{old.client_id}/credentials"
    assert (await post(hub, f"{place}/{first['id']}/retirement", {})).status_code == 200
    assert not await signs_in(hub, old)
    assert await signs_in(hub, new)
    last = await post(hub, f"{place}/{second['id']}/retirement", {})
    assert (last.status_code, last.json()["code"]) == (409, "credential.last")


async def client(hub: Hub, partner: Partner) -> dict[str, Any]:
    answer = await hub.http.get(f"/v1/clients/{partner.client_id}", headers=await hub.as_operator())
    return dict(answer.json())


async def test_a_key_that_waits_for_approval_proves_nothing(hub: Hub) -> None:
    old = await hub.register("employer", unused_org("employer"))
    new, answer = await added(hub, old, awaits_approval=True, **RUDI)
    assert (answer["status"], await signs_in(hub, new)) == ("requested", False)
    place = f"{old.client_id}/credentials/{answer['id']}/approval"
    assert (await post(hub, place, RUDI)).json()["code"] == "approval.same-person"
    assert (await post(hub, place, DEWI)).status_code == 200
    assert await signs_in(hub, new)


async def test_nothing_of_a_revoked_client_is_approved_added_or_ended(hub: Hub) -> None:
    partner = await hub.register("employer", unused_org("employer"))
    _, waiting = await added(hub, partner, awaits_approval=True, **RUDI)
    await hub.http.delete(f"/v1/clients/{partner.client_id}", headers=await hub.as_operator())
    one = f"credentials/{waiting['id']}"
    for path, body in (
        ("approval", DEWI),
        (f"{one}/approval", DEWI),
        ("credentials", {"public_jwk": partner.key.as_dict(private=False)}),
        (f"{one}/retirement", {}),
    ):
        late = await post(hub, f"{partner.client_id}/{path}", body)
        assert (late.status_code, late.json()["code"]) == (409, "client.revoked")
        nobody = await post(hub, f"nobody/{path}", body)
        assert (nobody.status_code, nobody.json()["code"]) == (404, "client.unknown")


async def test_a_hospital_gets_a_second_secret_and_nobody_else_gets_one(hub: Hub) -> None:
    hospital = await hub.register("hospital", unused_org("hospital"))
    fresh = (await post(hub, f"{hospital.client_id}/credentials", {})).json()["client_secret"]
    for secret in (hospital.answer["client_secret"], fresh):
        form = {"grant_type": "client_credentials", "client_id": hospital.client_id, "client_secret": secret}
        assert (await hub.http.post("/oauth2/token", data=form)).status_code == 200
    employer = await hub.register("employer", unused_org("employer"))
    refused = await post(hub, f"{employer.client_id}/credentials", {})
    assert (refused.status_code, refused.json()["code"]) == (422, "credential.kind")


async def test_a_credential_ends_on_its_day_and_is_warned_about_before(hub: Hub, settings: PartnersSettings) -> None:
    end = SystemClock().now() + timedelta(days=10)
    old = await hub.register("employer", unused_org("employer"))
    new, answer = await added(hub, old, expires_at=end.isoformat())
    assert (answer["ends_soon"], await signs_in(hub, new)) == (True, True)
    async with running(settings, clock=FixedClock(end)) as then:
        soon = int(end.timestamp())
        form = new.form(client_assertion=new.assertion(iat=soon, exp=soon + 60))
        refused = await then.http.post("/oauth2/token", data=form)
        assert refused.status_code == 401
        form = old.form(client_assertion=old.assertion(iat=soon, exp=soon + 60))
        assert (await then.http.post("/oauth2/token", data=form)).status_code == 200
        form = then.operator.form(client_assertion=then.operator.assertion(iat=soon, exp=soon + 60))
        token = (await then.http.post("/oauth2/token", data=form)).json()["access_token"]
        shown = await then.http.get(f"/v1/clients/{old.client_id}", headers={"Authorization": f"Bearer {token}"})
        assert [each["status"] for each in shown.json()["credentials"]] == ["active", "expired"]


async def test_the_last_credential_may_be_given_an_end_however_near_and_a_later_one_until_then(
    hub: Hub, settings: PartnersSettings
) -> None:
    partner = await hub.register("employer", unused_org("employer"))
    place = f"{partner.client_id}/credentials/{partner.answer['credentials'][0]['id']}/expiry"
    clock = FixedClock(SystemClock().now())
    async with running(settings, clock=clock) as then:
        near, later = clock.now() + timedelta(seconds=1), clock.now() + timedelta(days=1)
        for end in (near, later, near):
            given = await post(then, place, {"expires_at": end.isoformat()})
            (credential,) = given.json()["credentials"]
            assert (given.status_code, credential["status"], credential["ends_soon"]) == (200, "active", True)
        clock.advance(timedelta(seconds=1))
        assert not await signs_in(then, partner)
        # Over is over: it is not called back, another one is added.
        (credential,) = (await post(then, place, {"expires_at": later.isoformat()})).json()["credentials"]
        assert credential["status"] == "expired"
        other, _ = await added(then, partner)
        assert await signs_in(then, other)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"public_jwk": {}}, "/public_jwk"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"officer": {}}, "/officer/id"),
    ],
)
async def test_a_credential_that_does_not_fit_is_refused(hub: Hub, body: dict[str, Any], pointer: str) -> None:
    hospital = await hub.register("hospital", unused_org("hospital"))
    answer = await post(hub, f"{hospital.client_id}/credentials", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_client_holds_no_more_than_ten(hub: Hub) -> None:
    hospital = await hub.register("hospital", unused_org("hospital"))
    answers = [await post(hub, f"{hospital.client_id}/credentials", {}) for _ in range(9)]
    assert [answer.status_code for answer in answers] == [201] * 8 + [409]
