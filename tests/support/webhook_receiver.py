"""A Disnaker office's endpoint on a real socket, and its journal: the only authority on what was delivered."""

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
    """One request that was answered 2xx."""

    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def notification(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class WebhookReceiver:
    """`url` is what to subscribe. `secret` is what the subscription answered, set by who subscribes. It answers `said`,
    as plain text, with `status`."""

    url: str = ""
    secret: str = ""
    status: int = 204
    said: bytes = b""
    journal: list[Delivery] = field(default_factory=list)

    def verified(self) -> list[Delivery]:
        """The journal, each signature checked by a library that others wrote."""
        webhook = Webhook(self.secret)
        for delivery in self.journal:
            webhook.verify(delivery.body, delivery.headers)
        return list(self.journal)

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
    receiver = WebhookReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # whoever was sending it died
            if 200 <= receiver.status < 300:
                receiver.journal.append(Delivery({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(receiver.status)
            if receiver.said:
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(receiver.said)))
            self.end_headers()
            self.wfile.write(receiver.said)

        def log_message(self, *_: object) -> None:
            """Tests stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
