"""The issuer's word on a client's secret: asked for a token in its name, by RFC 6749 section 4.4, whichever issuer it
is. The token is read for its organisation and scopes, and goes no further."""

import base64
from urllib.parse import quote_plus

import httpx
import orjson

from services.hospital_gateway.application.bridge_tokens import BridgeClient
from shared.errors import Unauthenticated, Unavailable
from shared.web.door import Verifier

_FORM = b"grant_type=client_credentials"
_REFUSALS = range(400, 500)


class IssuerCredentials:
    """See `application.bridge_tokens.Credentials`."""

    def __init__(self, http: httpx.AsyncClient, token_endpoint: str, issued: Verifier) -> None:
        self._http = http
        self._token_endpoint = token_endpoint
        self._issued = issued

    async def client(self, client_id: str, secret: str) -> BridgeClient | None:
        basic = base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._http.post(self._token_endpoint, content=_FORM, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable("issuer", 5) from error
        if answer.status_code in _REFUSALS and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            return None
        if answer.status_code != httpx.codes.OK:
            raise Unavailable("issuer", 5)
        try:
            principal = await self._issued.verify(str(orjson.loads(answer.content)["access_token"]))
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable("issuer", 5) from error
        except Unauthenticated:
            return None
        return BridgeClient(principal.client_id, principal.org, tuple(sorted(principal.scopes)))
