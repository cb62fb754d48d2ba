"""What a run found, told to the registry of the hub whose client ran it."""

import hashlib
import re
import tomllib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from deploy.conformance.hospital import HOSPITAL_RULES
from deploy.conformance.rules import Verdict
from shared.web.client_assertion import client_credentials_form

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SAYS_MAX, _DETAIL_MAX = 400, 500
_TIMEOUT_SECONDS = 30.0


class NotReported(Exception):
    """The registry could not be told; why, in words for whoever ran the kit."""


def kit_version() -> str:
    """The project's version and a digest of the rules, so that two runs can be compared."""
    version = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"]
    rules = "\n".join(f"{rule.code} {rule.says}" for rule in HOSPITAL_RULES)
    return f"{version}+{hashlib.sha256(rules.encode()).hexdigest()[:8]}"


def as_report(url: str, at: datetime, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """As `POST /v1/conformance-runs` takes it."""
    return {
        "kit": "hospital",
        "kit_version": kit_version(),
        "url": url,
        "at": at.isoformat(),
        "rules": [
            {
                "rule": one.rule.code,
                "outcome": one.outcome.replace(" ", "_"),
                "says": _line(one.rule.says, _SAYS_MAX),
                "reference": one.rule.reference,
                "detail": _line(one.detail, _DETAIL_MAX),
            }
            for one in verdicts
        ],
    }


def send_report(
    credentials: Mapping[str, Any], report: Mapping[str, Any], *, transport: httpx.BaseTransport | None = None
) -> str:
    """Tell the registry that `credentials` (a client's file) name; answers its address. Raises NotReported."""
    partners = str(credentials.get("base_urls", {}).get("partners") or credentials.get("issuer") or "").rstrip("/")
    endpoint = str(credentials.get("token_endpoint") or "")
    if not partners or not endpoint:
        raise NotReported("the client's file names no token_endpoint and no base_urls of partners")
    try:
        with httpx.Client(timeout=_TIMEOUT_SECONDS, transport=transport) as http:
            token = http.post(endpoint, data=_sign_in(credentials, endpoint)).raise_for_status().json()["access_token"]
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
            http.post(f"{partners}/v1/conformance-runs", json=report, headers=headers).raise_for_status()
    except httpx.HTTPStatusError as error:
        raise NotReported(f"{error.request.url} answered {error.response.status_code}") from error
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise NotReported(f"no answer from {partners} ({type(error).__name__})") from error
    return partners


def _sign_in(credentials: Mapping[str, Any], endpoint: str) -> dict[str, str]:
    """By the key where the file holds one as this hub makes them, else by the secret."""
    key = credentials.get("private_key_jwk")
    if key and key.get("kty") == "EC" and key.get("kid"):
        return client_credentials_form({"client_id": credentials["client_id"], "private_jwk": key}, endpoint)
    return {
        "grant_type": "client_credentials",
        "client_id": str(credentials["client_id"]),
        "client_secret": str(credentials["client_secret"]),
    }


def _line(text: str, length_max: int) -> str:
    return _CONTROL.sub(" ", text)[:length_max]
