"""One accident told to a served hub by everybody who has to do with it, through the public APIs only."""

import copy
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import ECKey

from services.intake.application.forms.examples import ACCIDENT_REPORT, SELF_REPORT
from services.partners.domain.partners import ClientKind
from tests.support.agency_events import random_nik
from tests.support.papers import PDF
from tests.support.served_hub import ServedHub
from tests.support.until import until

_SAMPLE = Path(__file__).parents[1] / "samples" / "satusehat" / "hand-caught-in-press.json"
_NOWHERE = "http://127.0.0.1:9/hook"


def accident_report(nik: str, **worker: Any) -> dict[str, Any]:
    """A report that any employer's token of the example is good for, of an accident some hours ago."""
    report = copy.deepcopy(ACCIDENT_REPORT)
    occurred = datetime.now(UTC) - timedelta(hours=5)
    report["event"]["occurred_at"] = occurred.isoformat(timespec="seconds")
    report["first_alert"]["received_at"] = (occurred + timedelta(hours=1)).isoformat(timespec="seconds")
    report["worker"].update({"nik": nik, "kpj": f"{secrets.randbelow(10**11):011d}", **worker})
    return report


def self_report(nik: str) -> dict[str, Any]:
    report = copy.deepcopy(SELF_REPORT)
    report["event"]["occurred_at"] = (datetime.now(UTC) - timedelta(hours=5)).isoformat(timespec="seconds")
    report["worker"]["nik"] = nik
    return report


def bundle(nik: str, name: str, diagnosis: str) -> dict[str, Any]:
    """The sample visit, today, of this worker; `diagnosis` is told in words beside the codes."""
    now = datetime.now(UTC)
    text = _SAMPLE.read_text("utf-8").replace("3671015203900001", nik).replace("Siti Aminah", name)
    text = text.replace("2026-11-20T10:10:00+07:00", (now - timedelta(hours=4)).isoformat(timespec="seconds"))
    text = text.replace("2026-11-20T15:10:00+07:00", (now - timedelta(hours=1)).isoformat(timespec="seconds"))
    visit: dict[str, Any] = json.loads(text.replace("ENC-", f"ENC-{secrets.token_hex(6)}-"))
    for entry in visit["entry"]:
        if entry["resource"]["resourceType"] == "Condition":
            entry["resource"]["code"]["text"] = diagnosis
    return visit


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


@dataclass
class Story:
    """Who it is about, and then the ids of all that came of it. `answers` is everything that was answered."""

    hub: ServedHub
    nik: str = field(default_factory=random_nik)
    name: str = "Siti Aminah"
    phone: str = "+6281298765432"
    diagnosis: str = "Luka remuk tangan kanan"
    report_id: str = ""
    self_report_id: str = ""
    case_number: str = ""
    patient_id: str = ""
    encounter_id: str = ""
    subscription_id: str = ""
    employers_subscription_id: str = ""
    notification_id: str = ""
    determination_id: str = ""
    client_id: str = ""
    answers: list[httpx.Response] = field(default_factory=list)

    def tell(self) -> "Story":
        """All of it, one after the other."""
        self._subscribe()
        self._report()
        self._complete()
        self._treat()
        self._determine()
        self._work()
        self._register()
        self.hub.quiet()
        return self

    def send(
        self, service: str, kind: ClientKind, method: str, path: str, body: Any = None, **headers: str
    ) -> dict[str, Any]:
        """A request that must be taken; answers its body."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        given = {"Content-Type": "application/json"} if body is not None else {}
        answer = self.hub.apis[service].http.request(
            method, path, content=content, headers={**given, **self.hub.once(kind), **headers}
        )
        self.answers.append(answer)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        told: dict[str, Any] = answer.json()
        return told

    def _subscribe(self) -> None:
        wanted = {"url": _NOWHERE, "region_codes": ["36"]}
        made = self.send("disnaker_gateway", ClientKind.DISNAKER, "POST", "/v1/subscriptions", wanted)
        self.subscription_id = made["id"]
        made = self.send("intake", ClientKind.EMPLOYER, "POST", "/v1/subscriptions", {"url": _NOWHERE})
        self.employers_subscription_id = made["id"]

    def _report(self) -> None:
        report = accident_report(self.nik, name=self.name, phone=self.phone)
        report["event"]["chronology"] = f"{self.name} terjepit. {self.diagnosis}."
        made = self.send("intake", ClientKind.EMPLOYER, "POST", "/v1/accident-reports", report)
        self.report_id = made["report_id"]
        path = f"/v1/accident-reports/{self.report_id}"

        def opened() -> str | None:
            found: str | None = self.send("intake", ClientKind.EMPLOYER, "GET", path)["case_number"]
            return found

        self.case_number = until(opened)
        told = self_report(self.nik)
        told["worker"]["name"] = self.name
        self.self_report_id = self.send("intake", ClientKind.CHANNEL, "POST", "/v1/self-reports", told)["report_id"]

    def _complete(self) -> None:
        path = f"/v1/accident-reports/{self.report_id}"
        paper = PDF + f"{self.name} {self.nik} {self.diagnosis}".encode()
        self.send("intake", ClientKind.EMPLOYER, "PUT", f"{path}/documents/ID", paper, **{"Content-Type": "x/y"})
        heir = {"name": self.name, "nik": self.nik, "relation": "spouse", "phone": self.phone}
        stage_2 = {"outcome": "in_treatment", "examined_on": _today(), "heirs": [heir], "note": self.diagnosis}
        self.send("intake", ClientKind.EMPLOYER, "PUT", f"{path}/stage-2", stage_2)
        change = {"changes": {"event": {"place": f"Lini 2, {self.name}"}}, "reason": f"Nama: {self.name}."}
        self.send("intake", ClientKind.EMPLOYER, "POST", f"{path}/corrections", change)

    def _treat(self) -> None:
        visit = bundle(self.nik, self.name, self.diagnosis)
        answered = self.send("hospital_gateway", ClientKind.HOSPITAL, "POST", "/fhir", visit)
        paths = [entry["response"]["location"].split("/") for entry in answered["entry"]]
        self.patient_id, self.encounter_id = paths[0][1], paths[1][1]
        self.send("hospital_gateway", ClientKind.HOSPITAL, "GET", f"/fhir/Patient/{self.patient_id}")
        self.hub.quiet()

    def _determine(self) -> None:
        def notified() -> str | None:
            page = self.send("disnaker_gateway", ClientKind.DISNAKER, "GET", "/v1/notifications?limit=200")
            return next(
                (each["notification_id"] for each in page["items"] if each["case_number"] == self.case_number), None
            )

        self.notification_id = until(notified)
        path = f"/v1/notifications/{self.notification_id}/acknowledgement"
        seen = {"note": f"Sudah dibaca: {self.name}."}
        self.send("disnaker_gateway", ClientKind.DISNAKER, "POST", path, seen)
        self.send("disnaker_gateway", ClientKind.DISNAKER, "GET", f"/v1/cases/{self.case_number}")
        wanted = {
            "case_number": self.case_number,
            "decision": "WORK_ACCIDENT",
            "letter_number": "566/1/2026",
            "decided_on": _today(),
            "inspector": {"name": self.name, "id": "PPK-1"},
            "legal_basis": "PP 44/2015 art. 49",
            "advisory_doctor_opinion": f"{self.name}: {self.diagnosis}",
        }
        made = self.send("disnaker_gateway", ClientKind.DISNAKER, "POST", "/v1/determinations", wanted)
        self.determination_id = made["determination_id"]
        self.hub.quiet()

    def _work(self) -> None:
        path = f"/v1/claims/{self.case_number}"
        found = self.send("verification", ClientKind.BPJS_VERIFIER, "GET", f"/v1/claims?q={self.nik}")
        assert [item["case_number"] for item in found["items"]] == [self.case_number]
        note = {"text": f"{self.name} ({self.nik}): {self.diagnosis}"}
        self.send("verification", ClientKind.BPJS_VERIFIER, "POST", f"{path}/notes", note)
        officer = {"officer": {"id": "V-1", "name": "Dewi"}}
        self.send("verification", ClientKind.BPJS_VERIFIER, "POST", f"{path}/assignment", officer)
        claim = self.send("verification", ClientKind.BPJS_VERIFIER, "GET", path)
        decision = {"decision": "request_completion", "reason": f"{self.name}: {self.diagnosis}"}
        version = {"If-Match": f'"{claim["decision_version"]}"'}
        self.send("verification", ClientKind.BPJS_VERIFIER, "POST", f"{path}/decisions", decision, **version)

    def _register(self) -> None:
        key = ECKey.generate_key("P-384", parameters={"kid": "client-key"}).as_dict(private=False)
        wanted = {"kind": "employer", "org": "employer:NEW1", "name": "PT Baru", "public_jwk": key}
        self.client_id = self.send("partners", ClientKind.OPERATOR, "POST", "/v1/clients", wanted)["client_id"]
