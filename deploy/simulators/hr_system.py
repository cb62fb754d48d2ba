"""An employer's HR system: Tahap I, Tahap II and papers."""

from datetime import date, datetime
from typing import Any

from deploy.simulators.partner_client import PartnerClient
from deploy.simulators.people import Worker

SERVICE = "intake"
WAGE_RUPIAH = 5_000_000
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


class HrSystem:
    """Reports accidents of one employer."""

    def __init__(self, client: PartnerClient, name: str) -> None:
        self._client = client
        self._name = name
        self.registration_number = client.number

    def report(self, worker: Worker, occurred_at: datetime, body_part: str, chronology: str) -> dict[str, Any]:
        """Tahap I (Form 3 KK 1). The hub's answer."""
        contact = {"name": "Rina", "phone": "+6281234567890", "email": "hr@contoh.example"}
        body = {
            "segment": "PU",
            "kind": "accident",
            "employer": {
                "registration_number": self.registration_number,
                "name": self._name,
                "sector_kbli": "25111",
                "address": "Jl. Industri 1, Tangerang",
                "region_code": "3671",
                "contact": contact,
            },
            "worker": {
                "nik": worker.nik,
                "kpj": worker.kpj,
                "name": worker.name,
                "birth_date": worker.birth_date,
                "sex": "female",
                "occupation": "Operator mesin press",
                "phone": "+6281298765432",
            },
            "wage": {"amount_rupiah": WAGE_RUPIAH, "basis": "monthly"},
            "event": {
                "occurred_at": occurred_at.isoformat(),
                "place_type": "inside_workplace",
                "place": "Lini press 2",
                "region_code": "3671",
                "chronology": chronology,
                "consequence": "injury",
                "body_parts": [body_part],
                "accident_type": "caught",
                "injury_source": "machine",
                "first_aid": {
                    "facility_type": "plkk",
                    "facility_name": "RS Contoh",
                    "condition_after": "inpatient",
                },
                "witnesses": [],
                "police_report_number": None,
            },
            "reporter": {"name": "Rina", "position": "HRD", "phone": "+6281234567890"},
        }
        made: dict[str, Any] = self._client.call("POST", SERVICE, "/v1/accident-reports", once=True, json=body).json()
        return made

    def read(self, report_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.call("GET", SERVICE, f"/v1/accident-reports/{report_id}").json()
        return found

    def apply_for_benefit(self, report_id: str, examined_on: date, absent: tuple[date, date]) -> None:
        """Tahap II (Form 3a KK 2): partial loss of function, and the wage for the days not worked."""
        body = {
            "outcome": "partial_functional",
            "examined_on": examined_on.isoformat(),
            "absence_periods": [{"from": absent[0].isoformat(), "to": absent[1].isoformat()}],
            "costs": [{"payee": "employer", "item": "stmb", "amount_rupiah": 500_000}],
            "bank_accounts": [
                {"payee": "participant", "bank": "Bank Contoh", "number": "1234567890", "holder": "Siti Aminah"}
            ],
            "heirs": [],
            "guardian": None,
            "children_under_23": [],
            "note": None,
        }
        self._client.call("PUT", SERVICE, f"/v1/accident-reports/{report_id}/stage-2", json=body)

    def send_paper(self, report_id: str, document_code: str) -> None:
        """A paper as PDF; a comment makes each one's bytes its own."""
        self._client.call(
            "PUT",
            SERVICE,
            f"/v1/accident-reports/{report_id}/documents/{document_code}",
            content=_PDF + f"% {document_code} {report_id}\n".encode(),
            headers={"Content-Type": "application/pdf"},
        )
