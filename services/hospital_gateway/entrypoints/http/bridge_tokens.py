"""The token endpoint that bridges to SATUSEHAT know: its form, its answer's members and its errors (interface 4)."""

import json
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from services.hospital_gateway.application.bridge_tokens import LIFETIME, BridgeToken, IssueBridgeToken
from shared.errors import SimpulError, TooLarge, Unauthenticated, Unavailable
from shared.identifiers import organisation_number
from shared.web.door import public
from shared.web.strict_json import read_limited

PATH = "/oauth2/v1/accesstoken"
_FORM_TYPE = "application/x-www-form-urlencoded"
_FORM_BYTES_MAX = 16_384
_FIELDS_MAX = 20
_GRANT = "client_credentials"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class _Fault(Exception):
    """A refusal in the form of the gateway that bridges were written against."""

    def __init__(self, status: int, text: str, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"fault": {"faultstring": text, "detail": {"errorcode": code}}}


def bridge_token_router(issue: IssueBridgeToken) -> APIRouter:
    """`POST /oauth2/v1/accesstoken?grant_type=client_credentials`."""
    router = APIRouter(tags=["tokens"])

    @router.post(
        PATH,
        summary="Get an access token as bridges to SATUSEHAT do",
        responses=_RESPONSES,
        response_class=Response,
        **public(extra=_DESCRIBED),
    )
    async def access_token(request: Request) -> Response:
        """The token is good at this gateway only and lives 3,599 seconds. New clients use `private_key_jwt` at the
        issuer instead."""
        try:
            client_id, secret = await _credentials(request)
            token = await issue(client_id, secret)
        except (_Fault, SimpulError) as error:
            return _refused(error)
        return Response(json.dumps(_answer(token)), headers=_NO_STORE, media_type="application/json")

    return router


async def _credentials(request: Request) -> tuple[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise _Fault(415, "Unsupported media type, send a form", "oauth.v2.InvalidRequest")
    try:
        body = (await read_limited(request, _FORM_BYTES_MAX)).decode("utf-8")
        fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_FIELDS_MAX))
    except ValueError:
        raise _Fault(400, "The form cannot be read", "oauth.v2.InvalidRequest") from None
    if (request.query_params.get("grant_type") or fields.get("grant_type")) != _GRANT:
        raise _Fault(400, "Unsupported grant type", "oauth.v2.UnsupportedGrantType")
    client_id, secret = fields.get("client_id", ""), fields.get("client_secret", "")
    if not client_id or not secret or "\x00" in client_id + secret:
        raise Unauthenticated("client.invalid", "client_id and client_secret are needed.")
    return client_id, secret


def _answer(token: BridgeToken) -> dict[str, str]:
    """Apigee's members; numbers are texts, which bridges parse as such."""
    client = token.client
    return {
        "refresh_token_expires_in": "0",
        "api_product_list": "[fhir-r4]",
        "organization_name": organisation_number(client.org),
        "developer.email": "",
        "token_type": "BearerToken",
        "issued_at": str(int(token.issued_at.timestamp() * 1_000)),
        "client_id": client.client_id,
        "access_token": token.text,
        "application_name": client.client_id,
        "scope": " ".join(client.scopes),
        "expires_in": str(int(LIFETIME.total_seconds())),
        "refresh_count": "0",
        "status": "approved",
    }


def _refused(error: Exception) -> Response:
    fault = error if isinstance(error, _Fault) else _fault_of(error)
    headers = dict(_NO_STORE)
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
    return Response(json.dumps(fault.body), fault.status, headers, "application/json")


def _fault_of(error: Exception) -> _Fault:
    if isinstance(error, Unauthenticated):
        return _Fault(401, "Invalid client identifier", "oauth.v2.InvalidClientIdentifier")
    if isinstance(error, TooLarge):
        return _Fault(413, "The form is too large", "oauth.v2.InvalidRequest")
    return _Fault(503, "The issuer cannot be asked now, try again", "oauth.v2.ServiceUnavailable")


def _described(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_FAULT = {
    "type": "object",
    "required": ["fault"],
    "properties": {"fault": {"type": "object", "required": ["faultstring", "detail"]}},
}
_TOKEN = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "issued_at", "client_id", "status"],
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: _described("A token for this gateway.", _TOKEN),
    400: _described("The form or the grant type.", _FAULT),
    401: _described("These credentials are no hospital's.", _FAULT),
    413: _described("The form is too large.", _FAULT),
    415: _described("Not a form.", _FAULT),
    503: _described("The issuer cannot be asked.", _FAULT),
}
_DESCRIBED: dict[str, Any] = {
    "parameters": [
        {"name": "grant_type", "in": "query", "required": False, "schema": {"type": "string", "enum": [_GRANT]}}
    ],
    "requestBody": {
        "required": True,
        "content": {
            _FORM_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["client_id", "client_secret"],
                    "properties": {"client_id": {"type": "string"}, "client_secret": {"type": "string"}},
                },
                "example": {"client_id": "0199e0c5-…", "client_secret": "…"},
            }
        },
    },
}
