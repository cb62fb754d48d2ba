"""Challenges: who answers one may subscribe, and slow receivers hold up a few of us only."""

import asyncio
import json

import httpx
import pytest

from shared.clock import SystemClock
from shared.errors import Refusal, TooManyRequests
from shared.identifiers import new_id
from shared.partner_http import AddressPolicy, PartnerHttp
from shared.postgres.database import Database
from shared.sealing import BlindIndex, Keyring, Sealer
from shared.web.throttle import Throttle
from shared.webhooks.desk import AT_ONCE, TestBounds, WebhookDesk
from shared.webhooks.keys import EndpointKeys
from shared.webhooks.sender import WebhookSender

URL = "https://hooks.example.go.id/"


def answer(text: str) -> httpx.Response:
    return httpx.Response(200, stream=httpx.ByteStream(text.encode()))


def desk(receiver: httpx.MockTransport) -> WebhookDesk:
    """As in production, but for the addresses; what it does here needs no database."""
    clock, policy = SystemClock(), AddressPolicy(public_only=False)
    database = Database("postgresql+asyncpg://nowhere/none", service="intake")
    throttle = Throttle(database, clock, BlindIndex(Keyring.generate("index")), window_seconds=60)
    return WebhookDesk(
        database,
        policy,
        WebhookSender(PartnerHttp(policy, transport=receiver), clock),
        EndpointKeys(Sealer(Keyring.generate("data"))),
        clock,
        TestBounds(throttle, 6),
        prove_endpoints=True,
    )


async def test_who_repeats_the_challenge_may_subscribe_and_nobody_else() -> None:
    def repeat(request: httpx.Request) -> httpx.Response:
        return answer(json.loads(request.content)["challenge"])

    subscription_id, willing = new_id(), desk(httpx.MockTransport(repeat))
    await willing.prove(subscription_id, URL, willing.new_keys(subscription_id))
    unwilling = desk(httpx.MockTransport(lambda _: answer("hello")))
    with pytest.raises(Refusal, match="challenge"):
        await unwilling.prove(subscription_id, URL, unwilling.new_keys(subscription_id))


async def test_slow_receivers_hold_a_few_of_us_and_the_next_is_asked_to_wait() -> None:
    answered, waiting = asyncio.Event(), asyncio.Semaphore(0)

    async def slowly(request: httpx.Request) -> httpx.Response:
        waiting.release()
        await answered.wait()
        return answer(json.loads(request.content)["challenge"])

    at = desk(httpx.MockTransport(slowly))

    async def prove() -> None:
        subscription_id = new_id()
        await at.prove(subscription_id, URL, at.new_keys(subscription_id))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(prove())
        for _ in range(AT_ONCE):
            await waiting.acquire()
        with pytest.raises(TooManyRequests):
            await prove()
        answered.set()
    await prove()
