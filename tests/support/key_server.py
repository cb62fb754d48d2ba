"""A partner's own web server where it publishes its keys, with the faults that such servers have."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import ECKey, RSAKey

HOST = "127.0.0.1"


def key_set(*keys: ECKey | RSAKey) -> bytes:
    """The JWK set of these keys' public parts."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


@dataclass
class KeyServer:
    """What it answers now. `held` keeps every answer back until it is set; `asked` are the requests so far."""

    port: int = 0
    scheme: str = "http"
    status: int = 200
    body: bytes = b""
    headers: tuple[str, ...] = ()
    held: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)
    over: list[asyncio.Event] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{HOST}:{self.port}/keys.json"

    def publish(self, *keys: ECKey | RSAKey) -> None:
        self.status, self.body, self.headers, self.held = 200, key_set(*keys), (), None

    def fail(self, status: int = 503, body: bytes = b"", headers: Sequence[str] = ()) -> None:
        self.status, self.body, self.headers = status, body, tuple(headers)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        over = asyncio.Event()
        self.over.append(over)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
            if self.held is not None:
                await self.held.wait()
            lines = (f"HTTP/1.1 {self.status} X", f"Content-Length: {len(self.body)}", "Connection: close")
            writer.write("\r\n".join((*lines, *self.headers, "", "")).encode() + self.body)
            await writer.drain()
        with suppress(ConnectionError, ssl.SSLError):
            writer.close()
            await writer.wait_closed()
        over.set()


@asynccontextmanager
async def key_server(tls: ssl.SSLContext | None = None, **answer: Any) -> AsyncIterator[KeyServer]:
    """A server on a port of its own."""
    made = KeyServer(scheme="https" if tls else "http", **answer)
    server = await asyncio.start_server(made.answer, HOST, 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
        if made.held is not None:
            made.held.set()
    for each in made.over:
        await each.wait()
