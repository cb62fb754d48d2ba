"""The token endpoint: who gets a token, and that nobody else does."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from shared.web.tokens import AUDIENCE, TokenVerifier
from tests.integration.partners.conftest import ASSERTION_TYPE, PUBLIC_URL, TOKEN_URL, Hub, unused_org


def refused(answer: httpx.Response, status: int, error: str, why: str = "") -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert why in answer.json()["error_description"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    if status == 401:
        assert "www-authenticate" in answer.headers


@pytest.mark.parametrize("key", [ECKey.generate_key("P-384"), RSAKey.generate_key(2048)])
async def test_a_client_gets_a_token_for_its_signed_assertion(hub: Hub, key: ECKey | RSAKey) -> None:
    org = unused_org("employer")
    partner = await hub.register("employer", org, key=key)
    answer = await hub.token(partner)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    assert body["scope"] == "accident-reports.write accident-reports.read subscriptions.manage"
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in body["access_token"].split(".")[:2])
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert claims.keys() == {"iss", "sub", "aud", "client_id", "org", "scope", "iat", "exp", "jti"}
    assert (claims["iss"], claims["aud"], claims["org"]) == (PUBLIC_URL, AUDIENCE, org)
    assert claims["sub"] == claims["client_id"] == partner.client_id
    assert claims["exp"] - claims["iat"] == 300


async def test_other_services_verify_the_token_by_discovery(hub: Hub) -> None:
    partner = await hub.register("auditor", unused_org("auditor"))
    token = (await hub.token(partner)).json()["access_token"]
    verifier = TokenVerifier(PUBLIC_URL, http_client=hub.http, typ_required=True)
    principal = await verifier.verify(token)
    assert principal.scopes == {"audit.read", "claims.read"}
    assert principal.client_id == partner.client_id


async def test_the_issuer_is_an_audience_too(hub: Hub) -> None:
    partner = await hub.register("channel", unused_org("channel"))
    for audience in (PUBLIC_URL, [PUBLIC_URL, "urn:other"], TOKEN_URL):
        answer = await hub.token(partner, client_assertion=partner.assertion(aud=audience))
        assert answer.status_code == 200, answer.text


async def test_a_client_may_ask_for_fewer_scopes_and_not_for_more(hub: Hub) -> None:
    partner = await hub.register("bpjs-core", unused_org("bpjs"))
    fewer = await hub.token(partner, scope="claims.read payments.write")
    assert fewer.json()["scope"] == "claims.read payments.write"
    refused(await hub.token(partner, scope="claims.read claims.decide"), 400, "invalid_scope", "claims.stream")
    assert (await hub.token(partner, scope="")).json()["scope"].split()[0] == "claims.stream"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"aud": "http://elsewhere.test/oauth2/token"},
        {"aud": None},
        {"exp": None},
        {"exp": 1},
        {"exp": 10**300},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 256},
    ],
)
async def test_an_assertion_with_a_wrong_claim_is_refused(hub: Hub, changes: dict[str, Any]) -> None:
    answer = await hub.token(hub.operator, client_assertion=hub.operator.assertion(**changes))
    refused(answer, 401, "invalid_client")


async def test_an_assertion_outside_its_time_is_refused(hub: Hub) -> None:
    now = int(time.time())
    outside: list[dict[str, Any]] = [{"exp": now - 1}, {"exp": now + 360}, {"iat": now + 60}, {"nbf": now + 60}]
    for changes in outside:
        answer = await hub.token(hub.operator, client_assertion=hub.operator.assertion(**changes))
        refused(answer, 401, "invalid_client")


async def test_a_replayed_assertion_is_refused(hub: Hub) -> None:
    form = hub.operator.form()
    assert (await hub.http.post("/oauth2/token", data=form)).status_code == 200
    refused(await hub.http.post("/oauth2/token", data=form), 401, "invalid_client", "used before")
    same_jti = uuid.uuid4().hex
    for expected in (200, 401):
        answer = await hub.token(hub.operator, client_assertion=hub.operator.assertion(jti=same_jti))
        assert answer.status_code == expected


async def test_of_one_assertion_sent_many_times_at_once_exactly_one_wins(hub: Hub) -> None:
    form = hub.operator.form()
    answers = await asyncio.gather(*(hub.http.post("/oauth2/token", data=form) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


async def test_two_clients_may_choose_the_same_jti(hub: Hub) -> None:
    for _ in range(2):
        partner = await hub.register("employer", unused_org("employer"))
        assert (await hub.token(partner, client_assertion=partner.assertion(jti="1"))).status_code == 200


async def test_a_refused_scope_uses_up_the_assertion(hub: Hub) -> None:
    form = hub.operator.form(scope="claims.read")
    refused(await hub.http.post("/oauth2/token", data=form), 400, "invalid_scope")
    form["scope"] = "partners.manage"
    refused(await hub.http.post("/oauth2/token", data=form), 401, "invalid_client", "used before")


async def test_unknown_and_revoked_clients_are_refused(hub: Hub) -> None:
    partner = await hub.register("employer", unused_org("employer"))
    partner.client_id, known = "nobody", partner.client_id
    refused(await hub.token(partner), 401, "invalid_client", "not registered")
    partner.client_id = known
    await hub.http.delete(f"/v1/clients/{known}", headers=await hub.as_operator())
    refused(await hub.token(partner), 401, "invalid_client", "revoked")


async def test_another_key_and_another_kid_are_refused(hub: Hub) -> None:
    forged = ECKey.generate_key("P-384")
    answer = await hub.token(hub.operator, client_assertion=hub.operator.assertion(key=forged))
    refused(answer, 401, "invalid_client", "signature")
    answer = await hub.token(hub.operator, client_assertion=hub.operator.assertion(header={"kid": "unknown"}))
    refused(answer, 401, "invalid_client", "kid")


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_confused_algorithms_are_refused(hub: Hub) -> None:
    _, claims, signature = hub.operator.assertion().split(".")
    unsigned = f"{_segment({'alg': 'none'})}.{claims}."
    refused(await hub.token(hub.operator, client_assertion=unsigned), 401, "invalid_client")
    for alg in ("ES256", "RS384", "HS384", "none", "ES384 "):
        confused = f"{_segment({'alg': alg})}.{claims}.{signature}"
        refused(await hub.token(hub.operator, client_assertion=confused), 401, "invalid_client")
    key = hub.operator.key
    for secret in (key.as_pem(private=False), json.dumps(key.as_dict(private=False)).encode()):
        signing_input = f"{_segment({'alg': 'HS256'})}.{claims}"
        mac = base64.urlsafe_b64encode(hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()).decode()
        answer = await hub.token(hub.operator, client_assertion=f"{signing_input}.{mac.rstrip('=')}")
        refused(answer, 401, "invalid_client", "algorithm")


async def test_es256_and_rs256_are_not_taken_from_clients(hub: Hub) -> None:
    partner = await hub.register("employer", unused_org("employer"), key=RSAKey.generate_key(2048))
    for algorithm in ("RS256", "PS256"):
        answer = await hub.token(partner, client_assertion=partner.assertion(header={"alg": algorithm}))
        refused(answer, 401, "invalid_client", "algorithm")


async def test_an_access_token_is_no_assertion(hub: Hub) -> None:
    token = (await hub.token(hub.operator)).json()["access_token"]
    refused(await hub.token(hub.operator, client_assertion=token), 401, "invalid_client")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"client_assertion_type": None}, 400, "invalid_request"),
        ({"client_assertion_type": "urn:other"}, 400, "invalid_request"),
        ({"client_assertion": None}, 400, "invalid_request"),
        ({"client_assertion": None, "client_assertion_type": None}, 401, "invalid_client"),
        ({"client_assertion": "x"}, 401, "invalid_client"),
        ({"client_assertion": "a.b.c"}, 401, "invalid_client"),
        ({"client_assertion": "ä.ö.ü"}, 401, "invalid_client"),
        ({"client_id": "somebody-else"}, 401, "invalid_client"),
        ({"client_secret": "x"}, 400, "invalid_request"),
        ({"scope": "\x00"}, 400, "invalid_request"),
        ({"scope": "x" * 60_000}, 400, "invalid_scope"),
    ],
)
async def test_a_malformed_request_gets_its_error(hub: Hub, changes: dict[str, Any], status: int, error: str) -> None:
    refused(await hub.token(hub.operator, **changes), status, error)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 415),
        (b"{}", {"content-type": "application/json"}, 415),
        (b"grant_type=client_credentials", {"content-type": "multipart/form-data"}, 415),
        (b"\x1f\x8b", {"content-type": "application/x-www-form-urlencoded", "content-encoding": "gzip"}, 415),
        (b"", {"content-type": "application/x-www-form-urlencoded"}, 400),
        (b"\xff\xfe", {"content-type": "application/x-www-form-urlencoded"}, 400),
        (b"grant_type=%ff", {"content-type": "application/x-www-form-urlencoded"}, 400),
        (b"a=1&a=2", {"content-type": "application/x-www-form-urlencoded"}, 400),
        (b"&".join(b"a%d=1" % n for n in range(40)), {"content-type": "application/x-www-form-urlencoded"}, 400),
        (b"x" * 70_000, {"content-type": "application/x-www-form-urlencoded"}, 413),
    ],
)
async def test_what_is_not_a_form_gets_its_error(hub: Hub, body: bytes, headers: dict[str, str], status: int) -> None:
    refused(await hub.http.post("/oauth2/token", content=body, headers=headers), status, "invalid_request")


async def test_a_deeply_nested_assertion_is_refused_and_never_an_error(hub: Hub) -> None:
    nested = base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")
    answer = await hub.token(hub.operator, client_assertion=f"{_segment({'alg': 'ES384'})}.{nested}.AA")
    refused(answer, 401, "invalid_client")


@pytest.mark.parametrize("named", ["\x00", "\ud800", "x" * 300, 7, None, ["a"]])
async def test_an_assertion_may_name_anything_and_finds_nobody(hub: Hub, named: Any) -> None:
    text = f"{_segment({'alg': 'ES384'})}.{_segment({'iss': named, 'sub': named})}.AA"
    refused(await hub.token(hub.operator, client_assertion=text), 401, "invalid_client")


async def test_a_hospital_may_use_its_secret_in_the_form_or_in_the_header(hub: Hub) -> None:
    hospital = await hub.register("hospital", unused_org("hospital"), region_code="3671")
    secret = hospital.answer["client_secret"]
    assert len(secret) >= 43
    form = {"grant_type": "client_credentials", "client_id": hospital.client_id, "client_secret": secret}
    posted = await hub.http.post("/oauth2/token", data=form)
    assert posted.json()["scope"] == "system/*.crus"
    basic = httpx.BasicAuth(hospital.client_id, secret)
    headed = await hub.http.post("/oauth2/token", data={"grant_type": "client_credentials"}, auth=basic)
    assert headed.status_code == 200, headed.text
    narrowed = await hub.http.post("/oauth2/token", data={**form, "scope": "system/Encounter.cu"})
    assert narrowed.json()["scope"] == "system/Encounter.cu"


async def test_a_wrong_secret_is_refused(hub: Hub) -> None:
    hospital = await hub.register("hospital", unused_org("hospital"))
    for secret in ("wrong", hospital.answer["client_secret"] + "x", "ä"):
        form = {"grant_type": "client_credentials", "client_id": hospital.client_id, "client_secret": secret}
        refused(await hub.http.post("/oauth2/token", data=form), 401, "invalid_client", "wrong")
    for authorization in ("Basic", "Basic !!", "Basic eA==", "Basic Og==", "Bearer x", "Basic eDp5"):
        answer = await hub.http.post(
            "/oauth2/token", data={"grant_type": "client_credentials"}, headers={"Authorization": authorization}
        )
        refused(answer, 401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic")


async def test_only_hospitals_have_a_secret(hub: Hub) -> None:
    employer = await hub.register("employer", unused_org("employer"))
    assert employer.answer["client_secret"] is None
    form = {"grant_type": "client_credentials", "client_id": employer.client_id, "client_secret": "anything"}
    refused(await hub.http.post("/oauth2/token", data=form), 401, "invalid_client", "private_key_jwt")


async def test_an_old_access_token_beside_the_assertion_is_not_looked_at(hub: Hub) -> None:
    answer = await hub.http.post("/oauth2/token", data=hub.operator.form(), headers={"Authorization": "Bearer old"})
    assert answer.status_code == 200, answer.text


async def test_two_ways_of_authentication_at_once_are_refused(hub: Hub) -> None:
    basic = httpx.BasicAuth("a", "b")
    answer = await hub.http.post("/oauth2/token", data=hub.operator.form(), auth=basic)
    refused(answer, 400, "invalid_request", "not two")
    form = {"grant_type": "client_credentials", "client_id": "c"}
    refused(await hub.http.post("/oauth2/token", data=form, auth=basic), 400, "invalid_request", "different")


async def test_every_token_issued_or_refused_is_logged(hub: Hub) -> None:
    partner = await hub.register("auditor", unused_org("auditor"))
    form = partner.form()
    for _ in range(2):
        await hub.http.post("/oauth2/token", data=form)
    await hub.token(partner, scope="claims.decide")
    rows = await hub.audit(client_id=partner.client_id, action="token.issue")
    assert [row["outcome"] for row in rows] == ["ok", "invalid_client", "invalid_scope"]
    assert {row["org"] for row in rows} == {partner.answer["org"]}
    before = len(await hub.audit(client_id="unknown", action="token.issue"))
    partner.client_id = "nobody-of-ours"
    await hub.token(partner)
    assert len(await hub.audit(client_id="unknown", action="token.issue")) == before + 1
    assert not await hub.audit(client_id="nobody-of-ours")


async def test_discovery_tells_what_a_client_needs(hub: Hub) -> None:
    first = (await hub.http.get("/.well-known/openid-configuration")).json()
    assert first == (await hub.http.get("/.well-known/oauth-authorization-server")).json()
    assert (first["issuer"], first["token_endpoint"]) == (PUBLIC_URL, TOKEN_URL)
    assert first["token_endpoint_auth_signing_alg_values_supported"] == ["ES384", "RS384"]
    keys = (await hub.http.get(first["jwks_uri"])).json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]
    assert all("d" not in key for key in keys)


async def test_the_token_endpoint_takes_post_only(hub: Hub) -> None:
    assert (await hub.http.get("/oauth2/token")).status_code == 405


def test_the_assertion_type_is_the_one_of_rfc_7523() -> None:
    assert ASSERTION_TYPE.startswith("urn:ietf:params:oauth:client-assertion-type:")
