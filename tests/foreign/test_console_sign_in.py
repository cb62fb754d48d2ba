"""People sign in to the console through an OpenID provider that others wrote: npm's oidc-provider."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.verification.settings import VerificationSettings
from services.verification.wiring import build
from shared.kafka.in_memory import InMemoryBus
from shared.sealing import create_secrets
from tests.foreign.node_programs import Node
from tests.support.databases import service_database
from tests.support.servers import PostgresServer

HUB = "http://verification.test"
CALLBACK = f"{HUB}/console/callback"
_PEOPLE = {
    "dewi": {"name": "Dewi Lestari", "roles": ["verifier"]},
    "agus": {"name": "Agus Salim", "roles": ["auditor", "something-else"]},
    "tamu": {"name": "Tamu", "roles": []},
}
_CLIENT = {"redirect_uris": [CALLBACK], "grant_types": ["authorization_code"], "response_types": ["code"]}
_CLIENTS = [
    {**_CLIENT, "client_id": "simpul-console", "token_endpoint_auth_method": "none"},
    {**_CLIENT, "client_id": "confidential", "client_secret": "rahasia/+ sekali"},
]
_STEPS_MAX = 15


@pytest.fixture(scope="module")
def provider(node: Node) -> Iterator[str]:
    """Its issuer."""
    with node.serving("oidc-provider.mjs", {"clients": _CLIENTS, "people": _PEOPLE}) as said:
        yield str(said["issuer"])


class Browser:
    """Follows redirects between the hub and the provider with its cookies, and fills in the provider's forms."""

    def __init__(self, http: httpx.AsyncClient, person: str) -> None:
        self.http = http
        self.person = person
        self.visited: list[httpx.URL] = []

    async def open(self, url: str) -> httpx.Response:
        """The page where it ends: one of the hub's."""
        answer = await self.http.get(url)
        for _ in range(_STEPS_MAX):
            self.visited.append(answer.request.url)
            if answer.is_redirect:
                answer = await self.http.get(answer.request.url.join(answer.headers["location"]))
            elif str(answer.request.url).startswith(HUB):
                return answer
            else:
                answer = await self._filled_in(answer)
        raise AssertionError(f"no end of it: {self.visited}")

    async def _filled_in(self, page: httpx.Response) -> httpx.Response:
        action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
        assert action is not None, page.text
        assert prompt is not None, page.text
        form = {"prompt": prompt[1], "login": self.person, "password": "whatever it takes"}
        return await self.http.post(page.request.url.join(action[1]), data=form)


@asynccontextmanager
async def console(postgres: PostgresServer, folder: Path, issuer: str, **settings: Any) -> AsyncIterator[Any]:
    """Makes browsers of people, before a verification service that signs people in at this provider."""
    create_secrets(folder, {})
    async with service_database(postgres.url, "verification") as database:
        told = VerificationSettings(
            profile="local",
            port=1,
            public_url=HUB,
            issuer="http://issuer.test",
            database_url=database.url,
            kafka_bootstrap="nowhere:1",
            secrets_dir=folder,
            database_pool_size=4,
            console_issuer=issuer,
            **settings,
        )
        service = build(told, bus=InMemoryBus())
        mounts = {HUB: httpx.ASGITransport(service.app, raise_app_exceptions=False)}
        browsers: list[httpx.AsyncClient] = []

        def browser(person: str) -> Browser:
            browsers.append(httpx.AsyncClient(mounts=mounts, timeout=20))
            return Browser(browsers[-1], person)

        async with service.app.router.lifespan_context(service.app):
            yield browser
            for one in browsers:
                await one.aclose()


@pytest.mark.parametrize("client", _CLIENTS, ids=lambda one: one["client_id"])
async def test_a_verifier_signs_in_and_comes_to_the_page_that_was_asked_for(
    postgres: PostgresServer, tmp_path: Path, provider: str, client: dict[str, Any]
) -> None:
    settings = {"console_client_id": client["client_id"], "console_client_secret": client.get("client_secret")}
    async with console(postgres, tmp_path, provider, **settings) as browser:
        dewi = browser("dewi")
        page = await dewi.open(f"{HUB}/console/sign-in/start?next=/console/unmatched")
        assert page.status_code == 200, page.text
        assert page.request.url.path == "/console/unmatched"
        assert "Dewi Lestari" in page.text
        [asked] = [url for url in dewi.visited if url.path == "/auth"]
        assert asked.params["code_challenge_method"] == "S256"
        assert "whatever" not in str(dewi.visited)


async def test_each_gets_the_role_that_the_provider_tells_and_nobody_without_one_comes_in(
    postgres: PostgresServer, tmp_path: Path, provider: str
) -> None:
    async with console(postgres, tmp_path, provider) as browser:
        agus, tamu = browser("agus"), browser("tamu")
        assert "Agus Salim" in (await agus.open(f"{HUB}/console/sign-in/start")).text
        refused = await tamu.open(f"{HUB}/console/sign-in/start")
        assert refused.status_code == 403
        assert (await tamu.http.get(f"{HUB}/console")).status_code == 303


async def test_nobody_finishes_what_another_began(postgres: PostgresServer, tmp_path: Path, provider: str) -> None:
    async with console(postgres, tmp_path, provider) as browser:
        dewi, agus = browser("dewi"), browser("agus")
        await dewi.open(f"{HUB}/console/sign-in/start")
        [callback] = [url for url in dewi.visited if url.path == "/console/callback"]
        # Once more in the same browser, and in another one: a code works once, and only where it was asked for.
        for one in (dewi, agus):
            assert (await one.http.get(callback)).status_code == 403
        assert (await agus.http.get(f"{HUB}/console")).status_code == 303
