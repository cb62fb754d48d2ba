"""The parts of webhooks, made from a service's settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.clock import Clock
from shared.partner_http import AddressPolicy, PartnerHttp
from shared.postgres.database import Database
from shared.sealing import Sealer
from shared.settings import WebhookSettings
from shared.webhooks.desk import WebhookDesk
from shared.webhooks.engine import DeliveryEngine, EngineLimits, ForgetMessages, MessageBodies
from shared.webhooks.keys import EndpointKeys
from shared.webhooks.retry_schedule import RetrySchedule
from shared.webhooks.sender import WebhookSender
from shared.webhooks.subscription import SubscriptionBounds
from shared.webhooks.subscriptions import Missed, Subscriptions


@dataclass(frozen=True)
class WebhookParts:
    """What a service runs (`engine`), offers (`subscriptions`) and closes at its end (`http`)."""

    engine: DeliveryEngine
    subscriptions: Subscriptions
    http: PartnerHttp


def webhook_parts(
    settings: WebhookSettings,
    database: Database,
    sealer: Sealer,
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
    sender, keys = WebhookSender(http, clock), EndpointKeys(sealer)
    desk = WebhookDesk(database, policy, sender, keys, clock, prove_endpoints=settings.profile == "production")
    bounds = SubscriptionBounds(
        subscriptions_max=settings.subscriptions_max,
        secret_overlap=timedelta(hours=settings.webhook_secret_overlap_hours),
        recovered_max=settings.recover_notifications_max,
        remembered=timedelta(days=settings.delivery_retention_days),
    )
    engine = DeliveryEngine(
        database, sender, keys, bodies, clock, limits=_limits(settings), schedule=_schedule(settings), forget=forget
    )
    return WebhookParts(engine, Subscriptions(database, desk, clock, bounds, missed, filters=filters), http)


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
