"""The issuer's word on an employer's key: asked for a token with an assertion that it signed (RFC 7523)."""

from dataclasses import dataclass

import httpx
from joserfc.errors import JoseError

from services.intake.application.employers import Credentials, Known
from shared.web.client_assertion import client_credentials_form
from shared.web.door import Verifier
from shared.web.granted import granted


@dataclass(frozen=True)
class AskIssuer:
    """See `application.employers.Issuer`. `endpoint` is what assertions are made out to, `reached_at` where it is
    reached from here."""

    http: httpx.AsyncClient
    endpoint: str
    reached_at: str
    issued: Verifier

    async def client(self, credentials: Credentials) -> Known | None:
        key = {"kid": "", **credentials.private_jwk}
        try:
            form = client_credentials_form({"client_id": credentials.client_id, "private_jwk": key}, self.endpoint)
        except (JoseError, ValueError, TypeError):
            # A key that is none: nobody's.
            return None
        token = await granted(self.http, self.reached_at, self.issued, data=form)
        return Known(token.client_id, token.org, token.scopes) if token else None
