"""A bridge in PHP."""

import json
from collections.abc import Mapping
from typing import Any

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


class PhpBridge:
    """A package for Laravel, on Guzzle and curl: the address with its bar unescaped, `application/json` on every
    request and no `Accept`, JSON printed over many lines; a look-up is read by `total`, an answered Bundle by
    `resourceID`."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._wire = Wire(url)
        self._who = credentials
        self._token: str | None = None

    def sign_in(self) -> Answer:
        form = f"client_id={self._who.client_id}&client_secret={self._who.client_secret}"
        return self._wire.send("POST", TOKEN, {"User-Agent": "GuzzleHttp/7", "Content-Type": FORM}, form)

    def _headers(self) -> dict[str, str]:
        if self._token is None:
            self._token = self.sign_in().json["access_token"]
        return {
            "User-Agent": "GuzzleHttp/7",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._token}",
        }

    def look_up(self, type_name: str, nik: str) -> str:
        """The id of the person with this NIK; `Not Found` where the answer has no total."""
        answer = self._wire.send("GET", f"{FHIR}/{type_name}?identifier={NIK}|{nik}", self._headers())
        found = answer.json
        return "Not Found" if not found.get("total") else str(found["entry"][0]["resource"]["id"])

    def post(self, type_name: str, resource: Mapping[str, Any]) -> Answer:
        path = FHIR if type_name == "Bundle" else f"{FHIR}/{type_name}"
        return self._wire.send("POST", path, self._headers(), self._encoded(resource))

    def put(self, type_name: str, resource_id: str, resource: Mapping[str, Any]) -> Answer:
        body = self._encoded({**resource, "id": resource_id})
        return self._wire.send("PUT", f"{FHIR}/{type_name}/{resource_id}", self._headers(), body)

    @staticmethod
    def _encoded(resource: Mapping[str, Any]) -> str:
        """`json_encode` with JSON_PRETTY_PRINT: four blanks, what is not ASCII and every slash escaped."""
        return json.dumps(resource, indent=4).replace("/", "\\/")

    def ward(self) -> str:
        """The id of the emergency department, made once."""
        made = self.post(
            "Location",
            {
                "resourceType": "Location",
                "status": "active",
                "mode": "instance",
                "identifier": [{"system": f"http://sys-ids.kemkes.go.id/location/{self._who.number}", "value": "IGD"}],
                "name": "Instalasi Gawat Darurat",
                "description": "Instalasi Gawat Darurat",
                "physicalType": coded(terms("location-physical-type"), "ro", "Room"),
                "managingOrganization": {"reference": f"Organization/{self._who.number}"},
            },
        )
        return str(made.json["id"])

    def encounter(self, visit: Visit, patient_id: str, doctor_id: str, ward_id: str) -> dict[str, Any]:
        """The visit as it arrives."""
        return {
            "resourceType": "Encounter",
            "identifier": [
                {"system": f"http://sys-ids.kemkes.go.id/encounter/{self._who.number}", "value": visit.number}
            ],
            "status": "arrived",
            "statusHistory": [{"status": "arrived", "period": {"start": visit.at(0)}}],
            "class": {"code": "EMER", "display": "emergency", "system": terms("v3-ActCode")},
            "subject": {"reference": f"Patient/{patient_id}", "display": visit.name},
            "participant": [
                {
                    "individual": {"reference": f"Practitioner/{doctor_id}", "display": visit.doctor},
                    "type": [coded(terms("v3-ParticipationType"), "ATND", "attender")],
                }
            ],
            "period": {"start": visit.at(0)},
            "location": [{"location": {"reference": f"Location/{ward_id}", "display": "Instalasi Gawat Darurat"}}],
            "serviceProvider": {"reference": f"Organization/{self._who.number}"},
        }

    def condition(self, visit: Visit, patient_id: str, encounter: str, code: str, display: str) -> dict[str, Any]:
        return {
            "resourceType": "Condition",
            "clinicalStatus": coded(terms("condition-clinical"), "active", "Active"),
            "category": [coded(terms("condition-category"), "encounter-diagnosis", "Encounter Diagnosis")],
            "code": coded(ICD10, code, display),
            "subject": {"reference": f"Patient/{patient_id}", "display": visit.name},
            "encounter": {"reference": encounter, "display": f"Kunjungan {visit.number}"},
            "onsetDateTime": visit.at(0),
            "recordedDate": visit.at(20),
        }

    @staticmethod
    def diagnosis(reference: str, display: str, rank: int) -> dict[str, Any]:
        return {
            "condition": {"reference": reference, "display": display},
            "use": coded(terms("diagnosis-role"), "DD", "Discharge diagnosis"),
            "rank": rank,
        }

    def send_one_by_one(self, visit: Visit) -> str:
        """The Encounter's id: look-ups, `arrived`, the diagnoses, `in-progress`, `finished`."""
        patient_id, doctor_id = self.look_up("Patient", visit.nik), self.look_up("Practitioner", visit.doctor_nik)
        encounter = self.encounter(visit, patient_id, doctor_id, self.ward())
        encounter_id = str(self.post("Encounter", encounter).json["id"])
        diagnoses = []
        for rank, (code, display) in enumerate(visit.diagnoses, 1):
            condition = self.condition(visit, patient_id, f"Encounter/{encounter_id}", code, display)
            made = self.post("Condition", condition).json["id"]
            diagnoses.append(self.diagnosis(f"Condition/{made}", display, rank))
        encounter["status"] = "in-progress"
        encounter["statusHistory"][0]["period"]["end"] = visit.at(10)
        encounter["statusHistory"].append(
            {"status": "in-progress", "period": {"start": visit.at(10), "end": visit.at(90)}}
        )
        assert self.put("Encounter", encounter_id, encounter).json["id"] == encounter_id
        encounter["status"], encounter["diagnosis"] = "finished", diagnoses
        encounter["period"]["end"] = visit.at(90)
        encounter["statusHistory"].append(
            {"status": "finished", "period": {"start": visit.at(90), "end": visit.at(90)}}
        )
        assert self.put("Encounter", encounter_id, encounter).json["status"] == "finished"
        return encounter_id

    def send_as_bundle(self, visit: Visit) -> str:
        """The Encounter's id: all of a finished visit in one transaction to the base, the Encounter first."""
        patient_id, doctor_id = self.look_up("Patient", visit.nik), self.look_up("Practitioner", visit.doctor_nik)
        encounter = self.encounter(visit, patient_id, doctor_id, self.ward())
        own_url, entries = f"urn:uuid:{uuid_text()}", []
        encounter["status"], encounter["diagnosis"] = "finished", []
        encounter["period"]["end"] = visit.at(90)
        for rank, (code, display) in enumerate(visit.diagnoses, 1):
            url = f"urn:uuid:{uuid_text()}"
            encounter["diagnosis"].append(self.diagnosis(url, display, rank))
            condition = self.condition(visit, patient_id, own_url, code, display)
            entries.append({"fullUrl": url, "resource": condition, "request": {"method": "POST", "url": "Condition"}})
        first = {"fullUrl": own_url, "resource": encounter, "request": {"method": "POST", "url": "Encounter"}}
        answer = self.post("Bundle", {"resourceType": "Bundle", "type": "transaction", "entry": [first, *entries]})
        return str(answer.json["entry"][0]["response"]["resourceID"])
