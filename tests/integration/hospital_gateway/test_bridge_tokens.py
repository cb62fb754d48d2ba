"""The token endpoint that hospitals' bridges know, before an issuer of any make."""

from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.hospital_gateway.settings import HospitalGatewaySettings
from services.hospital_gateway.wiring import build
from shared.clock import FixedClock
from shared.kafka.in_memory import InMemoryBus
from tests.integration.hospital_gateway.conftest import PUBLIC_URL
from tests.support.issuer import Issuer, long_ago

PATH = "/oauth2/v1/accesstoken"
FORM = {"client_id": "bridge-1", "client_secret": "s3cret/+"}


class TokenEndpoint:
    """An issuer's token endpoint, which knows one client."""

    def __init__(self, issuer: Issuer, org: str = "hospital:100000401") -> None:
        self.issuer, self.org = issuer, org
        self.away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url == "http://issuer.test/oauth2/token"
        if self.away:
            raise httpx.ConnectError("away", request=request)
        basic = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if basic != "bridge-1:s3cret%2F%2B":
            return httpx.Response(401, json={"error": "invalid_client"})
        token = self.issuer.token(self.org, "system/*.crus", client_id="bridge-1")
        return httpx.Response(200, json={"access_token": token})


@asynccontextmanager
async def gateway(
    settings: HospitalGatewaySettings, clock: FixedClock, org: str = "hospital:100000401"
) -> AsyncIterator[tuple[httpx.AsyncClient, TokenEndpoint]]:
    issuer = Issuer(clock=clock)
    endpoint = TokenEndpoint(issuer, org)
    service = build(
        settings,
        bus=InMemoryBus(),
        clock=clock,
        verifier=issuer.verifier(),
        issuer_transport=httpx.MockTransport(endpoint),
    )
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http,
    ):
        yield http, endpoint


async def ask(http: httpx.AsyncClient, form: dict[str, str], grant: str = "client_credentials") -> httpx.Response:
    return await http.post(PATH, params={"grant_type": grant}, data=form)


async def test_a_bridge_gets_a_token_that_this_gateway_takes_for_an_hour(settings: HospitalGatewaySettings) -> None:
    clock = FixedClock(long_ago())
    async with gateway(settings, clock) as (http, _):
        answer = await ask(http, FORM)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["token_type"], told["expires_in"], told["status"]) == ("BearerToken", "3599", "approved")
        assert told["issued_at"] == str(int(clock.now().timestamp() * 1000))
        assert told["client_id"] == "bridge-1"
        assert answer.headers["cache-control"] == "no-store"
        bearer = {"Authorization": f"Bearer {told['access_token']}"}
        assert (await http.get("/fhir-r4/v1/Patient", headers=bearer)).status_code == 200
        clock.advance(timedelta(seconds=3_598))
        assert (await http.get("/fhir-r4/v1/Patient", headers=bearer)).status_code == 200
        clock.advance(timedelta(seconds=1))
        assert (await http.get("/fhir-r4/v1/Patient", headers=bearer)).status_code == 401


async def test_such_a_token_is_good_nowhere_else(settings: HospitalGatewaySettings) -> None:
    clock = FixedClock(long_ago())
    async with gateway(settings, clock) as (http, endpoint):
        token = (await ask(http, FORM)).json()["access_token"]
        for spoiled in (token[:-3] + "AAA", "jkk.", "jkk.e30", token + "!"):
            answer = await http.get("/fhir/Patient", headers={"Authorization": f"Bearer {spoiled}"})
            assert answer.status_code == 401, spoiled
        with pytest.raises(Exception, match="not accepted"):
            await endpoint.issuer.verifier().verify(token)


@pytest.mark.parametrize(
    ("form", "grant", "status"),
    [
        ({**FORM, "client_secret": "wrong"}, "client_credentials", 401),
        ({**FORM, "client_id": "somebody"}, "client_credentials", 401),
        ({"client_id": "bridge-1"}, "client_credentials", 401),
        ({**FORM, "client_secret": "a\x00b"}, "client_credentials", 401),
        (FORM, "password", 400),
    ],
)
async def test_wrong_credentials_are_told_as_a_fault(
    settings: HospitalGatewaySettings, form: dict[str, str], grant: str, status: int
) -> None:
    async with gateway(settings, FixedClock(long_ago())) as (http, _):
        answer = await ask(http, form, grant)
        assert answer.status_code == status, answer.text
        fault: dict[str, Any] = answer.json()["fault"]
        assert fault["faultstring"]
        assert fault["detail"]["errorcode"].startswith("oauth.v2.")
        assert "s3cret" not in answer.text


async def test_only_hospitals_get_one_and_only_while_the_issuer_answers(settings: HospitalGatewaySettings) -> None:
    async with gateway(settings, FixedClock(long_ago()), "employer:JJ012345") as (http, _):
        assert (await ask(http, FORM)).status_code == 401
    async with gateway(settings, FixedClock(long_ago())) as (http, endpoint):
        endpoint.away = True
        answer = await ask(http, FORM)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "fault" in answer.json()
