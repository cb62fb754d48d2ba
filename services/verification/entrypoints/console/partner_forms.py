"""What the forms of the Partners page ask of the registry, and the file that a partner is handed."""

import json
import re
from datetime import date, datetime, time
from typing import Any

from joserfc.jwk import ECKey

from shared.errors import Problem, Refusal
from shared.web.pages.catalogues import N_
from shared.web.pages.formats import WESTERN
from shared.web.pages.forms import PageForm

_JWK_LENGTH_MAX, _URL_LENGTH_MAX = 4_000, 2_000
# What a person may register here; the hub's own kinds come from the command line of the machine that runs it.
KINDS = {
    "employer": N_("Employer"),
    "hospital": N_("Hospital"),
    "disnaker": N_("Labour inspectorate"),
    "channel": N_("Channel (app, union, family service point)"),
    "bpjs-verifier": N_("BPJS: verifiers' system"),
    "bpjs-core": N_("BPJS: core system"),
    "auditor": N_("Auditor"),
}
# The fields of the form that registers a client: kept when it is refused.
FIELDS = ("kind", "number", "name", "region_code", "public_jwk", "jwks_uri", "ends_on", "test")
# Why a client's address of keys gave none, by the first word of the registry's code.
_UNREAD = {
    "http": N_("the server answers with an error"),
    "no": N_("the server does not answer"),
    "url": N_("the address leads where the hub does not go"),
    "redirect": N_("the server sends elsewhere, where the hub does not follow"),
    "too": N_("the answer is too large, or has too many keys"),
    "not": N_("the answer is no JWK set"),
}


def unread(failure: str) -> str:
    """Why keys cannot be read, in words; a code of a later registry stands for itself."""
    return _UNREAD.get(re.split("[-:.]", failure)[0], failure)


def wanted_client(form: PageForm) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What partners is asked to register, and the private key where the partner sent no public one of its own.
    Raises Refusal for a public key that is no JSON object, or a day that is none."""
    keys, private = wanted_keys(form)
    kind = form.required("kind", length_max=20)
    number = form.required("number", length_max=60)
    org = number if ":" in number else f"{kind.partition('-')[0]}:{number}"
    wanted = {
        "kind": kind,
        "org": org,
        "name": form.required("name", length_max=200),
        "region_code": form.text("region_code", length_max=10) or None,
        **({"test": True} if form.text("test") else {}),
        **keys,
    }
    return wanted, private


def wanted_keys(form: PageForm) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The public key or the address where keys are published, with its end, and the private key where the partner sent
    neither."""
    own, url = form.text("public_jwk", length_max=_JWK_LENGTH_MAX), form.text("jwks_uri", length_max=_URL_LENGTH_MAX)
    end = {"expires_at": wanted_end(form)} if form.text("ends_on") else {}
    if own and url:
        raise Refusal("partners.key-twice", N_("Give either a public key or the address of keys."))
    if url:
        return {"jwks_uri": url, **end}, None
    if own:
        return {"public_jwk": _read_jwk(own), **end}, None
    key = ECKey.generate_key("P-384")
    private = {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": "ES384", "use": "sig"}
    return {"public_jwk": {name: value for name, value in private.items() if name != "d"}, **end}, private


def wanted_end(form: PageForm) -> str:
    """The last second of the day that is named, in western Indonesia. Raises Refusal."""
    try:
        day = date.fromisoformat(form.required("ends_on", length_max=10))
        return datetime.combine(day, time(23, 59, 59), WESTERN).isoformat()
    except ValueError:
        problem = Problem("/ends_on", "date", "Write the day as 2027-01-31.")
        raise Refusal("form.date", N_("The last day is not a date."), [problem]) from None


def _read_jwk(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise Refusal("partners.jwk-unreadable", N_("The public key must be one JSON Web Key."))
    if "d" in read:
        raise Refusal("partners.jwk-private", N_("This is a private key. Nobody else may have it; make a new pair."))
    return read


def credentials_file(made: dict[str, Any], private: dict[str, Any] | None) -> str:
    """What the partner's own file holds."""
    told = {
        "client_id": made["client_id"],
        "org": made["org"],
        "scopes": made["scopes"],
        "private_key_jwk": private,
        "client_secret": made.get("client_secret"),
        "test": made.get("test") or None,
    }
    return json.dumps({name: value for name, value in told.items() if value is not None}, indent=1)


def key_file(client_id: str, private: dict[str, Any]) -> str:
    """What is added to that file when a key was made beside the others."""
    return json.dumps({"client_id": client_id, "private_key_jwk": private}, indent=1)
