"""`./simpul partner add`: a new client of a partner, with a key pair that only the partner's file holds."""

import json
import os
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry

from deploy.local.partner_kinds import PartnerKind
from deploy.local.problems import HubProblem
from deploy.local.settings import SERVICES, HubSettings
from shared.sealing.keyring import KeyringUnusable
from shared.sealing.secrets_folder import OPERATOR_FILE, read_jwk_file

REQUEST_SECONDS = 30.0
ASSERTION_SECONDS = 120
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def add_partner(
    settings: HubSettings, kind: PartnerKind, *, org: str, name: str, region: str | None, out: Path
) -> dict[str, Any]:
    """Register a client on a running hub and write `out` (mode 0600). Returns what was written. Raises HubProblem."""
    key = ECKey.generate_key("P-384")
    private = {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": "ES384", "use": "sig"}
    public = {member: value for member, value in private.items() if member != "d"}
    require_writable(out)
    with httpx.Client(timeout=REQUEST_SECONDS) as http:
        discovered = _discover(http, settings)
        token = _operator_token(http, settings, str(discovered["token_endpoint"]))
        answer = _send(
            http.build_request(
                "POST",
                f"{settings.url('partners')}/v1/clients",
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
                json={"kind": kind.value, "org": org, "name": name, "region_code": region, "public_jwk": public},
            ),
            http,
        )
    written = {
        "client_id": answer["client_id"],
        "org": answer["org"],
        "scopes": answer["scopes"],
        "token_endpoint": discovered["token_endpoint"],
        "issuer": discovered["issuer"],
        "private_key_jwk": private,
        "client_secret": answer.get("client_secret"),
        "base_urls": {service: settings.url(service) for service in SERVICES},
    }
    write_private(out, written)
    return written


def console_login(settings: HubSettings, role: str, name: str) -> str:
    """An address that signs this person in to the console of a running hub, once. Raises HubProblem."""
    with httpx.Client(timeout=REQUEST_SECONDS) as http:
        token = _operator_token(http, settings, str(_discover(http, settings)["token_endpoint"]))
        answer = _send(
            http.build_request(
                "POST",
                f"{settings.url('verification')}/v1/operations/console-logins",
                headers={"Authorization": f"Bearer {token}"},
                json={"role": role, "name": name},
            ),
            http,
        )
    return str(answer["url"])


def _discover(http: httpx.Client, settings: HubSettings) -> Mapping[str, Any]:
    return _send(http.build_request("GET", f"{settings.issuer_url}/.well-known/openid-configuration"), http)


def _operator_token(http: httpx.Client, settings: HubSettings, token_endpoint: str) -> str:
    try:
        operator = read_jwk_file(settings.secrets_dir, OPERATOR_FILE)
    except KeyringUnusable as error:
        raise HubProblem(
            f"no operator's key in {settings.secrets_dir} ({error}): start the hub with `make up`"
        ) from error
    key, now = JWKRegistry.import_key(operator["private_jwk"]), int(time.time())
    claims = {
        "iss": operator["client_id"],
        "sub": operator["client_id"],
        "aud": token_endpoint,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
        "jti": uuid.uuid4().hex,
    }
    header = {"alg": "ES384", "typ": "JWT", "kid": operator["private_jwk"]["kid"]}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": jwt.encode(header, claims, key, algorithms=["ES384"]),
    }
    return str(_send(http.build_request("POST", token_endpoint, data=form), http)["access_token"])


def _send(request: httpx.Request, http: httpx.Client) -> dict[str, Any]:
    """The answer's JSON. Raises HubProblem with what the server says when it refuses."""
    try:
        answer = http.send(request)
    except httpx.HTTPError as error:
        raise HubProblem(
            f"no answer from {request.url} ({type(error).__name__}): is the hub running? start it with `make up`"
        ) from error
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if answer.is_success and isinstance(body, dict):
        return body
    raise HubProblem(f"{request.url} answered {answer.status_code}{_told(body)}")


def _told(body: object) -> str:
    if not isinstance(body, dict):
        return ""
    told = str(body.get("detail") or body.get("error_description") or body.get("error") or "")
    errors = [f"{error.get('pointer')}: {error.get('detail')}" for error in body.get("errors") or []]
    return ": " + "; ".join([told, *errors]) if told or errors else ""


def require_writable(out: Path) -> None:
    """Before anything is registered, since its key would be lost."""
    folder = out.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK) or out.is_dir():
        raise HubProblem(f"{out} cannot be written: its folder is missing or not ours, or it is a folder itself")


def write_private(out: Path, document: Mapping[str, Any]) -> None:
    """Readable by nobody else at any moment; the old file stays until the new one is whole."""
    text = json.dumps(document, indent=2) + "\n"
    descriptor, fresh = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.absolute().parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(fresh, out)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
