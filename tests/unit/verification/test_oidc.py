"""Signing in through an OpenID provider: what is asked, and every answer that signs nobody in."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.verification.adapters.oidc import OidcSignIn, ProviderSettings
from services.verification.application.console_people import SignedIn
from shared.clock import FixedClock
from shared.errors import Forbidden, Unavailable
from shared.sealing import Sealer
from shared.sealing.keyring import Keyring
from shared.web.issuer_keys import FixedKeys
from shared.web.signatures import public_key
from tests.support.issuer import Issuer

PROVIDER, CLIENT = "https://login.test", "simpul-console"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Provider:
    """Answers discovery and the token endpoint; `claims` replaces members of the ID token."""

    def __init__(self, **settings: Any) -> None:
        self.clock = FixedClock(NOW)
        self.issuer = Issuer(PROVIDER, clock=self.clock)
        self.claims: dict[str, Any] = {"roles": ["verifier"], "name": "Dewi Lestari", "sub": "user-1"}
        self.forms: list[dict[str, list[str]]] = []
        self.requests: list[httpx.Request] = []
        self.token_answer: httpx.Response | None = None
        self.nonce = ""
        self.signer = self.issuer
        told = ProviderSettings(
            PROVIDER, CLIENT, settings.get("secret"), "http://hub.test/console/callback",
            settings.get("roles_claim", "roles"), 600,
        )  # fmt: skip
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        keys = FixedKeys([public_key(self.issuer.key.as_dict(private=False))])
        self.sign_in = OidcSignIn(told, http, keys, Sealer(Keyring.generate("data")), self.clock)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/.well-known/openid-configuration":
            found = {name: f"{PROVIDER}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
            return httpx.Response(200, json={"issuer": PROVIDER, **found})
        self.requests.append(request)
        self.forms.append(parse_qs(request.content.decode()))
        if self.token_answer is not None:
            return self.token_answer
        claims = {"aud": CLIENT, "nonce": self.nonce, **self.claims}
        token = self.signer.token("x:y", "", header={"typ": "JWT"}, claims=claims)
        return httpx.Response(200, json={"id_token": token, "token_type": "Bearer"})

    async def attempt(self, goes_to: str = "/console") -> tuple[dict[str, str], str]:
        """What the provider was asked, and the browser's cookie."""
        url, cookie = await self.sign_in.begin(goes_to)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.nonce = asked["nonce"]
        return asked, cookie

    async def person(self) -> SignedIn:
        asked, cookie = await self.attempt()
        person, _ = await self.sign_in.finish(cookie, {"code": "c", "state": asked["state"]})
        return person


async def test_a_person_signs_in_by_code_and_a_proof_that_only_this_hub_has() -> None:
    provider = Provider()
    asked, cookie = await provider.attempt("/console/claims/JKK")
    assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == (
        "code",
        "S256",
        "openid profile",
    )
    answer = {"code": "c", "state": asked["state"], "iss": PROVIDER}
    person, goes_to = await provider.sign_in.finish(cookie, answer)
    assert (person, goes_to) == (SignedIn("user-1", "Dewi Lestari", "verifier"), "/console/claims/JKK")
    verifier = provider.forms[0]["code_verifier"][0]
    assert (
        urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode() == asked["code_challenge"]
    )
    assert verifier not in cookie
    assert "authorization" not in provider.requests[0].headers


async def test_a_secret_is_sent_where_there_is_one() -> None:
    provider = Provider(secret="a b:c")
    await provider.person()
    assert provider.requests[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("claims", "claim", "role"),
    [
        ({"roles": ["verifier", "supervisor"]}, "roles", "supervisor"),
        ({"roles": "auditor other"}, "roles", "auditor"),
        ({"realm_access": {"roles": ["operator"]}}, "realm_access.roles", "operator"),
    ],
)
async def test_a_role_is_read_where_the_settings_say(claims: dict[str, Any], claim: str, role: str) -> None:
    provider = Provider(roles_claim=claim)
    provider.claims.update(claims)
    assert (await provider.person()).role == role


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": ["nurse"]},
        {"roles": None},
        {"sub": ""},
        {"nonce": "another"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "other"], "azp": "other"},
        {"iss": "https://elsewhere.test"},
        {"exp": int((NOW - timedelta(hours=1)).timestamp())},
    ],
)
async def test_a_token_that_does_not_hold_or_names_no_role_signs_nobody_in(claims: dict[str, Any]) -> None:
    provider = Provider()
    provider.claims.update(claims)
    with pytest.raises(Forbidden):
        await provider.person()


async def test_a_token_that_somebody_else_signed_signs_nobody_in() -> None:
    provider = Provider()
    provider.signer = Issuer(PROVIDER, clock=provider.clock)
    with pytest.raises(Forbidden):
        await provider.person()


@pytest.mark.parametrize("answer", [{"state": "other"}, {"iss": "https://elsewhere.test"}, {"error": "access_denied"}])
async def test_an_answer_to_another_attempt_signs_nobody_in(answer: dict[str, str]) -> None:
    provider = Provider()
    asked, cookie = await provider.attempt()
    given = {"code": "c", "state": asked["state"], **answer}
    if "error" in answer:
        del given["code"]
    with pytest.raises(Forbidden):
        await provider.sign_in.finish(cookie, given)
    assert not provider.forms


@pytest.mark.parametrize("cookie", [None, "", "AAAA", "x" * 200])
async def test_a_browser_that_did_not_begin_finishes_nothing(cookie: str | None) -> None:
    provider = Provider()
    asked, _ = await provider.attempt()
    with pytest.raises(Forbidden):
        await provider.sign_in.finish(cookie, {"code": "c", "state": asked["state"]})


async def test_an_attempt_lasts_ten_minutes() -> None:
    provider = Provider()
    asked, cookie = await provider.attempt()
    provider.clock.advance(timedelta(minutes=11))
    with pytest.raises(Forbidden):
        await provider.sign_in.finish(cookie, {"code": "c", "state": asked["state"]})


@pytest.mark.parametrize(
    "answer", [httpx.Response(503), httpx.Response(200, text="<html>"), httpx.Response(200, json=[])]
)
async def test_a_provider_that_is_away_is_told_so(answer: httpx.Response) -> None:
    provider = Provider()
    provider.token_answer = answer
    with pytest.raises(Unavailable):
        await provider.person()


async def test_a_code_that_was_used_signs_nobody_in() -> None:
    provider = Provider()
    provider.token_answer = httpx.Response(400, json={"error": "invalid_grant"})
    with pytest.raises(Forbidden):
        await provider.person()
