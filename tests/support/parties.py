"""The parties around a hub as its clients: each keeps a journal of what was answered 2xx, and asks again when nobody
answered, as interface.md lets it."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc.jwk import ECKey

from shared.web.client_assertion import client_credentials_form
from tests.support.eventually import eventually

# Nobody answered, or not now: the same request may be sent again.
_AGAIN = frozenset({429, 502, 503, 504})
_TOKEN_SECONDS = 240.0


class Refused(Exception):
    """An answer that no repetition cures. No AssertionError, for which `eventually` would wait."""


@dataclass(frozen=True)
class Accepted:
    """One line of a journal: a write that was answered 2xx. `subject` is what its events tell of (empty: it has none),
    `id` what the log of accesses names."""

    service: str
    what: str
    subject: str
    id: str


@dataclass
class Party:
    """One registered client. `urls` are the base urls by service."""

    http: httpx.AsyncClient
    urls: dict[str, str]
    client_id: str
    key: ECKey
    journal: list[Accepted] = field(default_factory=list)
    _token: str = ""
    _token_until: float = 0.0

    async def ask(self, method: str, service: str, path: str, **request: Any) -> httpx.Response:
        """The answer, whatever it is, once there is one."""
        headers = request.pop("headers", {})

        async def once() -> httpx.Response | None:
            try:
                url = self.urls[service] + path
                answer = await self.http.request(method, url, headers={**await self._bearer(), **headers}, **request)
            except httpx.TransportError:
                return None
            in_flight = answer.status_code == 409 and "in-flight" in answer.text
            return None if answer.status_code in _AGAIN or in_flight else answer

        return await eventually(once, timeout_seconds=60.0)

    async def read(self, service: str, path: str, **request: Any) -> Any:
        """The JSON value of a GET that must succeed."""
        answer = await self.ask("GET", service, path, **request)
        if not answer.is_success:
            raise Refused(f"GET {path}: {answer.status_code} {answer.text}")
        return answer.json()

    async def write(
        self,
        method: str,
        service: str,
        path: str,
        *,
        what: str,
        names: Callable[[Any], tuple[str, str]],
        **request: Any,
    ) -> Any:
        """The JSON value of a write that must be accepted, noted in the journal; `names` draws subject and id from
        the answer."""
        if method == "POST":
            request["headers"] = {"Idempotency-Key": uuid.uuid4().hex, **request.get("headers", {})}
        answer = await self.ask(method, service, path, **request)
        if not answer.is_success:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text}")
        body = answer.json()
        self.journal.append(Accepted(service, what, *names(body)))
        return body

    async def bearer(self) -> dict[str, str]:
        """Request headers with a token, once there is one."""

        async def once() -> dict[str, str] | None:
            try:
                return await self._bearer()
            except httpx.TransportError:
                return None

        return await eventually(once, timeout_seconds=60.0)

    async def _bearer(self) -> dict[str, str]:
        """Raises httpx.TransportError when nobody answers."""
        if time.monotonic() > self._token_until:
            self._token, self._token_until = await self._new_token(), time.monotonic() + _TOKEN_SECONDS
        return {"Authorization": f"Bearer {self._token}"}

    async def _new_token(self) -> str:
        endpoint = f"{self.urls['partners']}/oauth2/token"
        client = {"client_id": self.client_id, "private_jwk": self.key.as_dict(private=True)}
        answer = await self.http.post(endpoint, data=client_credentials_form(client, endpoint))
        if answer.status_code in _AGAIN:
            raise httpx.ReadError("the token service can't answer now")
        if not answer.is_success:
            raise Refused(f"token: {answer.status_code} {answer.text}")
        token: str = answer.json()["access_token"]
        return token


async def register(operator: Party, kind: str, org: str, *, region: str | None = None) -> Party:
    """A new client, as `simpul partner add` makes one."""
    key = ECKey.generate_key("P-384", parameters={"kid": uuid.uuid4().hex})
    body = {"kind": kind, "org": org, "name": org, "region_code": region, "public_jwk": key.as_dict(private=False)}
    made = await operator.write(
        "POST", "partners", "/v1/clients", what="client", names=lambda made: (org, made["client_id"]), json=body
    )
    return Party(operator.http, operator.urls, made["client_id"], key)
