"""A bridge in JavaScript."""

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.support.bridges.wire import (
    FHIR,
    FORM,
    ICD10,
    NIK,
    TOKEN,
    Answer,
    Credentials,
    Visit,
    Wire,
    coded,
    terms,
    uuid_text,
)


class NodeBridge:
    """A service on Node's `fetch`: `URLSearchParams` everywhere, the token kept for as long as `issued_at` and
    `expires_in` say when read as numbers, everything of a visit with its patient in one Bundle to the base with its
    slash, and the same bytes once more when an answer does not come in time."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._wire = Wire(url)
        self._who = credentials
        self._signed_in: dict[str, Any] | None = None

    @staticmethod
    def _common(more: Mapping[str, str]) -> dict[str, str]:
        common = {"accept": "*/*", "accept-language": "*", "sec-fetch-mode": "cors", "user-agent": "node"}
        return {**common, "accept-encoding": "gzip, deflate", **more}

    def sign_in(self) -> Answer:
        form = urlencode({"client_id": self._who.client_id, "client_secret": self._who.client_secret})
        return self._wire.send("POST", TOKEN, self._common({"content-type": f"{FORM};charset=UTF-8"}), form)

    def _bearer(self) -> str:
        kept = self._signed_in
        # parseInt of both, and five minutes of grace, as the package has it.
        now = datetime.now(UTC).timestamp() * 1_000
        if kept is None or int(kept["issued_at"]) + (int(kept["expires_in"]) - 300) * 1_000 <= now:
            kept = self._signed_in = self.sign_in().json
        return f"Bearer {kept['access_token']}"

    def call(self, method: str, path: str, body: str | None = None, **params: str) -> Answer:
        headers = self._common({"authorization": self._bearer()})
        if body is not None:
            headers["content-type"] = "application/json"
        target = f"{FHIR}{path}" + (f"?{urlencode(params)}" if params else "")
        return self._wire.send(method, target, headers, body)

    def bundle(self, visit: Visit) -> str:
        """A finished visit, the patient told in it. No blanks in the JSON."""
        patient_url, visit_url = (f"urn:uuid:{uuid_text()}" for _ in range(2))
        subject = {"reference": patient_url, "display": visit.name}
        patient = {
            "resourceType": "Patient",
            "meta": {"profile": ["https://fhir.kemkes.go.id/r4/StructureDefinition/Patient"]},
            "identifier": [{"use": "official", "system": NIK, "value": visit.nik}],
            "active": True,
            "name": [{"use": "official", "text": visit.name}],
            "gender": "female",
            "birthDate": "1990-03-12",
        }
        encounter = {
            "resourceType": "Encounter",
            "identifier": [
                {"system": f"http://sys-ids.kemkes.go.id/encounter/{self._who.number}", "value": visit.number}
            ],
            "status": "finished",
            "class": {"system": terms("v3-ActCode"), "code": "EMER", "display": "emergency"},
            "subject": subject,
            "period": {"start": visit.at(0), "end": visit.at(90)},
            "serviceProvider": {"reference": f"Organization/{self._who.number}"},
        }
        conditions = [
            {
                "resourceType": "Condition",
                "code": coded(ICD10, code, display),
                "subject": subject,
                "encounter": {"reference": visit_url},
            }
            for code, display in visit.diagnoses
        ]
        told: list[tuple[str, dict[str, Any]]] = [(patient_url, patient), (visit_url, encounter)]
        told += [(f"urn:uuid:{uuid_text()}", one) for one in conditions]
        entries = [
            {"fullUrl": url, "resource": one, "request": {"method": "POST", "url": one["resourceType"]}}
            for url, one in told
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        return json.dumps(bundle, separators=(",", ":"), ensure_ascii=False)

    def send_at_once(self, visit: Visit) -> str:
        """The Encounter's id: the person looked up with what is known of them, and what belongs to the visit posted
        all at the same time, as `Promise.all` does."""
        found = self.call("GET", "/Patient", identifier=f"{NIK}|{visit.nik}", gender="female").json
        bundle = json.loads(self.bundle(visit))
        subject = {"reference": f"Patient/{found['entry'][0]['resource']['id']}", "display": visit.name}
        encounter, *rest = ({**one["resource"], "subject": subject} for one in bundle["entry"][1:])
        encounter_id = str(self.call("POST", "/Encounter", json.dumps(encounter)).json["id"])

        def post(resource: dict[str, Any]) -> Answer:
            body = json.dumps({**resource, "encounter": {"reference": f"Encounter/{encounter_id}"}})
            return self.call("POST", f"/{resource['resourceType']}", body)

        with ThreadPoolExecutor(len(rest)) as pool:
            assert {answer.status for answer in pool.map(post, rest)} == {201}
        return encounter_id

    def send_twice(self, visit: Visit) -> tuple[str, Answer, Answer]:
        """The Encounter's id, read from its location as the last but two part, and both answers."""
        body = self.bundle(visit)
        first, second = self.call("POST", "/", body), self.call("POST", "/", body)
        location = next(
            entry["response"]["location"]
            for entry in first.json["entry"]
            if "Encounter/" in entry["response"]["location"]
        )
        found = re.search(r"Encounter/([^/]+)/_history/", location)
        assert found is not None, location
        return found[1], first, second
