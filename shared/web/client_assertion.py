"""How a client of the hub's own signs in at the token endpoint: `private_key_jwt` (RFC 7523, section 2.2)."""

import time
import uuid
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import JWKRegistry

_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SECONDS = 120


def client_credentials_form(client: Mapping[str, Any], endpoint: str) -> dict[str, str]:
    """The fields to POST. `client` has `client_id` and `private_jwk` (EC P-384 with its `kid`), as the key files of the
    secrets folder hold them; `endpoint` is the token endpoint that the assertion is made out to."""
    key, now = client["private_jwk"], int(time.time())
    claims = {
        "iss": client["client_id"],
        "sub": client["client_id"],
        "aud": endpoint,
        "iat": now,
        "exp": now + _SECONDS,
        "jti": uuid.uuid4().hex,
    }
    header = {"alg": "ES384", "typ": "JWT", "kid": key["kid"]}
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": _TYPE,
        "client_assertion": jwt.encode(header, claims, JWKRegistry.import_key(key), algorithms=["ES384"]),
    }
