"""Access tokens: what is accepted, and that nothing in a token chooses how it is checked."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from shared.clock import FixedClock
from shared.errors import Unauthenticated, Unavailable
from shared.web import tokens as tokens_module
from shared.web.issuer_keys import FixedKeys, IssuerKeys
from shared.web.signatures import UnusableKey, public_key, verified
from shared.web.tokens import AUDIENCE, Principal, TokenVerifier
from tests.support.issuer import Issuer, long_ago

ORG = "employer:JJ012345"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(long_ago())


@pytest.fixture
def issuer(clock: FixedClock) -> Issuer:
    return Issuer(clock=clock)


async def test_a_good_token_names_client_org_and_scopes(issuer: Issuer) -> None:
    principal = await issuer.verifier().verify(issuer.token(ORG, "a.read a.write", client_id="c-1"))
    assert (principal.client_id, principal.org, principal.subject) == ("c-1", ORG, "c-1")
    assert principal.scopes == {"a.read", "a.write"}
    assert principal.expires_at == issuer.clock.now() + timedelta(seconds=300)


async def test_a_test_client_works_under_the_test_organisation_however_the_issuer_says_it(issuer: Issuer) -> None:
    ours = issuer.token(f"{ORG}~test", "a", claims={"test": True})
    external = issuer.token(ORG, "a", claims={"test": True})
    for token in (ours, external):
        principal = await issuer.verifier().verify(token)
        assert (principal.org, principal.is_test, principal.org_name) == (f"{ORG}~test", True, ORG.partition(":")[2])
    for claims in ({}, {"test": False}, {"test": "true"}):
        assert not (await issuer.verifier().verify(issuer.token(ORG, "a", claims=claims))).is_test


async def test_scope_may_be_a_list(issuer: Issuer) -> None:
    principal = await issuer.verifier().verify(issuer.token(ORG, "", claims={"scope": ["a", "b"]}))
    assert principal.scopes == {"a", "b"}


async def test_audience_may_be_a_list(issuer: Issuer) -> None:
    principal = await issuer.verifier().verify(issuer.token(ORG, "a", claims={"aud": ["account", AUDIENCE]}))
    assert principal.org == ORG


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://other.test"},
        {"iss": None},
        {"aud": "urn:other"},
        {"aud": ["urn:other"]},
        {"aud": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e300},
        {"exp": -5},
        {"org": 7},
        {"org": "employer"},
        {"org": "employer:" + "x" * 65},
        {"org": "employer:J'; --"},
        {"org": "employer:J~tests"},
        {"org": "employer:~test~test"},
        {"scope": 7},
        {"scope": [7]},
        {"client_id": 7},
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(issuer.token(ORG, "a", claims=claims))


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "org"])
async def test_a_token_without_a_needed_claim_is_refused(issuer: Issuer, name: str) -> None:
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(issuer.token(ORG, "a", without=(name,)))


async def test_a_token_expires_after_the_leeway_even_when_it_is_remembered(issuer: Issuer, clock: FixedClock) -> None:
    verifier, token = issuer.verifier(), issuer.token(ORG, "a")
    await verifier.verify(token)
    clock.advance(timedelta(seconds=329))
    await verifier.verify(token)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated, match=r"token\.expired"):
        await verifier.verify(token)


@pytest.mark.parametrize("name", ["iat", "nbf"])
async def test_a_token_from_the_future_is_refused_beyond_the_leeway(issuer: Issuer, name: str) -> None:
    now = int(issuer.clock.now().timestamp())
    await issuer.verifier().verify(issuer.token(ORG, "a", claims={name: now + 29}))
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(issuer.token(ORG, "a", claims={name: now + 31}))


@pytest.mark.parametrize("typ", ["JWT", None, "at+jwt", "application/at+jwt", "AT+JWT"])
async def test_an_external_issuer_may_leave_out_the_type(issuer: Issuer, typ: str | None) -> None:
    await issuer.verifier().verify(issuer.token(ORG, "a", header={"typ": typ}))


@pytest.mark.parametrize("typ", ["JWT", None, "secevent+jwt"])
async def test_the_type_of_an_access_token_may_be_required(issuer: Issuer, typ: str | None) -> None:
    with pytest.raises(Unauthenticated):
        await issuer.verifier(typ_required=True).verify(issuer.token(ORG, "a", header={"typ": typ}))


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims_of(token: str) -> str:
    return token.split(".")[1]


async def test_an_unsigned_token_is_refused(issuer: Issuer) -> None:
    claims = _claims_of(issuer.token(ORG, "a"))
    for alg in ("none", "None", "NONE"):
        for signature in ("", issuer.token(ORG, "a").split(".")[2]):
            with pytest.raises(Unauthenticated):
                await issuer.verifier().verify(f"{_segment({'alg': alg, 'typ': 'at+jwt'})}.{claims}.{signature}")


async def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(issuer: Issuer) -> None:
    header = _segment({"alg": "HS256", "typ": "at+jwt", "kid": issuer.key.kid})
    signing_input = f"{header}.{_claims_of(issuer.token(ORG, 'a'))}"
    jwk = json.dumps(issuer.key.as_dict(private=False)).encode()
    for secret in (issuer.key.as_pem(private=False), jwk):
        mac = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
        with pytest.raises(Unauthenticated):
            await issuer.verifier().verify(f"{signing_input}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


async def test_another_key_under_the_same_kid_is_refused(issuer: Issuer) -> None:
    forger = Issuer(clock=issuer.clock)
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(forger.token(ORG, "a"))


async def test_changed_claims_are_refused(issuer: Issuer) -> None:
    header, _, signature = issuer.token(ORG, "a").split(".")
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(f"{header}.{_claims_of(issuer.token(ORG, 'a b'))}.{signature}")


async def test_a_key_inside_the_header_is_not_used(issuer: Issuer) -> None:
    forger = Issuer(clock=issuer.clock)
    token = forger.token(ORG, "a", header={"jwk": forger.key.as_dict(private=False)})
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(token)


async def test_critical_extensions_are_refused(issuer: Issuer) -> None:
    header = _segment({"alg": "ES256", "typ": "at+jwt", "kid": issuer.key.kid, "crit": ["b64"], "b64": False})
    _, claims, signature = issuer.token(ORG, "a").split(".")
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(f"{header}.{claims}.{signature}")


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        f"{_segment([])}.e30.AA",
        f"{_segment('alg')}.e30.AA",
        f"{_segment({'alg': ['ES256']})}.e30.AA",
        f"{_segment({'alg': 'ES256', 'kid': 7})}.e30.AA",
        f"{_segment({'alg': 'ES256', 'typ': 7})}.e30.AA",
        f"{_segment({'alg': 'ES256'})}.{base64.urlsafe_b64encode(b'[' * 9000).decode().rstrip('=')}.AA",
        "x" * 20_000,
        "\udcff.\udcff.\udcff",
    ],
)
async def test_what_is_not_a_token_is_refused_and_never_an_error(issuer: Issuer, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await issuer.verifier().verify(token)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", ECKey.generate_key("P-256", parameters={"kid": "k"})),
        ("ES384", ECKey.generate_key("P-384", parameters={"kid": "k"})),
        ("RS256", RSAKey.generate_key(2048, parameters={"kid": "k"})),
        ("RS384", RSAKey.generate_key(2048, parameters={"kid": "k"})),
        ("PS256", RSAKey.generate_key(2048, parameters={"kid": "k"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", parameters={"kid": "k"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", parameters={"kid": "k"})),
    ],
)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_every_listed_algorithm_verifies_with_its_key_and_no_other(algorithm: str, key: ECKey) -> None:
    token = jwt.encode({"alg": algorithm}, {"a": 1}, key, algorithms=[algorithm])
    known = public_key(key.as_dict(private=False))
    assert verified(token, known, {algorithm}) == {"a": 1}
    header, claims, signature = token.split(".")
    spoilt = ("A" if signature[0] != "A" else "B") + signature[1:]
    with pytest.raises(Exception, match=r"signature|algorithm"):
        verified(f"{header}.{claims}.{spoilt}", known, {algorithm})


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-384", "x": 7, "y": None},
        {"kty": "EC", "crv": "P-384", "x": "!!", "y": "+/="},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "n": "", "e": ""},
        {"kty": "OKP", "crv": "X25519", "x": "AA"},
        {"kty": ["EC"]},
        {**ECKey.generate_key("P-256").as_dict(private=False), "use": "enc"},
        {**ECKey.generate_key("P-256").as_dict(private=False), "alg": "ES384"},
        {**ECKey.generate_key("P-256").as_dict(private=False), "kid": 7},
    ],
)
def test_an_unusable_key_is_refused(jwk: dict[str, Any]) -> None:
    with pytest.raises(UnusableKey):
        public_key(jwk)


async def test_a_symmetric_key_in_the_published_set_is_not_used(issuer: Issuer) -> None:
    secret = OctKey.generate_key(256, parameters={"kid": "shared"})
    issuer.extra_keys.append(secret.as_dict())
    verifier = TokenVerifier(issuer.url, http_client=issuer.http_client(), clock=issuer.clock)
    now = int(issuer.clock.now().timestamp())
    claims = {"iss": issuer.url, "aud": AUDIENCE, "org": ORG, "client_id": "c", "exp": now + 60}
    with pytest.raises(Unauthenticated):
        await verifier.verify(jwt.encode({"alg": "HS256", "kid": "shared"}, claims, secret))
    await verifier.verify(issuer.token(ORG, "a"))


async def test_the_signature_of_a_token_is_checked_once(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = []

    def counted(*arguments: Any) -> dict[str, Any]:
        checks.append(arguments)
        return verified(*arguments)

    monkeypatch.setattr(tokens_module, "verified", counted)
    verifier, token = issuer.verifier(), issuer.token(ORG, "a")
    first, second = await verifier.verify(token), await verifier.verify(token)
    assert first is second
    assert len(checks) == 1


async def test_the_memory_of_good_tokens_is_bounded(issuer: Issuer) -> None:
    verifier = issuer.verifier(cached_tokens_max=2)
    tokens = [issuer.token(ORG, "a") for _ in range(3)]
    first = await verifier.verify(tokens[0])
    for token in tokens[1:]:
        await verifier.verify(token)
    assert await verifier.verify(tokens[0]) is not first


async def test_keys_are_fetched_once_for_many_tokens(issuer: Issuer) -> None:
    verifier = TokenVerifier(issuer.url, http_client=issuer.http_client(), clock=issuer.clock)
    for _ in range(3):
        await verifier.verify(issuer.token(ORG, "a"))
    assert issuer.fetches == ["/.well-known/openid-configuration", "/jwks"]


async def test_an_unknown_key_is_asked_for_at_most_once_in_ten_seconds(issuer: Issuer, clock: FixedClock) -> None:
    verifier = TokenVerifier(issuer.url, http_client=issuer.http_client(), clock=clock)
    await verifier.verify(issuer.token(ORG, "a"))
    clock.advance(timedelta(seconds=11))
    for number in range(20):
        with pytest.raises(Unauthenticated):
            await verifier.verify(issuer.token(ORG, "a", header={"kid": f"unknown-{number}"}))
    assert len(issuer.fetches) == 4


async def test_a_new_key_is_learnt_from_the_first_token_that_names_it(issuer: Issuer, clock: FixedClock) -> None:
    verifier = TokenVerifier(issuer.url, http_client=issuer.http_client(), clock=clock)
    await verifier.verify(issuer.token(ORG, "a"))
    clock.advance(timedelta(seconds=11))
    issuer.key = ECKey.generate_key("P-256", parameters={"kid": "second"})
    assert (await verifier.verify(issuer.token(ORG, "a"))).org == ORG


async def test_known_keys_stay_good_while_the_issuer_is_away(issuer: Issuer, clock: FixedClock) -> None:
    verifier = TokenVerifier(issuer.url, http_client=issuer.http_client(), clock=clock)
    await verifier.verify(issuer.token(ORG, "a"))
    issuer.away = True
    for _ in range(3):
        clock.advance(timedelta(hours=1))
        assert (await verifier.verify(issuer.token(ORG, "a"))).org == ORG
    await verifier.aclose()


async def test_no_token_can_be_judged_before_the_issuer_has_ever_answered(issuer: Issuer, clock: FixedClock) -> None:
    issuer.away = True
    verifier = TokenVerifier(issuer.url, http_client=issuer.http_client(), clock=clock)
    with pytest.raises(Unavailable):
        await verifier.verify(issuer.token(ORG, "a"))
    issuer.away = False
    clock.advance(timedelta(seconds=1))
    assert (await verifier.verify(issuer.token(ORG, "a"))).org == ORG


async def test_discovery_that_names_another_issuer_is_not_believed(clock: FixedClock) -> None:
    impostor = Issuer("http://impostor.test", clock=clock)
    verifier = TokenVerifier("http://issuer.test", http_client=impostor.http_client(), clock=clock)
    with pytest.raises(Unavailable):
        await verifier.verify(impostor.token(ORG, "a", claims={"iss": "http://issuer.test"}))


async def test_without_a_kid_only_an_unambiguous_key_is_taken(issuer: Issuer) -> None:
    other = public_key(ECKey.generate_key("P-256").as_dict(private=False))
    own = public_key(issuer.key.as_dict(private=False))
    token = issuer.token(ORG, "a", header={"kid": None})
    await TokenVerifier(issuer.url, keys=FixedKeys([own]), clock=issuer.clock).verify(token)
    with pytest.raises(Unauthenticated):
        await TokenVerifier(issuer.url, keys=FixedKeys([own, other]), clock=issuer.clock).verify(token)


@pytest.mark.parametrize(
    ("granted", "required", "allowed"),
    [
        ("system/*.crus", "system/*.c", True),
        ("system/*.crus", "system/Patient.r", True),
        ("system/*.crus", "system/Patient.d", False),
        ("system/Encounter.cu", "system/*.c", True),
        ("system/Encounter.cu", "system/Encounter.u", True),
        ("system/Encounter.cu", "system/Patient.c", False),
        ("system/Encounter.rs", "system/*.c", False),
        ("system/*.read", "system/Patient.rs", True),
        ("system/*.write", "system/Patient.u", True),
        ("system/Observation.rs?category=laboratory", "system/Observation.r", False),
        ("user/*.crus", "system/*.c", False),
        ("system/*.crus", "claims.read", False),
        ("claims.read", "claims.read", True),
        ("claims.reader", "claims.read", False),
    ],
)
def test_smart_scopes_are_matched_by_type_and_letter(granted: str, required: str, allowed: bool) -> None:
    principal = Principal("c", "hospital:1", frozenset({granted}), long_ago())
    assert principal.has_scope(required) is allowed


async def test_an_issuer_is_asked_at_the_address_where_it_is_reached() -> None:
    issuer = Issuer()
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.host)

    http_client = issuer.http_client()
    http_client.event_hooks["request"].append(note)
    keys = IssuerKeys(issuer.url, http_client, reached_at="http://inside.test", clock=issuer.clock)
    verifier = TokenVerifier(issuer.url, keys=keys, clock=issuer.clock)
    principal = await verifier.verify(issuer.token("employer:JJ012345", "accident-reports.read"))
    assert principal.org == "employer:JJ012345"
    assert asked == ["inside.test", "inside.test"]
