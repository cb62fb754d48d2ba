"""A hospital's system behind a SATUSEHAT bridge: a visit as one transaction Bundle, later the doctor's statement."""

import base64
import time
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from deploy.simulators.partner_client import PartnerClient, StepFailed
from deploy.simulators.people import Worker

SERVICE = "hospital_gateway"
_FHIR_JSON = {"Content-Type": "application/fhir+json"}
_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 20.0
_ICD_10 = "http://hl7.org/fhir/sid/icd-10"


@dataclass(frozen=True)
class Visit:
    """An emergency visit. `diagnoses` are ICD-10 codes with the doctor's words; `onset` when the injury happened, as
    the hospital has it."""

    worker: Worker
    start: datetime
    onset: datetime
    diagnoses: tuple[tuple[str, str], ...]
    hours: int = 5
    urls: dict[str, str] = field(
        default_factory=lambda: {name: f"urn:uuid:{uuid.uuid4()}" for name in ("patient", "encounter")}
    )

    @property
    def end(self) -> datetime:
        return self.start + timedelta(hours=self.hours)


@dataclass(frozen=True)
class Stored:
    """Where the hub keeps the visit."""

    patient_id: str
    encounter_id: str


class Hospital:
    """Sends visits of one hospital."""

    def __init__(self, client: PartnerClient) -> None:
        self._client = client
        self._code = client.number

    def send_visit(self, visit: Visit) -> Stored:
        """A transaction Bundle. Raises StepFailed when not every entry was stored."""
        body = self._bundle(visit)
        answer = self._client.call("POST", SERVICE, "/fhir", json=body, headers=_FHIR_JSON).json()
        locations = [entry["response"]["location"] for entry in answer["entry"]]
        if len(locations) != len(body["entry"]):
            raise StepFailed("the transaction-response does not answer every entry")
        ids = {location.split("/")[-4]: location.split("/")[-3] for location in locations[:2]}
        return Stored(ids["Patient"], ids["Encounter"])

    def send_statement(self, stored: Stored, sections: dict[str, str], signed_on: date) -> None:
        """Surat keterangan dokter, Form 3b KK 3, as a Composition."""
        body = {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "Surat Keterangan Dokter 3b KK 3"},
            "title": "Surat keterangan dokter pemeriksa (3b KK 3)",
            "subject": {"reference": f"Patient/{stored.patient_id}"},
            "encounter": {"reference": f"Encounter/{stored.encounter_id}"},
            "date": signed_on.isoformat(),
            "author": [{"display": "dr. Andi Wijaya, Sp.OT"}],
            "section": [
                {
                    "title": title,
                    "text": {
                        "status": "generated",
                        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{said}</p></div>',
                    },
                }
                for title, said in sections.items()
            ],
        }
        self._client.call("POST", SERVICE, "/fhir/Composition", json=body, headers=_FHIR_JSON)

    def send_image(self, stored: Stored, title: str) -> None:
        """An X-ray or photograph as a DocumentReference, each with bytes of its own."""
        picture = base64.b64encode(b"\xff\xd8\xff\xe0" + uuid.uuid4().bytes + b"\xff\xd9").decode()
        body = {
            "resourceType": "DocumentReference",
            "status": "current",
            "type": {"text": title},
            "subject": {"reference": f"Patient/{stored.patient_id}"},
            "content": [{"attachment": {"contentType": "image/jpeg", "title": title, "data": picture}}],
            "context": {"encounter": [{"reference": f"Encounter/{stored.encounter_id}"}]},
        }
        self._client.call("POST", SERVICE, "/fhir/DocumentReference", json=body, headers=_FHIR_JSON)

    def wait_for_request(self, stored: Stored, document_code: str, status: str) -> dict[str, Any]:
        """The Task by which the hub asks for this paper, once it has this status. Raises StepFailed."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        path = f"/fhir/Task?encounter=Encounter/{stored.encounter_id}&status={status}"
        while time.monotonic() < deadline:
            found = self._client.call("GET", SERVICE, path).json().get("entry", [])
            for task in (entry["resource"] for entry in found):
                if task["code"]["coding"][0]["code"] == document_code:
                    return dict(task)
            time.sleep(_POLL_SECONDS)
        raise StepFailed(f"no Task for {document_code} became {status}")

    def _bundle(self, visit: Visit) -> dict[str, Any]:
        resources = [
            (visit.urls["patient"], self._patient(visit.worker)),
            (visit.urls["encounter"], self._encounter(visit)),
            *((f"urn:uuid:{uuid.uuid4()}", self._condition(visit, *each)) for each in visit.diagnoses),
        ]
        return {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {"fullUrl": url, "resource": each, "request": {"method": "POST", "url": each["resourceType"]}}
                for url, each in resources
            ],
        }

    def _patient(self, worker: Worker) -> dict[str, Any]:
        return {
            "resourceType": "Patient",
            "identifier": [{"use": "official", "system": "https://fhir.kemkes.go.id/id/nik", "value": worker.nik}],
            "name": [{"use": "official", "text": worker.name}],
            "gender": "female",
            "birthDate": worker.birth_date,
        }

    def _encounter(self, visit: Visit) -> dict[str, Any]:
        return {
            "resourceType": "Encounter",
            "identifier": [
                {
                    "system": f"http://sys-ids.kemkes.go.id/encounter/{self._code}",
                    "value": f"ENC-{uuid.uuid4().hex[:10]}",
                }
            ],
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER"},
            "subject": {"reference": visit.urls["patient"], "display": visit.worker.name},
            "period": {"start": visit.start.isoformat(), "end": visit.end.isoformat()},
            "hospitalization": {"dischargeDisposition": {"coding": [{"code": "home", "display": "Home"}]}},
            "serviceProvider": {"reference": f"Organization/{self._code}"},
        }

    def _condition(self, visit: Visit, code: str, words: str) -> dict[str, Any]:
        return {
            "resourceType": "Condition",
            "clinicalStatus": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
            },
            "category": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/condition-category",
                            "code": "encounter-diagnosis",
                        }
                    ]
                }
            ],
            "code": {"coding": [{"system": _ICD_10, "code": code, "display": words}], "text": words},
            "subject": {"reference": visit.urls["patient"]},
            "encounter": {"reference": visit.urls["encounter"]},
            "onsetDateTime": visit.onset.isoformat(),
        }
