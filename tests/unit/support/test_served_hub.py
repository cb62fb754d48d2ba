"""The sockets of a served hub answer at once."""

import asyncio
import socket

from tests.support.served_hub import listening_socket


async def test_no_answer_of_a_served_hub_waits_for_an_acknowledgement() -> None:
    sends_at_once: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted: socket.socket = writer.get_extra_info("socket")
        sends_at_once.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, sock=listening_socket()) as server:
        host, port = server.sockets[0].getsockname()
        _, writer = await asyncio.open_connection(host, port)
        assert await sends_at_once
        writer.close()
        await writer.wait_closed()
