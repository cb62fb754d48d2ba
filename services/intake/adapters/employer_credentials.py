"""The issuer's word on an employer's credentials: asked for a token with them (RFC 7523), whichever issuer it is. The
token is read for its organisation and scopes, and goes no further."""

from dataclasses import dataclass

import httpx
import orjson
from joserfc.errors import JoseError

from services.intake.application.employers import Credentials, Known
from shared.errors import Unauthenticated, Unavailable
from shared.web.client_assertion import client_credentials_form
from shared.web.door import Verifier

_REFUSALS = range(400, 500)


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
        try:
            answer = await self.http.post(self.reached_at, data=form)
        except httpx.HTTPError as error:
            raise Unavailable("issuer", 5) from error
        if answer.status_code in _REFUSALS and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            return None
        if answer.status_code != httpx.codes.OK:
            raise Unavailable("issuer", 5)
        try:
            token = await self.issued.verify(str(orjson.loads(answer.content)["access_token"]))
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable("issuer", 5) from error
        except Unauthenticated:
            return None
        return Known(token.client_id, token.org, token.scopes)
