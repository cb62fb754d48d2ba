"""A hub's hospital gateway as a bridge speaks to it: base address, credentials, and answers held against promises."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from joserfc import jwt
from joserfc.jwk import import_key

from deploy.conformance.rules import RuleBroken

FHIR_JSON = {"Content-Type": "application/fhir+json"}
PLAIN_JSON = {"Content-Type": "application/json"}
TOKEN_PATH = "/oauth2/v1/accesstoken"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.2
_SHOWN = 300

Found = TypeVar("Found")


class HubUnderTest:
    """`url` is the gateway's, without `/fhir`. `credentials` hold `client_id` and `client_secret`, as
    `./simpul partner add hospital` writes them."""

    def __init__(
        self, url: str, credentials: Mapping[str, Any], *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self.credentials = credentials
        self._http = httpx.Client(base_url=self.url, transport=transport, timeout=_TIMEOUT_SECONDS)
        self._token = ""

    def close(self) -> None:
        self._http.close()

    @property
    def number(self) -> str:
        """The hospital's registry number, without the mark of a test client."""
        return str(self.credentials.get("org", "")).partition(":")[2].partition("~")[0]

    def ask_for_token(self, secret: str | None = None) -> httpx.Response:
        """As bridges to SATUSEHAT do."""
        form = {
            "client_id": self.credentials["client_id"],
            "client_secret": secret or self.credentials["client_secret"],
        }
        return self._http.post(TOKEN_PATH, params={"grant_type": "client_credentials"}, data=form)

    def ask_for_signed_token(self) -> httpx.Response:
        """By `private_key_jwt` at the issuer."""
        private, now = self.credentials["private_key_jwk"], int(time.time())
        endpoint = self.credentials["token_endpoint"]
        claims = {
            "iss": self.credentials["client_id"],
            "sub": self.credentials["client_id"],
            "aud": endpoint,
            "iat": now,
            "exp": now + 120,
            "jti": uuid.uuid4().hex,
        }
        algorithm = {"EC": "ES384", "RSA": "RS384"}[private["kty"]]
        header = {"alg": algorithm, "typ": "JWT", "kid": private["kid"]}
        assertion = jwt.encode(header, claims, import_key(private), algorithms=[algorithm])
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        return self._http.post(endpoint, data=form)

    def use_token(self, token: str) -> None:
        self._token = token

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        token: bool = True,
        base: str = "/fhir",
    ) -> httpx.Response:
        """One request under a FHIR base. A text or bytes body goes as it is."""
        content = body if body is None or isinstance(body, bytes | str) else json.dumps(body, ensure_ascii=False)
        more = {"Authorization": f"Bearer {self._token}"} if token and self._token else {}
        kind = FHIR_JSON if body is not None else {}
        return self._http.request(method, f"{base}{path}", content=content, headers={**kind, **more, **(headers or {})})


def expect(answer: httpx.Response, *statuses: int) -> httpx.Response:
    """The answer, if it has one of these statuses."""
    if answer.status_code not in statuses:
        wanted = " or ".join(str(status) for status in statuses)
        raise RuleBroken(f"{_request(answer)} answered {answer.status_code}, not {wanted}: {answer.text[:_SHOWN]}")
    return answer


def expect_that(holds: bool, answer: httpx.Response, promise: str) -> None:
    """`promise` says what the answer should be."""
    if not holds:
        raise RuleBroken(f"{_request(answer)}: {promise}; the answer was {answer.text[:_SHOWN]}")


def refusal(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The OperationOutcome of a refusal with one of these statuses."""
    expect(answer, *statuses)
    outcome = document(answer)
    issues = outcome.get("issue")
    expect_that(
        outcome.get("resourceType") == "OperationOutcome" and isinstance(issues, list) and bool(issues),
        answer,
        "a refusal is an OperationOutcome with its issues",
    )
    return outcome


def document(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON with numbers as they were written, so that a lost digit is seen."""
    read = json.loads(answer.content, parse_float=str)
    if not isinstance(read, dict):
        raise RuleBroken(f"{_request(answer)} answered JSON that is no object")
    return read


def matches(answer: httpx.Response) -> list[dict[str, Any]]:
    """The matches of a searchset."""
    bundle = document(expect(answer, 200))
    expect_that(
        (bundle.get("resourceType"), bundle.get("type")) == ("Bundle", "searchset"),
        answer,
        "a search answers a searchset",
    )
    entries = bundle.get("entry", [])
    return [one["resource"] for one in entries if one.get("search", {}).get("mode", "match") == "match"]


def by_identifier(type_name: str, system: str, value: str) -> str:
    return f"/{type_name}?identifier={quote(f'{system}|{value}', safe='')}"


def eventually(look: Callable[[], Found | None], seconds: float, promise: str) -> Found:
    """What `look` finds, asked again and again until the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= deadline:
            raise RuleBroken(f"not within {seconds:g} s: {promise}")
        time.sleep(_POLL_SECONDS)


def _request(answer: httpx.Response) -> str:
    path = answer.request.url.raw_path.decode("ascii", "replace").partition("?")[0]
    return f"{answer.request.method} {path}"
