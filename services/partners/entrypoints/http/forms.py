"""Reads an OAuth request: a form, and perhaps client credentials in the Authorization header."""

import base64
import binascii
from dataclasses import replace
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request

from services.partners.application.issue_token import TokenRefused, TokenRequest
from shared.errors import TooLarge, UnsupportedType
from shared.web.strict_json import read_limited

FORM_TYPE = "application/x-www-form-urlencoded"
_FIELDS_MAX = 32
_PARAMETERS = ("grant_type", "scope", "client_id", "client_secret", "client_assertion_type", "client_assertion")


async def token_request(request: Request, bytes_max: int) -> TokenRequest:
    """The parameters of a token request. Raises TokenRefused, TooLarge and UnsupportedType; unknown parameters are
    ignored and empty ones count as left out (RFC 6749 section 3.2)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM_TYPE:
        raise UnsupportedType("invalid_request", f"Send the parameters as {FORM_TYPE}.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedType("invalid_request", "Send the parameters without content-encoding.")
    try:
        raw = await read_limited(request, bytes_max)
    except TooLarge as error:
        raise TooLarge("invalid_request", error.detail) from error
    fields = _fields(raw)
    asked = TokenRequest(**{name: fields.get(name) or None for name in _PARAMETERS})
    authorization = request.headers.get("authorization")
    return asked if authorization is None else _with_basic(asked, authorization)


def _fields(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS_MAX, errors="strict")
    except ValueError as error:
        raise TokenRefused("invalid_request", "The body is not a form in UTF-8.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise TokenRefused("invalid_request", "A parameter was sent more than once.")
    if any("\x00" in text for pair in pairs for text in pair):
        raise TokenRefused("invalid_request", "A parameter holds a NUL character.")
    return fields


def _with_basic(asked: TokenRequest, authorization: str) -> TokenRequest:
    """RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined."""
    scheme, _, credentials = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        # A client that sends its old access token along with a new assertion means no harm.
        if asked.client_secret is not None or asked.client_assertion is not None:
            return asked
        raise TokenRefused("invalid_client", "The only scheme for client credentials in a header is Basic.")
    if asked.client_secret is not None or asked.client_assertion is not None:
        raise TokenRefused("invalid_request", "Use one way of client authentication, not two.")
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
        client_id, separator, secret = text.partition(":")
        client_id, secret = unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except (ValueError, binascii.Error) as error:
        raise TokenRefused("invalid_client", "The Basic credentials cannot be read.") from error
    if not separator or not client_id or not secret or "\x00" in client_id + secret:
        raise TokenRefused("invalid_client", "The Basic credentials cannot be read.")
    if asked.client_id not in (None, client_id):
        raise TokenRefused("invalid_request", "`client_id` and the header name different clients.")
    return replace(asked, client_id=client_id, client_secret=secret)
