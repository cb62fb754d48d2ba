"""One accident and the four parties to it: who sends what, and what came of it."""

import copy
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from deploy.local.settings import SERVICES
from services.intake.application.forms.examples import ACCIDENT_REPORT
from shared.sealing.secrets_folder import OPERATOR_FILE, read_jwk_file
from tests.support.eventually import eventually
from tests.support.hub import Hub, base_url
from tests.support.papers import PDF
from tests.support.parties import Accepted, Party, register
from tests.support.webhook_receiver import WebhookReceiver

WIB = timezone(timedelta(hours=7))
PROVINCE, REGION, HOSPITAL = "36", "3671", "100000401"
NOTICES = ["case.opened", "case.updated", "determination.requested"]
_BUNDLE = Path(__file__).parents[1] / "samples" / "satusehat" / "hand-caught-in-press.json"
SOURCES = {"intake", "hospital_gateway", "disnaker_gateway"}


def ago(hours: float) -> str:
    return (datetime.now(WIB) - timedelta(hours=hours)).isoformat(timespec="seconds")


@dataclass
class Parties:
    """The four, and the operator who registered them."""

    operator: Party
    employer: Party
    hospital: Party
    disnaker: Party
    verifier: Party

    def accepted(self) -> list[Accepted]:
        """Everything that any of them was told to be accepted."""
        all_of_them = (self.operator, self.employer, self.hospital, self.disnaker, self.verifier)
        return [line for party in all_of_them for line in party.journal]


def operator_of(hub: Hub) -> Party:
    """The first operator, whom the secrets folder names."""
    made = read_jwk_file(hub.secrets_dir, OPERATOR_FILE)
    urls = {name: base_url(name) for name in SERVICES}
    return Party(hub.http, urls, made["client_id"], ECKey.import_key(made["private_jwk"]))


async def meet(operator: Party, receiver: WebhookReceiver) -> Parties:
    """Register the four and let Disnaker subscribe."""
    parties = Parties(
        operator,
        await register(operator, "employer", "employer:JJ012345"),
        await register(operator, "hospital", f"hospital:{HOSPITAL}", region=REGION),
        await register(operator, "disnaker", f"disnaker:{PROVINCE}"),
        await register(operator, "bpjs-verifier", "bpjs:cikokol"),
    )
    await subscribe(parties.disnaker, receiver)
    return parties


async def subscribe(disnaker: Party, receiver: WebhookReceiver) -> None:
    """Let the office's notifications come to `receiver`, with the secret to verify them."""
    wanted = {"url": receiver.url, "region_codes": [PROVINCE], "event_types": NOTICES}
    made = await disnaker.write(
        "POST",
        "disnaker_gateway",
        "/v1/subscriptions",
        what="subscription",
        names=lambda made: ("", made["id"]),
        json=wanted,
    )
    receiver.secret = made["secret"]


@dataclass
class Accident:
    """A press operator's caught hand. Each step sends what one party has and returns when it is accepted; `play`
    takes the steps by name."""

    parties: Parties
    born: str = ""
    nik: str = ""
    report_id: str = ""
    patient: str = ""
    encounter: str = ""
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.SystemRandom()
        year, month, day = chance.randint(60, 99), chance.randint(1, 12), chance.randint(1, 28)
        self.born = f"19{year}-{month:02d}-{day:02d}"
        self.nik = f"367101{day + 40:02d}{month:02d}{year}{chance.randint(1, 9998):04d}"

    async def play(self, *steps: str) -> None:
        for step in steps:
            await getattr(self, step)()
            self.sent.append(step)

    async def report(self) -> None:
        made = await self.parties.employer.write(
            "POST", "intake", "/v1/accident-reports", what="report", names=_report_id, json=self._report()
        )
        self.report_id = made["report_id"]

    async def bundle(self) -> None:
        text = _BUNDLE.read_text("utf-8").replace("3671015203900001", self.nik).replace("1990-03-12", self.born)
        text = text.replace("ENC-", f"ENC-{uuid.uuid4().hex[:8]}-")
        text = text.replace("2026-11-20T10:10:00+07:00", ago(19)).replace("2026-11-20T15:10:00+07:00", ago(14))

        def visit(made: Any) -> tuple[str, str]:
            places = [entry["response"]["location"].split("/_history")[0] for entry in made["entry"]]
            self.patient = next(place for place in places if place.startswith("Patient/"))
            self.encounter = next(place for place in places if place.startswith("Encounter/"))
            return self.encounter.split("/")[1], self.encounter.split("/")[1]

        await self._fhir("/fhir", text, "bundle", visit)

    async def statement(self) -> None:
        """The doctor's, Form 3b KK 3."""
        body = json.dumps(self._composition())
        await self._fhir(
            "/fhir/Composition", body, "statement", lambda made: (self.encounter.split("/")[1], made["id"])
        )

    async def stage_2(self) -> None:
        path = f"/v1/accident-reports/{self.report_id}/stage-2"
        body: dict[str, Any] = {
            "outcome": "partial_anatomical",
            "examined_on": ago(2)[:10],
            "absence_periods": [],
            "costs": [],
            "bank_accounts": [],
            "heirs": [],
            "guardian": None,
            "children_under_23": [],
            "note": None,
        }
        await self.parties.employer.write("PUT", "intake", path, what="stage-2", names=_report_id, json=body)

    async def document(self) -> None:
        path = f"/v1/accident-reports/{self.report_id}/documents/ID"
        await self.parties.employer.write(
            "PUT",
            "intake",
            path,
            what="document",
            names=lambda _: (self.report_id, self.report_id),
            content=PDF + self.nik.encode(),
        )

    async def determination(self) -> None:
        """The inspector's, once the office knows the case."""
        case_number = await self.case_number()

        async def known() -> bool:
            answer = await self.parties.disnaker.ask("GET", "disnaker_gateway", f"/v1/cases/{case_number}")
            return answer.status_code == 200

        await eventually(known, timeout_seconds=60.0)
        body = {
            "case_number": case_number,
            "decision": "WORK_ACCIDENT",
            "disability": None,
            "benefit_amount_rupiah": None,
            "letter_number": "566/123/2026",
            "decided_on": ago(1)[:10],
            "inspector": {"name": "Andi", "id": "PPK-1"},
            "legal_basis": "PP 44/2015",
            "advisory_doctor_opinion": None,
        }
        await self.parties.disnaker.write(
            "POST",
            "disnaker_gateway",
            "/v1/determinations",
            what="determination",
            names=lambda made: (made["determination_id"], made["determination_id"]),
            json=body,
        )

    async def case_number(self) -> str:
        """Of the one claim of this worker, once there is one."""

        async def found() -> str | None:
            page = await self.parties.verifier.read("verification", "/v1/claims", params={"q": self.nik})
            if len(page["items"]) > 1:
                raise AssertionError(f"two claims: {page['items']}")
            return page["items"][0]["case_number"] if page["items"] else None

        return await eventually(found, timeout_seconds=60.0)

    async def claim(self) -> dict[str, Any]:
        """The claim as it stands now."""
        found: dict[str, Any] = await self.parties.verifier.read(
            "verification", f"/v1/claims/{await self.case_number()}"
        )
        return found

    async def whole_claim(self) -> dict[str, Any]:
        """The claim, once it holds what all parties have sent."""

        async def whole() -> dict[str, Any] | None:
            claim = await self.claim()
            held = {item["source"] for item in claim["evidence"]}
            return claim if held >= SOURCES else None

        return await eventually(whole, timeout_seconds=60.0)

    async def _fhir(self, path: str, body: str, what: str, names: Callable[[Any], tuple[str, str]]) -> None:
        await self.parties.hospital.write(
            "POST",
            "hospital_gateway",
            path,
            what=what,
            names=names,
            content=body.encode(),
            headers={"Content-Type": "application/fhir+json"},
        )

    def _report(self) -> dict[str, Any]:
        report = copy.deepcopy(ACCIDENT_REPORT)
        del report["first_alert"]
        report["worker"].update(nik=self.nik, kpj=f"{uuid.uuid4().int % 10**11:011d}", birth_date=self.born)
        report["event"]["occurred_at"] = ago(20)
        return report

    def _composition(self) -> dict[str, Any]:
        said = {"Anamnesa": "Tangan kanan terjepit mesin press", "Hasil": "Cacat anatomis ibu jari kanan"}
        return {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "Surat Keterangan Dokter 3b KK 3"},
            "subject": {"reference": self.patient},
            "encounter": {"reference": self.encounter},
            "date": ago(3),
            "author": [{"reference": "Practitioner/10009880728", "display": "dr. Andi"}],
            "title": "Surat keterangan dokter pemeriksa (3b KK 3)",
            "section": [
                {
                    "title": title,
                    "text": {
                        "status": "generated",
                        "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{text}</p></div>',
                    },
                }
                for title, text in said.items()
            ],
        }


def _report_id(made: Any) -> tuple[str, str]:
    return made["report_id"], made["report_id"]


def essence(claim: dict[str, Any]) -> dict[str, Any]:
    """What must be the same whatever the order of arrival and whatever died on the way."""
    return {
        "evidence": sorted((item["source"], item["kind"]) for item in claim["evidence"]),
        "state": claim["state"],
        "waiting_on": claim["waiting_on"],
        "waiting_reason": claim["waiting_reason"],
        "checklist": sorted((item["document_code"], item["state"]) for item in claim["checklist"]),
        "payer_of_first_resort": claim["payer_of_first_resort"],
    }
