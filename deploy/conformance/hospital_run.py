"""What a run as a hospital carries from rule to rule, and the resources that it sends: invented people and visits."""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.conformance.hub_under_test import HubUnderTest
from deploy.conformance.rules import RuleBroken

NIK = "https://fhir.kemkes.go.id/id/nik"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
_CLASS = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER", "display": "emergency"}


def invented_nik() -> str:
    """Well formed, and of a province that there is not: nobody's."""
    pick = secrets.SystemRandom()
    born = f"{pick.randint(1, 28):02d}{pick.randint(1, 12):02d}{pick.randint(60, 99)}"
    return f"99{pick.randint(1, 9999):04d}{born}{pick.randint(1, 9999):04d}"


@dataclass
class HospitalRun:
    """`hub` as the hospital, `other` as a second one. `workers` are a sandbox's. `patience_seconds` is how long the
    hub may take to let a claim come back."""

    hub: HubUnderTest
    other: HubUnderTest | None = None
    workers: list[dict[str, Any]] = field(default_factory=list)
    patience_seconds: float = 30.0
    nik: str = field(default_factory=invented_nik)
    doctor_nik: str = field(default_factory=invented_nik)
    started: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2))
    paths: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)

    @property
    def second(self) -> HubUnderTest:
        if self.other is None:
            raise RuleBroken("no second hospital")
        return self.other

    def patient(self, nik: str | None = None) -> dict[str, Any]:
        return {
            "resourceType": "Patient",
            "identifier": [{"use": "official", "system": NIK, "value": nik or self.nik}],
            "name": [{"use": "official", "text": "Contoh Uji Kesesuaian"}],
            "gender": "female",
            "birthDate": "1990-03-12",
        }

    def encounter(self, patient: str, status: str = "arrived", number: str | None = None) -> dict[str, Any]:
        period = {"start": self.started.isoformat()}
        if status == "finished":
            period["end"] = (self.started + timedelta(hours=1)).isoformat()
        return {
            "resourceType": "Encounter",
            "identifier": [{"system": self.visit_system, "value": number or new_number()}],
            "status": status,
            "class": _CLASS,
            "subject": {"reference": patient, "display": "Contoh Uji Kesesuaian"},
            "period": period,
            "serviceProvider": {"reference": f"Organization/{self.hub.number}"},
        }

    @property
    def visit_system(self) -> str:
        return f"http://sys-ids.kemkes.go.id/encounter/{self.hub.number}"

    def condition(self, patient: str, encounter: str, code: str = "S61.0", words: str = "Luka jari") -> dict[str, Any]:
        return {
            "resourceType": "Condition",
            "clinicalStatus": _coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "category": [_coding("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")],
            "code": {"coding": [{"system": ICD_10, "code": code, "display": words}], "text": words},
            "subject": {"reference": patient},
            "encounter": {"reference": encounter},
            "onsetDateTime": self.started.isoformat(),
        }

    def procedure(self, patient: str, encounter: str) -> dict[str, Any]:
        return {
            "resourceType": "Procedure",
            "status": "completed",
            "code": {"coding": [{"system": ICD_9, "code": "86.59", "display": "Closure of skin"}]},
            "subject": {"reference": patient},
            "encounter": {"reference": encounter},
            "performedDateTime": self.started.isoformat(),
        }

    def statement(self, patient: str, encounter: str) -> dict[str, Any]:
        """Surat keterangan dokter (3b KK 3), in the form that hospitals write it in."""
        said = {"Anamnesa": "Jari tersayat mesin.", "Diagnosis": "Luka jari", "Hasil": "Sembuh"}
        return {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "Surat Keterangan Dokter 3b KK 3"},
            "title": "Surat keterangan dokter pemeriksa (3b KK 3)",
            "subject": {"reference": patient},
            "encounter": {"reference": encounter},
            "date": self.started.date().isoformat(),
            "author": [{"display": "dr. Contoh"}],
            "section": [
                {
                    "title": title,
                    "text": {
                        "status": "generated",
                        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{words}</p></div>',
                    },
                }
                for title, words in said.items()
            ],
        }


def observation_text(patient: str, encounter: str, value: str = "120.10") -> str:
    """As text, since a decimal's digits are part of what is said."""
    return (
        '{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org",'
        f'"code":"29463-7","display":"Body weight"}}]}},"subject":{{"reference":"{patient}"}},'
        f'"encounter":{{"reference":"{encounter}"}},'
        f'"valueQuantity":{{"value":{value},"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}}}'
    )


def new_number() -> str:
    return f"UJI-{uuid.uuid4().hex[:12]}"


def urn() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def bundle(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def posted(resource: dict[str, Any], full_url: str | None = None) -> dict[str, Any]:
    named = {"fullUrl": full_url} if full_url else {}
    return {**named, "resource": resource, "request": {"method": "POST", "url": resource["resourceType"]}}


def without_ours(resource: dict[str, Any]) -> dict[str, Any]:
    """What was said, without what the hub adds."""
    return {name: value for name, value in resource.items() if name not in ("id", "meta", "text")}


def _coding(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}
