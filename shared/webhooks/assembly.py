"""The parts of webhooks, made from a service's settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.clock import Clock
from shared.partner_http import AddressPolicy, PartnerHttp
from shared.postgres.database import Database
from shared.sealing import BlindIndex, Sealer
from shared.settings import WebhookSettings
from shared.web.throttle import Throttle
from shared.webhooks.desk import AT_ONCE, TestBounds, WebhookDesk
from shared.webhooks.engine import DeliveryEngine, EngineLimits, ForgetMessages, MessageBodies
from shared.webhooks.keys import EndpointKeys
from shared.webhooks.retry_schedule import RetrySchedule
from shared.webhooks.sender import WebhookSender
from shared.webhooks.subscription import SubscriptionBounds
from shared.webhooks.subscriptions import Missed, Subscriptions

_TEST_WINDOW_SECONDS = 60.0


@dataclass(frozen=True)
class WebhookParts:
    """What a service runs (`engine`), offers (`subscriptions`) and closes at its end (`close`)."""

    engine: DeliveryEngine
    subscriptions: Subscriptions
    clients: tuple[PartnerHttp, ...]

    async def close(self) -> None:
        for client in self.clients:
            await client.close()


def webhook_parts(
    settings: WebhookSettings,
    database: Database,
    sealer: Sealer,
    index: BlindIndex,
    clock: Clock,
    *,
    bodies: MessageBodies,
    missed: Missed,
    forget: ForgetMessages | None = None,
    filters: Sequence[str] = (),
) -> WebhookParts:
    """`filters` names the service's own columns of `webhook_endpoint`; `forget` removes old messages, where they are
    kept for webhooks alone."""
    policy = AddressPolicy(public_only=settings.profile == "production", ports=frozenset(settings.webhook_ports))
    http = PartnerHttp(
        policy, timeout_seconds=settings.webhook_timeout_seconds, connections_max=settings.webhook_concurrency_max
    )
    # What somebody waits for is bounded more tightly, and takes no connection that a delivery could need.
    at_once = PartnerHttp(policy, timeout_seconds=settings.webhook_test_timeout_seconds, connections_max=AT_ONCE)
    sender, keys = WebhookSender(http, clock), EndpointKeys(sealer)
    tests = TestBounds(
        Throttle(database, clock, index, window_seconds=_TEST_WINDOW_SECONDS), settings.webhook_tests_per_minute_max
    )
    desk = WebhookDesk(
        database,
        policy,
        WebhookSender(at_once, clock),
        keys,
        clock,
        tests,
        prove_endpoints=settings.profile == "production",
    )
    bounds = SubscriptionBounds(
        subscriptions_max=settings.subscriptions_max,
        secret_overlap=timedelta(hours=settings.webhook_secret_overlap_hours),
        recovered_max=settings.recover_notifications_max,
        remembered=timedelta(days=settings.delivery_retention_days),
    )
    engine = DeliveryEngine(
        database, sender, keys, bodies, clock, limits=_limits(settings), schedule=_schedule(settings), forget=forget
    )
    return WebhookParts(engine, Subscriptions(database, desk, clock, bounds, missed, filters=filters), (http, at_once))


def _limits(settings: WebhookSettings) -> EngineLimits:
    return EngineLimits(
        concurrency_max=settings.webhook_concurrency_max,
        concurrency_per_endpoint_max=settings.webhook_concurrency_per_endpoint_max,
        poll_seconds=settings.webhook_poll_seconds,
        retention=timedelta(days=settings.delivery_retention_days),
    )


def _schedule(settings: WebhookSettings) -> RetrySchedule:
    return RetrySchedule(
        delay_seconds_max=settings.webhook_retry_seconds_max,
        give_up_after=timedelta(days=settings.webhook_give_up_days),
    )
