"""The issuer's word on a client's secret: asked for a token in its name, by RFC 6749 section 4.4."""

import base64
from urllib.parse import quote_plus

import httpx

from services.hospital_gateway.application.bridge_tokens import BridgeClient
from shared.web.door import Verifier
from shared.web.granted import granted

_FORM = b"grant_type=client_credentials"


class IssuerCredentials:
    """See `application.bridge_tokens.Credentials`."""

    def __init__(self, http: httpx.AsyncClient, token_endpoint: str, issued: Verifier) -> None:
        self._http = http
        self._token_endpoint = token_endpoint
        self._issued = issued

    async def client(self, client_id: str, secret: str) -> BridgeClient | None:
        basic = base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        token = await granted(self._http, self._token_endpoint, self._issued, content=_FORM, headers=headers)
        return BridgeClient(token.client_id, token.org, tuple(sorted(token.scopes))) if token else None
