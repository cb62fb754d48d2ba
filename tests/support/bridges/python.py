"""A bridge in Python."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tests.support.bridges.wire import FHIR, FORM, ICD10, TOKEN, Answer, Credentials, Visit, Wire, coded, terms


class PythonBridge:
    """A script on `requests`: parameters escaped, the whole token answer in hand, resources read, changed and put
    back as they came, JSON Patch for what is small. It knows its patients by their IHS number alone, from a table
    that it filled long ago, and never asks for them."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._wire = Wire(url)
        self._who = credentials
        self._token: str | None = None

    def sign_in(self) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._who.client_id,
            "client_secret": self._who.client_secret,
        }
        return self._wire.send("POST", TOKEN, self._common({"Content-Type": FORM}), urlencode(form))

    @staticmethod
    def _common(more: Mapping[str, str]) -> dict[str, str]:
        common = {"User-Agent": "python-requests/2.32.5", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
        return {**common, "Connection": "keep-alive", **more}

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Answer:
        if self._token is None:
            self._token = self.sign_in().json["access_token"]
        headers = self._common({"Authorization": f"Bearer {self._token}"})
        if body is not None:
            headers["Content-Type"] = content_type
        target = f"{FHIR}{path}" + (f"?{urlencode(params)}" if params else "")
        return self._wire.send(method, target, headers, None if body is None else json.dumps(body))

    def send(self, visit: Visit, ihs_number: str) -> str:
        """The Encounter's id: `arrived`, what was found and done in any order, then `finished` by a patch."""
        subject = {"reference": f"Patient/{ihs_number}", "display": visit.name}
        made = self.call(
            "POST",
            "/Encounter",
            body={
                "resourceType": "Encounter",
                "identifier": [
                    {"system": f"http://sys-ids.kemkes.go.id/encounter/{self._who.number}", "value": visit.number}
                ],
                "status": "arrived",
                "class": {"system": terms("v3-ActCode"), "code": "EMER", "display": "emergency"},
                "subject": subject,
                "participant": [{"individual": {"reference": "Practitioner/10009880728", "display": visit.doctor}}],
                "period": {"start": visit.at(0)},
                "statusHistory": [{"status": "arrived", "period": {"start": visit.at(0)}}],
                "serviceProvider": {"reference": f"Organization/{self._who.number}"},
            },
        ).json
        encounter_id = str(made["id"])
        encounter = {"reference": f"Encounter/{encounter_id}"}
        self._treat(visit, subject, encounter)
        read = self.call("GET", f"/Encounter/{encounter_id}").json
        read["status"] = "in-progress"
        assert self.call("PUT", f"/Encounter/{encounter_id}", body=read).status == 200
        patch = [
            {"op": "replace", "path": "/status", "value": "finished"},
            {"op": "add", "path": "/period/end", "value": visit.at(90)},
            {
                "op": "add",
                "path": "/statusHistory/-",
                "value": {"status": "finished", "period": {"start": visit.at(90)}},
            },
        ]
        path = f"/Encounter/{encounter_id}"
        patched = self.call("PATCH", path, body=patch, content_type="application/json-patch+json")
        assert patched.json["status"] == "finished"
        return encounter_id

    def _treat(self, visit: Visit, subject: dict[str, str], encounter: dict[str, str]) -> None:
        common = {"subject": subject, "encounter": encounter}
        temperature = {"value": 36.5, "unit": "C", "system": "http://unitsofmeasure.org", "code": "Cel"}
        self._post(
            {
                "resourceType": "Observation",
                "status": "final",
                "category": [coded(terms("observation-category"), "vital-signs", "Vital Signs")],
                "code": coded("http://loinc.org", "8310-5", "Body temperature"),
                "effectiveDateTime": visit.at(15),
                "valueQuantity": temperature,
                **common,
            }
        )
        self._post(
            {
                "resourceType": "Procedure",
                "status": "completed",
                "code": coded("http://hl7.org/fhir/sid/icd-9-cm", "86.59", "Closure of skin"),
                "performedPeriod": {"start": visit.at(30), "end": visit.at(50)},
                **common,
            }
        )
        for code, display in visit.diagnoses:
            self._post(
                {
                    "resourceType": "Condition",
                    "clinicalStatus": coded(terms("condition-clinical"), "active", "Active"),
                    "category": [coded(terms("condition-category"), "encounter-diagnosis", "Encounter Diagnosis")],
                    "code": coded(ICD10, code, display),
                    **common,
                }
            )

    def _post(self, resource: dict[str, Any]) -> None:
        answer = self.call("POST", f"/{resource['resourceType']}", body=resource)
        assert answer.status == 201, answer.body
