"""A partner's HTTP client: tokens by `private_key_jwt`, fetched anew before they run out."""

import time
import uuid
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import import_key

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 120
_RENEW_BEFORE_SECONDS = 60
_TIMEOUT_SECONDS = 30.0


class StepFailed(Exception):
    """The hub did not do what its interface promises."""


class PartnerClient:
    """`credentials` is the document that `./simpul partner add` writes."""

    def __init__(self, credentials: dict[str, Any]) -> None:
        self._credentials = credentials
        self._http = httpx.Client(timeout=_TIMEOUT_SECONDS)
        self._token, self._renew_at = "", 0.0

    @property
    def org(self) -> str:
        return str(self._credentials["org"])

    @property
    def number(self) -> str:
        """The registration number, hospital's id or province in `org`, also of a test client."""
        return self.org.partition(":")[2].partition("~")[0]

    def url(self, service: str) -> str:
        return str(self._credentials["base_urls"][service])

    def call(
        self,
        method: str,
        service: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        once: bool = False,
        expect: tuple[int, ...] = (200, 201),
        **content: Any,
    ) -> httpx.Response:
        """One request. `once` sends a fresh Idempotency-Key. Raises StepFailed for an answer not in `expect`."""
        more = {"Idempotency-Key": uuid.uuid4().hex} if once else {}
        answer = self._http.request(
            method, self.url(service) + path, headers={**self.authorization(), **more, **(headers or {})}, **content
        )
        if answer.status_code not in expect:
            raise StepFailed(f"{method} {path} answered {answer.status_code} to {self.org}: {answer.text[:600]}")
        return answer

    def authorization(self) -> dict[str, str]:
        if time.monotonic() >= self._renew_at:
            self._fetch_token()
        return {"Authorization": f"Bearer {self._token}"}

    def close(self) -> None:
        self._http.close()

    def _fetch_token(self) -> None:
        private, now = self._credentials["private_key_jwk"], int(time.time())
        algorithm = {"EC": "ES384", "RSA": "RS384"}[private["kty"]]
        claims = {
            "iss": self._credentials["client_id"],
            "sub": self._credentials["client_id"],
            "aud": self._credentials["token_endpoint"],
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": uuid.uuid4().hex,
        }
        header = {"alg": algorithm, "typ": "JWT", "kid": private["kid"]}
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": jwt.encode(header, claims, import_key(private), algorithms=[algorithm]),
        }
        answer = self._http.post(self._credentials["token_endpoint"], data=form)
        if answer.status_code != 200:
            raise StepFailed(f"no token for {self.org}: {answer.status_code} {answer.text[:300]}")
        granted = answer.json()
        self._token = granted["access_token"]
        self._renew_at = time.monotonic() + float(granted["expires_in"]) - _RENEW_BEFORE_SECONDS
