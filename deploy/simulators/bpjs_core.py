"""BPJS core: tells the hub who is insured, and confirms what was paid."""

import json
from datetime import date
from typing import Any

from deploy.simulators.partner_client import PartnerClient
from deploy.simulators.people import Worker

SERVICE = "verification"


class BpjsCore:
    """The systems behind the verifiers."""

    def __init__(self, client: PartnerClient) -> None:
        self._client = client

    def register(self, worker: Worker, employer: str, wage_rupiah: int, since: date) -> None:
        """One line of membership, as they come by the million."""
        line = {
            "nik": worker.nik,
            "kpj": worker.kpj,
            "name": worker.name,
            "birth_date": worker.birth_date,
            "employer_registration_number": employer,
            "segment": "PU",
            "programmes": ["JKK", "JKM", "JHT"],
            "wage_rupiah": wage_rupiah,
            "active_from": since.isoformat(),
            "active_to": None,
            "contributions_paid_until": None,
        }
        self._client.call(
            "POST",
            SERVICE,
            "/v1/participants/import",
            once=True,
            content=json.dumps(line).encode() + b"\n",
            headers={"Content-Type": "application/x-ndjson"},
        )

    def pay(self, case_number: str, line: dict[str, Any], paid_on: date, reference: str) -> None:
        """Confirm that one line of the benefit has been paid."""
        body = {
            "case_number": case_number,
            "benefit": line["benefit"],
            "amount_rupiah": line["amount_rupiah"],
            "paid_on": paid_on.isoformat(),
            "reference": reference,
        }
        self._client.call("POST", SERVICE, "/v1/payments", once=True, json=body)
