"""The issuer's word on somebody's credentials: asked for a token with them, whichever issuer it is. The token is read
for its organisation and scopes, and goes no further."""

from typing import Any

import httpx
import orjson

from shared.errors import Unauthenticated, Unavailable
from shared.web.door import Verifier
from shared.web.tokens import Principal

_REFUSALS = range(400, 500)


async def granted(http: httpx.AsyncClient, endpoint: str, issued: Verifier, **request: Any) -> Principal | None:
    """Whose credentials are in `request` (what httpx takes for a POST); None when the issuer refuses them.

    Raises Unavailable when the issuer is away, busy or not to be understood.
    """
    try:
        answer = await http.post(endpoint, **request)
    except httpx.HTTPError as error:
        raise Unavailable("issuer", 5) from error
    if answer.status_code in _REFUSALS and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return None
    if answer.status_code != httpx.codes.OK:
        raise Unavailable("issuer", 5)
    try:
        return await issued.verify(str(orjson.loads(answer.content)["access_token"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Unavailable("issuer", 5) from error
    except Unauthenticated:
        return None
