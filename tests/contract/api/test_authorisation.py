"""Who may do what: every route of every service, against every kind of token, before anything else is looked at."""

import re

import httpx
import pytest

from deploy.local.settings import SERVICES
from services.partners.domain.partners import ClientKind
from tests.contract.api.forms import PROBLEM, assert_refused, form_of
from tests.contract.api.operations import Operation, known_to, operations_of
from tests.contract.api.requests_that_fit import body_for
from tests.support.agency_events import random_nik
from tests.support.claim_story import Story, accident_report
from tests.support.issuer import Issuer
from tests.support.served_hub import ServedHub

EMPLOYER, CHANNEL, HOSPITAL, DISNAKER, VERIFIER, CORE, AUDITOR, OPERATOR = (
    ClientKind.EMPLOYER, ClientKind.CHANNEL, ClientKind.HOSPITAL, ClientKind.DISNAKER, ClientKind.BPJS_VERIFIER,
    ClientKind.BPJS_CORE, ClientKind.AUDITOR, ClientKind.OPERATOR,
)  # fmt: skip
ALL_SEEING = {VERIFIER, CORE, AUDITOR}
# Interface section 2, its table and the sections' own words; the first that fits decides.
_PUBLIC = r"GET /(healthz|readyz|metrics|asyncapi\.json|v1/codes.*|fhir.*/metadata|(fhir.*)?/?\.well-known/.*)"
_ALLOWED: list[tuple[str, str, set[ClientKind]]] = [
    ("partners", r"POST /oauth2/token", set()),
    ("hospital_gateway", r"POST /oauth2/v1/accesstoken", set()),
    ("partners", r"\w+ /v1/(clients|orgs).*", {OPERATOR}),
    ("partners", r"GET /v1/notices/public", set()),
    ("partners", r"GET /v1/notices.*", set(ClientKind)),
    ("partners", r"POST /v1/notices.*", {OPERATOR}),
    ("partners", r"GET /v1/conformance-runs", {HOSPITAL, OPERATOR}),
    ("partners", r"POST /v1/conformance-runs", {HOSPITAL}),
    (".*", r"\w+ /v1/operations/.*", {OPERATOR}),
    ("verification", r"POST /v1/participants/import", {CORE}),
    ("intake", r"GET /v1/accident-reports/.*/documents/.*", {EMPLOYER} | ALL_SEEING),
    ("intake", r"GET /v1/accident-reports/import/template\.csv", set()),
    ("intake", r"\w+ /v1/accident-reports.*", {EMPLOYER}),
    ("intake", r"GET /v1/self-reports/.*/photos/.*", ALL_SEEING),
    ("intake", r"\w+ /v1/self-reports.*", {CHANNEL}),
    ("hospital_gateway", r"\w+ /fhir.*", {HOSPITAL}),
    # Both hold the scope of this name, each for its own service; what they make at the other's is tested below.
    ("intake|disnaker_gateway", r"\w+ /v1/subscriptions.*", {DISNAKER, EMPLOYER}),
    ("disnaker_gateway", r"\w+ /v1/(notifications|cases|determinations).*", {DISNAKER}),
    ("verification", r"GET /v1/(claims|unmatched).*", ALL_SEEING),
    ("verification", r"POST /v1/(claims|unmatched).*", {VERIFIER}),
    ("verification", r"POST /v1/benefit-estimates", ALL_SEEING),
    ("verification", r"POST /v1/payments", {CORE}),
    ("verification", r"POST /v1/status", set()),
    ("verification", r"GET /v1/audit", {AUDITOR}),
]
_OTHERS = {
    EMPLOYER: "employer:KK999999",
    CHANNEL: "channel:union",
    HOSPITAL: "hospital:100000402",
    DISNAKER: "disnaker:32",
}
# Whatever is wrong with a request, a caller who may not ask learns that first.
_GARBAGE = {"Content-Type": "text/nonsense", "If-Match": "*", "Last-Event-ID": "x", "If-None-Exist": "?"}


def _allowed(operation: Operation) -> set[ClientKind] | None:
    """None for everybody, token or not."""
    call = f"{operation.method} {operation.path}"
    if re.fullmatch(_PUBLIC, call):
        return None
    for service, pattern, kinds in _ALLOWED:
        if re.fullmatch(service, operation.service) and re.fullmatch(pattern, call):
            return kinds or None
    raise AssertionError(f"nobody has said who may call {operation}")


def _ask(hub: ServedHub, operation: Operation, headers: dict[str, str]) -> httpx.Response:
    """A request that is wrong in every other way."""
    query = {"limit": "-1", "after": "-1", "cursor": "?", "version": "x", "_format": "xml"}
    return hub.apis[operation.service].http.request(
        operation.method, operation.at(), params=query, content=b'{"a":1,"a":\x00', headers=_GARBAGE | headers
    )


def _bad_tokens(hub: ServedHub) -> dict[str, dict[str, str]]:
    foreign = Issuer("http://elsewhere.test")
    impostor = Issuer(hub.issuer.url, kid=hub.issuer.key.kid or "")
    every_scope = "accident-reports.write system/*.cruds claims.read operations.manage partners.manage"
    given = {
        "an expired token": hub.issuer.token("operator:hub", every_scope, lifetime_seconds=-60),
        "a foreign issuer's": foreign.token("operator:hub", every_scope),
        "one signed by another": impostor.token("operator:hub", every_scope),
        "one for others": hub.issuer.token("operator:hub", every_scope, claims={"aud": "urn:else"}),
        "nonsense": "a.b.c",
    }
    bearers = {name: {"Authorization": f"Bearer {token}"} for name, token in given.items()}
    return {"none": {}, "another scheme": {"Authorization": "Basic YTpi"}, **bearers}


@pytest.mark.parametrize("service", SERVICES)
def test_a_missing_or_bad_token_is_refused_before_anything_is_looked_at(hub: ServedHub, service: str) -> None:
    for operation in operations_of(hub, service):
        if _allowed(operation) is None:
            assert operation.scopes == (), operation
            continue
        for name, headers in _bad_tokens(hub).items():
            answer = _ask(hub, operation, headers)
            assert_refused(answer, 401, form_of(operation), f"{operation} with {name}")
            assert answer.headers["www-authenticate"].startswith("Bearer"), operation


@pytest.mark.parametrize("service", SERVICES)
def test_unknown_addresses_tell_nothing_to_those_without_a_token(hub: ServedHub, service: str) -> None:
    for path in ("/v1/nothing", "/v2/claims", "/fhir/Patient/1/nothing", "/docs/x/y", "/%2e%2e/healthz"):
        answer = hub.apis[service].http.post(path, content=b"x")
        assert answer.status_code == 401, path


@pytest.mark.parametrize("service", SERVICES)
def test_each_kind_of_partner_may_do_what_the_interface_says_and_nothing_else(hub: ServedHub, service: str) -> None:
    bearers = {kind: hub.bearer(kind) for kind in ClientKind}
    for operation in operations_of(hub, service):
        allowed = _allowed(operation)
        if allowed is None:
            continue
        for kind, headers in bearers.items():
            answer = _ask(hub, operation, headers)
            told = f"{operation} by {kind}: {answer.status_code} {answer.text[:200]}"
            if kind in allowed:
                assert 200 <= answer.status_code < 500, told
                assert answer.status_code not in (401, 403), told
            else:
                assert_refused(answer, 403, form_of(operation), told)
                assert "insufficient_scope" in answer.headers["www-authenticate"], told


def _has_an_owner(operation: Operation) -> bool:
    """Whether its path leads to something that one partner made."""
    allowed = _allowed(operation) or set()
    return bool(allowed & _OTHERS.keys()) and bool(re.search(r"_id\}|case_number\}", operation.path))


@pytest.mark.parametrize("service", ["intake", "hospital_gateway", "disnaker_gateway"])
def test_what_belongs_to_somebody_else_is_not_there(hub: ServedHub, service: str) -> None:
    """Reading and writing alike, and not told apart from what does not exist."""
    story = Story(hub).tell()
    before = hub.stored(service)
    owned = [operation for operation in operations_of(hub, service) if _has_an_owner(operation)]
    assert owned
    for operation in owned:
        kind = next(kind for kind in _OTHERS if kind in (_allowed(operation) or ()))
        known = known_to(operation, story)
        missing = {name: value for name, value in known.items() if name in ("document_code", "type_name")}
        theirs = _fitting(hub, operation, operation.at(**known), _OTHERS[kind], kind)
        nothing = _fitting(hub, operation, operation.at(**missing), _OTHERS[kind], kind)
        assert_refused(theirs, 404, form_of(operation), str(operation))
        assert theirs.content == nothing.content, operation
    hub.quiet()
    assert hub.stored(service) == before


def _fitting(hub: ServedHub, operation: Operation, path: str, org: str, kind: ClientKind) -> httpx.Response:
    """A request that its owner could have sent."""
    content, media_type = body_for(hub, operation)
    headers = {"Content-Type": media_type} if media_type else {}
    query = {"version": "1", "since": "2026-01-01T00:00:00Z"}
    return hub.apis[operation.service].http.request(
        operation.method, path, params=query, content=content, headers=headers | hub.once(kind, org)
    )


def test_an_employers_scope_makes_nothing_at_the_disnaker_gateway(hub: ServedHub) -> None:
    """Employers manage subscriptions at the intake by a scope of the same name."""
    http, wanted = hub.apis["disnaker_gateway"].http, {"url": "http://127.0.0.1:9/hook", "region_codes": ["36"]}
    before = hub.stored("disnaker_gateway")
    answer = http.post("/v1/subscriptions", json=wanted, headers=hub.once(EMPLOYER))
    assert_refused(answer, 403, PROBLEM)
    assert hub.stored("disnaker_gateway") == before
    assert http.get("/v1/subscriptions", headers=hub.bearer(EMPLOYER)).json()["items"] == []


def test_an_offices_scope_makes_nothing_at_the_intake(hub: ServedHub) -> None:
    http, before = hub.apis["intake"].http, hub.stored("intake")
    answer = http.post("/v1/subscriptions", json={"url": "http://127.0.0.1:9/hook"}, headers=hub.once(DISNAKER))
    assert_refused(answer, 403, PROBLEM)
    assert hub.stored("intake") == before
    assert http.get("/v1/subscriptions", headers=hub.bearer(DISNAKER)).json()["items"] == []


def test_nothing_new_may_be_made_in_somebody_elses_name(hub: ServedHub) -> None:
    """Interface section 2: 403, where an object that exists would be 404."""
    before = {name: hub.stored(name) for name in ("intake", "hospital_gateway", "disnaker_gateway")}
    report = accident_report(random_nik())
    answer = hub.apis["intake"].http.post(
        "/v1/accident-reports", json=report, headers=hub.once(EMPLOYER, "employer:KK999999")
    )
    assert_refused(answer, 403, PROBLEM)
    elsewhere = {"url": "http://127.0.0.1:9/hook", "region_codes": ["36"]}
    answer = hub.apis["disnaker_gateway"].http.post(
        "/v1/subscriptions", json=elsewhere, headers=hub.once(DISNAKER, "disnaker:32")
    )
    assert_refused(answer, 403, PROBLEM)
    assert {name: hub.stored(name) for name in before} == before
