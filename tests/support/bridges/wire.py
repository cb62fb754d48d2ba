"""Three hospital systems' bridges to SATUSEHAT, as they are found in public repositories: how they sign in, what they
ask first, how their libraries write addresses, headers and JSON, and which members of an answer they rely on.

The requests are ours; each bridge speaks on a plain socket, so that nothing is sent that it would not send itself.
A bridge knows one address, and fails as its hospital would see it fail: with what it could not find in an answer.
"""

import http.client
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.support.agency_events import random_nik

NIK = "https://fhir.kemkes.go.id/id/nik"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
TOKEN = "/oauth2/v1/accesstoken?grant_type=client_credentials"
FHIR = "/fhir-r4/v1"
FORM = "application/x-www-form-urlencoded"
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Credentials:
    """What a hospital is given: its number, client id and secret."""

    number: str
    client_id: str
    client_secret: str


@dataclass
class Visit:
    """One visit to an emergency department as a hospital's own database has it."""

    nik: str = field(default_factory=random_nik)
    name: str = "Siti Aminah"
    doctor_nik: str = field(default_factory=random_nik)
    doctor: str = "dr. Agus Salim, Sp.B"
    diagnoses: Sequence[tuple[str, str]] = (("S67.0", "Crushing injury of thumb"), ("W31", "Contact with machinery"))
    number: str = field(default_factory=lambda: f"RJ/{secrets.token_hex(5)}")
    arrived_at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=5))

    def at(self, minutes: int) -> str:
        return (self.arrived_at + timedelta(minutes=minutes)).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Answer:
    """What came back; `json` as the bridge decodes it."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """Requests with exactly these headers, but for `Host` and `Content-Length`."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def send(self, method: str, target: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
        connection = http.client.HTTPConnection(self._host, timeout=_TIMEOUT_SECONDS)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            content = None if body is None else body.encode()
            if content is not None:
                connection.putheader("Content-Length", str(len(content)))
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(content)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def coded(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def terms(name: str) -> str:
    return f"http://terminology.hl7.org/CodeSystem/{name}"


def uuid_text() -> str:
    digits = secrets.token_hex(16)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
