"""What subscriptions ask of the webhook machinery outside the queue: addresses, keys, challenges, test messages."""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from shared.clock import Clock
from shared.errors import NotFound, Problem, Refusal
from shared.identifiers import new_id
from shared.partner_http import AddressPolicy, AddressRefused
from shared.postgres.database import Database
from shared.webhooks.keys import EndpointKeys
from shared.webhooks.sender import WebhookSender
from shared.webhooks.signing import SigningKeys
from shared.webhooks.store import endpoint_keys
from shared.webhooks.subscription import IssuedKeys, TestResult


class WebhookDesk:
    """`prove_endpoints`: whether a new address must answer a challenge first (production)."""

    def __init__(
        self,
        database: Database,
        policy: AddressPolicy,
        sender: WebhookSender,
        keys: EndpointKeys,
        clock: Clock,
        *,
        prove_endpoints: bool,
    ) -> None:
        self._database = database
        self._policy = policy
        self._sender = sender
        self._keys = keys
        self._clock = clock
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
        """The endpoint must answer 2xx with the challenge in its body, so that nobody subscribes somebody else."""
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
        outcome = await self._sender.post(url, signing, str(new_id()), orjson.dumps(message))
        if not outcome.delivered or challenge.encode() not in outcome.body:
            reason = outcome.error or "the challenge was not in the answer"
            detail = f"The endpoint did not answer the challenge: {reason}."
            raise Refusal(
                "subscription.challenge-failed", detail, [Problem("/url", "subscription.challenge-failed", detail)]
            )

    async def send_test(self, subscription_id: UUID, body: dict[str, Any]) -> TestResult:
        url, keys = await self._endpoint(subscription_id)
        message_id = new_id()
        outcome = await self._sender.post(url, keys, str(message_id), orjson.dumps(body))
        return TestResult(message_id, outcome.delivered, outcome.status, outcome.error)

    async def _endpoint(self, subscription_id: UUID) -> tuple[str, Sequence[SigningKeys]]:
        async with self._database.system_transaction() as transaction:
            endpoint = await endpoint_keys(transaction, subscription_id)
        if endpoint is None:
            raise NotFound("subscription.unknown", "There is no such subscription.")
        return endpoint.url, self._keys.signing(endpoint, self._clock.now())
