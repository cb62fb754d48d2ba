"""A client's file, as `./simpul partner add` and `./simpul sandbox hospital` write it, read by commands of this side;
simulators are outsiders and read theirs themselves."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from deploy.local.problems import HubProblem

_PARTS_OF_A_KEY = frozenset({"kty", "kid", "d"})


class Proof(StrEnum):
    """What a client signs in with, by the member of its file that holds it."""

    SECRET = "client_secret"
    PRIVATE_KEY = "private_key_jwk"


def read_client_file(path: Path, proof: Proof) -> dict[str, Any]:
    """The document, which has a `client_id` and this proof; `base_urls` and `sandbox` are objects where they are there.
    Raises HubProblem that says what is missing and nothing of what the file holds."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise HubProblem(f"{path} cannot be read as a client's file ({type(error).__name__})") from error
    if not isinstance(found, dict) or not all(isinstance(found.get(one, {}), dict) for one in ("base_urls", "sandbox")):
        raise HubProblem(f"{path} is no client's file, as `simpul partner add` writes it")
    missing = [
        name for name, there in (("client_id", found.get("client_id")), (proof, _holds(found, proof))) if not there
    ]
    if missing:
        raise HubProblem(f"{path} holds no {' and no '.join(missing)}")
    return found


def _holds(found: dict[str, Any], proof: Proof) -> bool:
    held = found.get(proof)
    return bool(held) if proof is Proof.SECRET else isinstance(held, dict) and held.keys() >= _PARTS_OF_A_KEY
