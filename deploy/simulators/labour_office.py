"""A labour office (Disnaker): a webhook receiver that verifies what it gets, and the inspector's answers."""

import http.server
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from deploy.simulators.partner_client import PartnerClient, StepFailed

SERVICE = "disnaker_gateway"
_EVENT_TYPES = ["case.opened", "case.updated", "determination.requested"]


@dataclass(frozen=True)
class Delivery:
    """A notification whose signature holds. `at` is the monotonic clock's second of its coming."""

    at: float
    webhook_id: str
    body: dict[str, Any]


class WebhookReceiver:
    """An HTTP server on a free port. It answers 401 to a bad signature and takes each webhook-id once."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.refused = 0
        self._secret: str | None = None
        self._seen: set[str] = set()
        self._changed = threading.Condition()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, name="webhook-receiver", daemon=True).start()

    def trust(self, secret: str) -> None:
        with self._changed:
            self._secret = secret
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[Delivery], bool], timeout_seconds: float = 20.0) -> Delivery:
        """The first delivery that is wanted. Raises StepFailed when none comes."""
        with self._changed:
            self._changed.wait_for(lambda: any(map(wanted, self.deliveries)), timeout_seconds)
            for delivery in self.deliveries:
                if wanted(delivery):
                    return delivery
        raise StepFailed(f"no such notification came within {timeout_seconds:.0f} s ({self.refused} refused)")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """The HTTP status to answer with."""
        at = time.monotonic()
        with self._changed:
            # The first news may come before the answer that holds the secret has been read.
            self._changed.wait_for(lambda: self._secret is not None, 5.0)
            try:
                verified = Webhook(self._secret or "").verify(body, headers)
            except (WebhookVerificationError, RuntimeError, ValueError):
                self.refused += 1
                return 401
            if headers["webhook-id"] not in self._seen:
                self._seen.add(headers["webhook-id"])
                self.deliveries.append(Delivery(at, headers["webhook-id"], verified))
                self._changed.notify_all()
        return 204

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(receiver.take({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """The demo prints its own lines."""

        return Handler


class LabourOffice:
    """One province's office."""

    def __init__(self, client: PartnerClient, receiver: WebhookReceiver) -> None:
        self._client = client
        self.receiver = receiver
        self._subscription_id: str | None = None

    def subscribe(self) -> None:
        province = self._client.number
        body = {"url": self.receiver.url, "region_codes": [province], "event_types": _EVENT_TYPES}
        made = self._client.call("POST", SERVICE, "/v1/subscriptions", once=True, json=body).json()
        self._subscription_id = made["id"]
        self.receiver.trust(made["secret"])

    def unsubscribe(self) -> None:
        if self._subscription_id is not None:
            self._client.call("DELETE", SERVICE, f"/v1/subscriptions/{self._subscription_id}", expect=(204,))

    def notified(self, case_number: str, event_type: str) -> Delivery:
        """The verified notification of that case and type."""
        return self.receiver.wait_for(
            lambda each: (each.body.get("case_number"), each.body["type"]) == (case_number, event_type)
        )

    def acknowledge(self, delivery: Delivery, inspector: str) -> None:
        path = f"/v1/notifications/{delivery.body['notification_id']}/acknowledgement"
        self._client.call("POST", SERVICE, path, once=True, json={"officer": {"id": inspector}})

    def read_case(self, case_number: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.call("GET", SERVICE, f"/v1/cases/{case_number}").json()
        return found

    def determine(self, case_number: str, decision: str, decided_on: date) -> dict[str, Any]:
        """The inspector's penetapan."""
        body = {
            "case_number": case_number,
            "decision": decision,
            "disability": None,
            "benefit_amount_rupiah": None,
            "letter_number": "566/123/2026",
            "decided_on": decided_on.isoformat(),
            "inspector": {"name": "Andi", "id": "PPK-1"},
            "legal_basis": "PP 44/2015 art. 49",
            "advisory_doctor_opinion": None,
            "supersedes": None,
        }
        made: dict[str, Any] = self._client.call("POST", SERVICE, "/v1/determinations", once=True, json=body).json()
        return made
