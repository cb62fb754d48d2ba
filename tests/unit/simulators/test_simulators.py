"""The partners' systems of the demo are outsiders: they know the public interface only."""

import ast
import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from deploy.simulators.labour_office import WebhookReceiver
from deploy.simulators.partner_client import StepFailed
from deploy.simulators.people import new_worker
from shared.identifiers import is_kpj, nik_birth_dates, nik_is_female, nik_problems

SIMULATORS = Path(__file__).resolve().parents[3] / "deploy" / "simulators"
SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_simulators_import_nothing_of_the_hub() -> None:
    for path in SIMULATORS.glob("*.py"):
        inner = {name for name in imported(path) if name.split(".")[0] in ("services", "shared", "tests")}
        inner |= {name for name in imported(path) if name.startswith("deploy.") and "simulators" not in name}
        assert inner == set(), path.name


def test_invented_workers_have_plausible_identifiers() -> None:
    for _ in range(200):
        worker = new_worker("Siti")
        assert nik_problems(worker.nik) == []
        assert nik_is_female(worker.nik)
        assert worker.birth_date in [each.isoformat() for each in nik_birth_dates(worker.nik)]
        assert is_kpj(worker.kpj)


def post(receiver: WebhookReceiver, body: bytes, webhook_id: str, secret: str = SECRET) -> int:
    at = datetime.now(UTC)
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at, body.decode()),
    }
    return httpx.post(receiver.url, content=body, headers=headers).status_code


def test_the_receiver_takes_a_signed_message_once_and_refuses_others() -> None:
    receiver = WebhookReceiver()
    try:
        receiver.trust(SECRET)
        webhook_id, body = uuid.uuid4().hex, json.dumps({"case_number": "JKK-1", "type": "case.opened"}).encode()
        other = "whsec_" + "A" * 43 + "="
        assert post(receiver, body, webhook_id, other) == 401
        assert [post(receiver, body, webhook_id), post(receiver, body, webhook_id)] == [204, 204]
        assert [each.webhook_id for each in receiver.deliveries] == [webhook_id]
        assert receiver.refused == 1
        with pytest.raises(StepFailed):
            receiver.wait_for(lambda each: each.body["case_number"] == "JKK-2", timeout_seconds=0.01)
    finally:
        receiver.close()
