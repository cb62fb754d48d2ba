"""What subscriptions ask of the webhook machinery outside the queue: addresses, keys, challenges, test messages."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from shared.clock import Clock
from shared.errors import NotFound, Problem, Refusal, TooManyRequests
from shared.identifiers import new_id
from shared.partner_http import AddressPolicy, AddressRefused
from shared.postgres.database import Database
from shared.web.throttle import Throttle
from shared.webhooks.excerpt import excerpt_of
from shared.webhooks.keys import EndpointKeys
from shared.webhooks.sender import Outcome, WebhookSender
from shared.webhooks.signing import SigningKeys
from shared.webhooks.store import endpoint_keys
from shared.webhooks.subscription import IssuedKeys, TestResult

# Tests and challenges under way at once in one process; the next one is asked to wait. A challenge holds its caller's
# transaction meanwhile: slow receivers must not take every connection to the database.
AT_ONCE = 8
_BUSY_SECONDS = 5


@dataclass(frozen=True)
class TestBounds:
    """How often one endpoint may be tried out: `per_window_max` times in a window of the throttle, whoever asks."""

    __test__ = False

    throttle: Throttle
    per_window_max: int


class WebhookDesk:
    """`sender` is not the queue's own, so that neither waits for the other's connections. `prove_endpoints`: whether a
    new address must answer a challenge first (production)."""

    def __init__(
        self,
        database: Database,
        policy: AddressPolicy,
        sender: WebhookSender,
        keys: EndpointKeys,
        clock: Clock,
        tests: TestBounds,
        *,
        prove_endpoints: bool,
    ) -> None:
        self._database = database
        self._policy = policy
        self._sender = sender
        self._keys = keys
        self._clock = clock
        self._tests = tests
        self._under_way = 0
        self._prove_endpoints = prove_endpoints

    def check_url(self, url: str) -> None:
        try:
            self._policy.check(url)
        except AddressRefused as refused:
            raise Refusal(
                "subscription.url-refused", refused.detail, [Problem("/url", refused.code, refused.detail)]
            ) from None

    def new_keys(self, subscription_id: UUID) -> IssuedKeys:
        keys = SigningKeys.generate()
        return IssuedKeys(self._keys.seal(subscription_id, keys), keys.secret_text, keys.public_key_text)

    async def prove(self, subscription_id: UUID, url: str, keys: IssuedKeys | None) -> None:
        """The endpoint must answer 2xx with the challenge in its body, so that nobody subscribes somebody else. Raises
        Refusal, and TooManyRequests while too many are under way."""
        if not self._prove_endpoints:
            return
        if keys is None:
            _, signing = await self._endpoint(subscription_id)
        else:
            signing = [self._keys.open(subscription_id, keys.sealed)]
        challenge = secrets.token_urlsafe(32)
        message = {
            "type": "subscription.challenge",
            "challenge": challenge,
            "public_key": " ".join(each.public_key_text for each in signing),
        }
        outcome = await self._sent(url, signing, new_id(), message)
        if not outcome.delivered or challenge.encode() not in outcome.body:
            reason = outcome.error or "the challenge was not in the answer"
            detail = f"The endpoint did not answer the challenge: {reason}."
            raise Refusal(
                "subscription.challenge-failed", detail, [Problem("/url", "subscription.challenge-failed", detail)]
            )

    async def admit_test(self, subscription_id: UUID) -> None:
        """Raises TooManyRequests when this endpoint was tried out often enough for now."""
        tests = self._tests
        await tests.throttle.spend([tests.throttle.subject("webhook-test", str(subscription_id), tests.per_window_max)])

    async def send_test(self, subscription_id: UUID, body: dict[str, Any]) -> TestResult:
        """One attempt, paused or failing as the endpoint may be; its health and its queue are left as they are. Raises
        TooManyRequests while too many are under way."""
        url, keys = await self._endpoint(subscription_id)
        message_id, began = new_id(), time.perf_counter()
        outcome = await self._sent(url, keys, message_id, body)
        duration_ms = round((time.perf_counter() - began) * 1_000)
        answer = excerpt_of(outcome.content_type, outcome.body)
        return TestResult(message_id, outcome.delivered, outcome.status, outcome.error, duration_ms, answer)

    async def _sent(self, url: str, keys: Sequence[SigningKeys], message_id: UUID, body: dict[str, Any]) -> Outcome:
        if self._under_way >= AT_ONCE:
            detail = "Many test messages and challenges are under way."
            raise TooManyRequests("subscription.desk-busy", detail, _BUSY_SECONDS)
        self._under_way += 1
        try:
            return await self._sender.post(url, keys, str(message_id), orjson.dumps(body))
        finally:
            self._under_way -= 1

    async def _endpoint(self, subscription_id: UUID) -> tuple[str, Sequence[SigningKeys]]:
        async with self._database.system_transaction() as transaction:
            endpoint = await endpoint_keys(transaction, subscription_id)
        if endpoint is None:
            raise NotFound("subscription.unknown", "There is no such subscription.")
        return endpoint.url, self._keys.signing(endpoint, self._clock.now())
