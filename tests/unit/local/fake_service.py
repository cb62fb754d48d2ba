"""Stands for a service: answers /readyz on `SIMPUL_PORT`; ends at once when `FAKE_FAILS` names its port."""

import http.server
import os
import signal
import sys

PORT = int(os.environ["SIMPUL_PORT"])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


if os.environ.get("FAKE_FAILS") == str(PORT):
    sys.exit("this one has no licence")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
