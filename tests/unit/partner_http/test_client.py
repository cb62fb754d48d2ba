"""The outgoing client on real sockets where it matters, and on a hand-written transport where sockets cannot go."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import stamina

from shared.clock import FixedClock
from shared.errors import Unavailable
from shared.partner_http import AddressPolicy, AddressRefused, PartnerHttp, PartnerUnreachable
from shared.partner_http.breaker import CircuitBreaker

LOCAL = AddressPolicy(public_only=False)


@asynccontextmanager
async def server_answering(raw: bytes, *, hang: bool = False) -> AsyncIterator[str]:
    over: list[asyncio.Event] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        over.append(asyncio.Event())
        mine = over[-1]
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(raw)
            if hang:
                await reader.read()
        except ConnectionError:
            pass  # the client has seen enough
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            mine.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    for each in over:
        await each.wait()


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    raw = b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with server_answering(raw) as url, PartnerHttp(LOCAL) as client:
        assert (await client.send("POST", url, content=b"{}")).status == 301


async def test_an_endless_answer_is_cut_at_the_cap() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 200_000
    client = PartnerHttp(LOCAL)
    async with server_answering(raw, hang=True) as url, client:
        answer = await client.send("POST", url)
    assert (len(answer.body), answer.truncated) == (65_536, True)


async def test_a_server_that_never_answers_is_a_timeout_in_all() -> None:
    client = PartnerHttp(LOCAL, timeout_seconds=0.2)
    async with server_answering(b"HTTP/1.1 200 OK\r\n", hang=True) as url, client:
        with pytest.raises(PartnerUnreachable, match="timeout"):
            await client.send("POST", url)


async def test_nobody_listening_is_refused_and_garbage_is_a_protocol_error() -> None:
    async with PartnerHttp(LOCAL) as client:
        with pytest.raises(PartnerUnreachable, match="refused"):
            await client.send("POST", "http://127.0.0.1:1/")
        async with server_answering(b"SSH-2.0-OpenSSH\r\n\r\n") as url:
            with pytest.raises(PartnerUnreachable, match="protocol"):
                await client.send("POST", url)


async def test_the_connection_goes_to_the_judged_address_with_the_name_kept() -> None:
    """A rebinding name answers a public address first and an inner one afterwards."""
    answers = [["103.10.20.30"], ["127.0.0.1"]]
    seen: list[httpx.Request] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    def take(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204, stream=httpx.ByteStream(b""))

    policy = AddressPolicy(public_only=True, resolver=rebinding)
    async with PartnerHttp(policy, transport=httpx.MockTransport(take)) as client:
        await client.send("POST", "https://rebinding.example.go.id/hook", content=b"{}")
        with pytest.raises(AddressRefused, match="not-public"):
            await client.send("POST", "https://rebinding.example.go.id/hook", content=b"{}")
    assert [request.url.host for request in seen] == ["103.10.20.30"]
    assert seen[0].headers["host"] == "rebinding.example.go.id"
    assert seen[0].extensions["sni_hostname"] == "rebinding.example.go.id"


async def test_a_read_is_retried_and_a_silent_host_is_left_alone_for_a_while() -> None:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    asked = 0

    def take(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(503, stream=httpx.ByteStream(b""))

    client = PartnerHttp(LOCAL, clock=clock, transport=httpx.MockTransport(take))
    with stamina.set_testing(True, attempts=3):
        for _ in range(5):
            with pytest.raises(Unavailable):
                await client.read("GET", "http://issuer.test/keys")
        assert asked == 15
        with pytest.raises(Unavailable):
            await client.read("GET", "http://issuer.test/keys")
        assert asked == 15
    await client.close()


def test_an_open_breaker_lets_one_trial_through_each_pause() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    breaker = CircuitBreaker(failures_max=2, pause_seconds=10)
    breaker.failed(now)
    assert breaker.admits(now)
    breaker.failed(now)
    assert not breaker.admits(now + timedelta(seconds=9))
    assert breaker.admits(now + timedelta(seconds=10))
    assert not breaker.admits(now + timedelta(seconds=11))
    breaker.succeeded()
    assert breaker.admits(now)
