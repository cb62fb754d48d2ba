"""Where everything needs a second person: no key of an operator lets anybody in alone, whatever it says."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from services.partners.settings import PartnersSettings
from shared.sealing.secrets_folder import OPERATOR_CLIENT_ID
from tests.integration.partners.conftest import Hub, Partner, running, unused_org

RUDI: dict[str, Any] = {"officer": {"id": "oidc:rudi"}}
DEWI: dict[str, Any] = {"officer": {"id": "oidc:dewi"}}
SOON, LATER = "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


@pytest_asyncio.fixture
async def hub(settings: PartnersSettings) -> AsyncIterator[Hub]:
    async with running(settings.model_copy(update={"second_person": "always"})) as hub:
        yield hub


async def post(hub: Hub, path: str, body: dict[str, Any], operator: Partner | None = None) -> httpx.Response:
    token = (await hub.token(operator or hub.operator)).json()["access_token"]
    return await hub.http.post(f"/v1/clients/{path}", json=body, headers={"Authorization": f"Bearer {token}"})


async def second_operator(hub: Hub, settings: PartnersSettings) -> Partner:
    """Another operator's client, let in before the setting was made."""
    async with running(settings) as before:
        return await before.register("operator", unused_org("operator"))


async def test_what_an_operators_key_registers_waits_though_it_did_not_ask_to(
    hub: Hub, settings: PartnersSettings
) -> None:
    other = await second_operator(hub, settings)
    partner = await hub.register("employer", unused_org("employer"))
    assert partner.answer["status"] == "requested"
    assert (await hub.token(partner)).status_code == 401
    approved = await post(hub, f"{partner.client_id}/approval", {}, other)
    assert (approved.json()["status"], approved.json()["approved_by"]) == ("active", other.client_id)
    assert (await hub.token(partner)).status_code == 200


async def test_one_key_is_one_person_whatever_officers_it_names(hub: Hub) -> None:
    partner = await hub.register("employer", unused_org("employer"), **RUDI)
    assert partner.answer["asked_by"] == OPERATOR_CLIENT_ID
    refused = await post(hub, f"{partner.client_id}/approval", DEWI)
    assert (refused.status_code, refused.json()["code"]) == (409, "approval.same-person")
    added = (await post(hub, f"{partner.client_id}/credentials", {"jwks_uri": "https://k.example/"} | RUDI)).json()
    assert added["status"] == "requested"
    place = f"{partner.client_id}/credentials/{added['id']}/approval"
    assert (await post(hub, place, DEWI)).json()["code"] == "approval.same-person"


async def test_a_console_that_is_named_tells_two_people_apart(settings: PartnersSettings) -> None:
    told = {"second_person": "always", "officers_told_by": (OPERATOR_CLIENT_ID,)}
    async with running(settings.model_copy(update=told)) as hub:
        partner = await hub.register("employer", unused_org("employer"), **RUDI)
        assert (await post(hub, f"{partner.client_id}/approval", RUDI)).status_code == 409
        assert (await post(hub, f"{partner.client_id}/approval", DEWI)).json()["approved_by"] == "oidc:dewi"


async def test_an_end_is_brought_forward_alone_and_never_put_off(hub: Hub, settings: PartnersSettings) -> None:
    other = await second_operator(hub, settings)
    partner = await hub.register("employer", unused_org("employer"), expires_at=SOON)
    await post(hub, f"{partner.client_id}/approval", {}, other)
    place = f"{partner.client_id}/credentials/{partner.answer['credentials'][0]['id']}/expiry"
    later = await post(hub, place, {"expires_at": LATER})
    assert (later.status_code, later.json()["code"]) == (409, "approval.required")
    sooner = await post(hub, place, {"expires_at": "2097-01-01T00:00:00Z"})
    assert sooner.json()["credentials"][0]["expires_at"].startswith("2097")


async def test_an_approval_covers_what_was_looked_at_and_nothing_added_since(
    hub: Hub, settings: PartnersSettings
) -> None:
    other = await second_operator(hub, settings)
    partner = await hub.register("employer", unused_org("employer"))
    seen = [each["id"] for each in partner.answer["credentials"]]
    await post(hub, f"{partner.client_id}/credentials", {"jwks_uri": "https://evil.example/"})
    approved = await post(hub, f"{partner.client_id}/approval", {"credentials": seen}, other)
    assert [each["status"] for each in approved.json()["credentials"]] == ["active", "requested"]
