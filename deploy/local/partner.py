"""`./simpul partner add`: a new client of a partner, with a key pair that only the partner's file holds."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from deploy.local.hub_operator import operator_of
from deploy.local.partner_kinds import PartnerKind
from deploy.local.problems import HubProblem
from deploy.local.settings import SERVICES, HubSettings


def add_partner(
    settings: HubSettings,
    kind: PartnerKind,
    *,
    org: str,
    name: str,
    region: str | None,
    out: Path,
    jwks_url: str | None = None,
    test: bool = False,
) -> dict[str, Any]:
    """Register a client on a running hub and write `out` (mode 0600). Returns what was written, and the `status` of the
    client. Without `jwks_url`, where the partner publishes keys of its own, a key pair is made. A `test` client's `org`
    is the test organisation `<org>~test`. Raises HubProblem."""
    private = None if jwks_url else _key_pair()
    public = {member: value for member, value in private.items() if member != "d"} if private else None
    require_writable(out)
    with operator_of(settings) as operator:
        discovered = operator.discovered
        wanted = {
            "kind": kind.value,
            "org": org,
            "name": name,
            "region_code": region,
            "public_jwk": public,
            "jwks_uri": jwks_url,
            "test": test,
        }
        answer = operator.post("partners", "/v1/clients", wanted, once=True)
    written = {
        "client_id": answer["client_id"],
        "org": answer["org"],
        "scopes": answer["scopes"],
        "token_endpoint": discovered["token_endpoint"],
        "issuer": discovered["issuer"],
        "private_key_jwk": private,
        "client_secret": answer.get("client_secret"),
        "base_urls": {service: settings.url(service) for service in SERVICES},
        **({"test": True} if test else {}),
    }
    write_private(out, written)
    return written | {"status": answer["status"]}


def _key_pair() -> dict[str, Any]:
    key = ECKey.generate_key("P-384")
    return {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": "ES384", "use": "sig"}


def console_login(settings: HubSettings, role: str, name: str) -> str:
    """An address that signs this person in to the console of a running hub, once. Raises HubProblem."""
    with operator_of(settings) as operator:
        answer = operator.post("verification", "/v1/operations/console-logins", {"role": role, "name": name})
    return str(answer["url"])


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
