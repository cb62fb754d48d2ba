"""`POST /oauth2/token` and what tells clients about it."""

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from prometheus_client import Counter

from services.partners.application.issue_token import ASSERTION_TYPE, GRANT_TYPE, IssueToken, TokenRefused
from services.partners.domain.partners import RULES
from services.partners.entrypoints.http.forms import FORM_TYPE, token_request
from services.partners.settings import PartnersSettings
from shared.errors import Refusal
from shared.web.door import public
from shared.web.openapi import refusals
from shared.web.problem import status_of

TOKENS = Counter("simpul_token_requests_total", "Token requests by outcome.", ["outcome"])

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_KEYS_MAX_AGE_SECONDS = 300
_KEY_SET_TYPE = "application/jwk-set+json"


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


_FORM = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": _text("The only grant type.", enum=[GRANT_TYPE]),
        "scope": _text("Separated by spaces; left out, the token carries all the client's scopes."),
        "client_assertion_type": _text("With `client_assertion`.", enum=[ASSERTION_TYPE]),
        "client_assertion": _text(
            "A JWT signed with ES384 or RS384: `iss` = `sub` = client id, `aud` = this address, `exp` at most five "
            "minutes ahead, `jti` used once."
        ),
        "client_id": _text("With `client_secret`; optional beside `client_assertion`."),
        "client_secret": _text("Hospitals only; may come in an Authorization: Basic header instead."),
    },
}
_FORM_EXAMPLE = {
    "grant_type": GRANT_TYPE,
    "client_assertion_type": ASSERTION_TYPE,
    "client_assertion": "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiIwMTlh….…",
}
_TOKEN_SCHEMA = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": _text("A signed JWT (RFC 9068)."),
        "token_type": _text("How to send it.", enum=["Bearer"]),
        "expires_in": {"type": "integer", "description": "Seconds."},
        "scope": _text("What the token grants."),
    },
}
_TOKEN_EXAMPLE = {
    "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.….…",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "accident-reports.write accident-reports.read subscriptions.manage",
}
_ERRORS = [
    "invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type",
]  # fmt: skip
_ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": _text("RFC 6749 section 5.2.", enum=_ERRORS), "error_description": _text("What to do.")},
}


def _answer(description: str, schema: dict[str, Any], example: Any) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


def _refusal(description: str, error: str) -> dict[str, Any]:
    return _answer(description, _ERROR_SCHEMA, {"error": error, "error_description": description})


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: _answer("An access token.", _TOKEN_SCHEMA, _TOKEN_EXAMPLE),
    400: _refusal("The request is malformed, or asks for what the client may not have.", "invalid_scope"),
    401: _refusal("The client is unknown, revoked, or did not prove who it is.", "invalid_client"),
    413: _refusal("The form is too large.", "invalid_request"),
    415: _refusal("Not a form.", "invalid_request"),
    **refusals(503),
}


def token_router(issue_token: IssueToken, settings: PartnersSettings) -> APIRouter:
    """The token endpoint. It answers errors as OAuth clients expect them (RFC 6749), not as problem+json."""
    router = APIRouter(tags=["tokens"])
    content = {FORM_TYPE: {"schema": _FORM, "example": _FORM_EXAMPLE}}

    @router.post(
        "/oauth2/token",
        summary="Get an access token",
        description="OAuth 2.0 client credentials with `private_key_jwt`; hospitals may use `client_secret`.",
        responses=_RESPONSES,
        response_class=Response,
        **public(extra={"requestBody": {"required": True, "content": content}}),
    )
    async def token(request: Request) -> Response:
        try:
            issued = await issue_token(await token_request(request, settings.token_request_bytes_max))
        except Refusal as refusal:
            TOKENS.labels(refusal.code).inc()
            return _refused(refusal, basic="authorization" in request.headers)
        TOKENS.labels("issued").inc()
        body = {
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": issued.expires_in_seconds,
            "scope": issued.scope,
        }
        return Response(orjson.dumps(body), headers=_NO_STORE, media_type="application/json")

    return router


def _refused(refusal: Refusal, *, basic: bool) -> Response:
    status = status_of(refusal)
    if isinstance(refusal, TokenRefused):
        status = 401 if refusal.code == "invalid_client" else 400
    headers = dict(_NO_STORE)
    if status == 401:
        # RFC 6749 section 5.2: the challenge names the scheme that the client tried.
        headers["WWW-Authenticate"] = f'{"Basic" if basic else "Bearer"} realm="simpul"'
    body = {"error": refusal.code, "error_description": refusal.detail}
    return Response(orjson.dumps(body), status, headers, "application/json")


def discovery_router(settings: PartnersSettings, published_keys: Sequence[dict[str, Any]]) -> APIRouter:
    """Discovery (OpenID Connect Discovery 1.0, RFC 8414) and the JWK set."""
    router = APIRouter(tags=["tokens"])
    metadata = orjson.dumps(_metadata(settings))
    keys = orjson.dumps({"keys": list(published_keys)})
    headers = {"Cache-Control": f"public, max-age={_KEYS_MAX_AGE_SECONDS}"}

    about: dict[int | str, dict[str, Any]] = {
        200: _answer("What this issuer offers.", {"type": "object"}, orjson.loads(metadata))
    }
    key_set = {"schema": {"type": "object", "required": ["keys"]}, "example": orjson.loads(keys)}

    @router.get(
        "/.well-known/oauth-authorization-server",
        summary="Authorization server metadata (RFC 8414)",
        operation_id="authorization_server_metadata",
        responses=about,
        response_class=Response,
        **public(),
    )
    @router.get(
        "/.well-known/openid-configuration",
        summary="Discovery",
        operation_id="discovery",
        responses=about,
        response_class=Response,
        **public(),
    )
    async def discovery() -> Response:
        return Response(metadata, headers=headers, media_type="application/json")

    @router.get(
        "/.well-known/jwks.json",
        summary="Keys that verify access tokens",
        responses={200: {"description": "A JWK set (RFC 7517).", "content": {_KEY_SET_TYPE: key_set}}},
        response_class=Response,
        **public(),
    )
    async def jwks() -> Response:
        return Response(keys, headers=headers, media_type=_KEY_SET_TYPE)

    return router


def _metadata(settings: PartnersSettings) -> dict[str, Any]:
    return {
        "issuer": settings.issuer,
        "token_endpoint": f"{settings.public_url}/oauth2/token",
        "jwks_uri": f"{settings.public_url}/.well-known/jwks.json",
        "grant_types_supported": [GRANT_TYPE],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384"],
        "scopes_supported": sorted({scope for rule in RULES.values() for scope in rule.scopes}),
        # Members that discovery requires of every issuer; there is no sign-in of people and no ID token here.
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "service_documentation": f"{settings.public_url}/docs",
    }
