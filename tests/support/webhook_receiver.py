"""A partner's webhook endpoint on a real socket, and its journal: the only authority on what was delivered."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Delivery:
    """One request and the status that it was answered with."""

    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def notification(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class WebhookReceiver:
    """`url` is what to subscribe. `secret` is what the subscription answered, set by who subscribes. It keeps what it
    got, and answers `said`, as plain text, with `status` (0: never)."""

    url: str = ""
    secret: str = ""
    status: int = 204
    said: bytes = b""
    got: list[Delivery] = field(default_factory=list)

    @property
    def journal(self) -> list[Delivery]:
        """Requests that were answered 2xx."""
        return [delivery for delivery in self.got if 200 <= delivery.status < 300]

    def bodies(self, case_number: str) -> list[dict[str, Any]]:
        """All that it was told of a case, in order."""
        told = [delivery.notification for delivery in list(self.got)]
        return [each for each in told if each.get("case_number") == case_number]

    def verified(self) -> list[Delivery]:
        """The journal, each signature checked by a library that others wrote."""
        webhook, journal = Webhook(self.secret), self.journal
        for delivery in journal:
            webhook.verify(delivery.body, delivery.headers)
        return journal

    def effects(self, case_number: str) -> list[dict[str, Any]]:
        """What an office that drops repeated ids has seen of a case, in order."""
        first: dict[str, Delivery] = {}
        for delivery in self.verified():
            first.setdefault(delivery.message_id, delivery)
        notifications = [delivery.notification for delivery in first.values()]
        return [each for each in notifications if each["case_number"] == case_number]


@contextmanager
def webhook_receiver() -> Iterator[WebhookReceiver]:
    """Listens on a free port of the loopback address until the block ends."""
    receiver, over = WebhookReceiver(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # whoever was sending it died
            status, said = receiver.status, receiver.said
            receiver.got.append(Delivery({k.lower(): v for k, v in self.headers.items()}, body, status))
            if not status:
                over.wait()
                return
            self.send_response(status)
            if said:
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Tests stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
