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

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SAYS_MAX, _DETAIL_MAX = 400, 500
_TIMEOUT_SECONDS = 30.0
# What the kit plays with; every hospital has a secret.
_PROOF = ("client_id", "client_secret")


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


def send_report(credentials: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    """Tell the registry that `credentials` (a client's file) name; answers its address. Raises NotReported."""
    partners = str(credentials.get("base_urls", {}).get("partners") or "").rstrip("/")
    endpoint = str(credentials.get("token_endpoint") or "")
    if not partners or not endpoint:
        raise NotReported("the client's file names no token_endpoint and no base_urls of partners")
    try:
        with httpx.Client(timeout=_TIMEOUT_SECONDS) as http:
            form = {"grant_type": "client_credentials", **{name: credentials[name] for name in _PROOF}}
            token = http.post(endpoint, data=form).raise_for_status().json()["access_token"]
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
            http.post(f"{partners}/v1/conformance-runs", json=report, headers=headers).raise_for_status()
    except httpx.HTTPStatusError as error:
        raise NotReported(f"{error.request.url} answered {error.response.status_code}") from error
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise NotReported(f"no answer from {partners} ({type(error).__name__})") from error
    return partners


def _line(text: str, length_max: int) -> str:
    return _CONTROL.sub(" ", text)[:length_max]
