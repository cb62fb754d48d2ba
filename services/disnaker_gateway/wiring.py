"""The one place where this service's objects are made; tests call the same `build`."""

from datetime import timedelta

from fastapi import APIRouter

from services.disnaker_gateway.adapters.notification_store import NotificationBodies
from services.disnaker_gateway.adapters.unit_of_work import PostgresUnitOfWork
from services.disnaker_gateway.adapters.webhook_desk import WebhookDesk
from services.disnaker_gateway.adapters.webhooks.engine import DeliveryEngine, EngineLimits
from services.disnaker_gateway.adapters.webhooks.keys import EndpointKeys
from services.disnaker_gateway.adapters.webhooks.retry_schedule import RetrySchedule
from services.disnaker_gateway.adapters.webhooks.sender import WebhookSender
from services.disnaker_gateway.application.ports import UnitOfWork
from services.disnaker_gateway.entrypoints.consumers import CONSUMED_TOPICS, event_handler
from services.disnaker_gateway.entrypoints.http.cases import cases_router
from services.disnaker_gateway.entrypoints.http.context import Context
from services.disnaker_gateway.entrypoints.http.notifications import notifications_router
from services.disnaker_gateway.entrypoints.http.operations import operations_router
from services.disnaker_gateway.entrypoints.http.subscriptions import subscriptions_router
from services.disnaker_gateway.settings import DisnakerGatewaySettings
from shared.clock import Clock, SystemClock
from shared.events import TOPICS
from shared.events.topics import DEAD_LETTERS, DETERMINATIONS
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus
from shared.operations import dead_letter_routes
from shared.outbox import Cleaner, Consumer, Relay, Retention
from shared.partner_http import AddressPolicy, PartnerHttp
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer, load_secrets
from shared.service import Service, create_service
from shared.web.door import Verifier

NAME = "disnaker_gateway"


def build(
    settings: DisnakerGatewaySettings,
    *,
    bus: EventBus | None = None,
    clock: Clock | None = None,
    verifier: Verifier | None = None,
) -> Service:
    """The service, ready to serve. Raises KeyringUnusable when a secret is missing or wrong."""
    clock = clock or SystemClock()
    topics = [TOPICS[name] for name in (*CONSUMED_TOPICS, DETERMINATIONS, DEAD_LETTERS)]
    bus = bus or AioKafkaBus(settings.kafka_bootstrap, topics=topics, prefix=settings.topic_prefix)
    database = Database.of(settings, service=NAME)
    sealer = load_secrets(settings.secrets_dir).sealer
    policy, http = _outgoing(settings)
    sender, keys = WebhookSender(http, clock), EndpointKeys(sealer)

    def unit_of_work(transaction: Transaction) -> UnitOfWork:
        return PostgresUnitOfWork(transaction, sealer)

    desk = WebhookDesk(database, policy, sender, keys, clock, prove_endpoints=settings.profile == "production")
    handle = event_handler(unit_of_work, clock)
    consumer = Consumer(database, bus, sealer, group=NAME, topics=CONSUMED_TOPICS, handle=handle)
    return create_service(
        NAME,
        settings,
        title="Simpul: Disnaker gateway",
        routers=_routers(Context(settings, database, sealer, clock, desk, unit_of_work), consumer),
        verifier=verifier,
        components=[
            Relay(database, bus),
            consumer,
            _engine(settings, database, sender, keys, sealer, clock),
            Cleaner(database, retention=Retention.of(settings)),
        ],
        checks=[("postgres", database.check)],
        on_stop=[database.close, bus.close, http.close],
    )


def _routers(context: Context, consumer: Consumer) -> list[APIRouter]:
    return [
        subscriptions_router(context),
        notifications_router(context),
        cases_router(context),
        operations_router(context),
        dead_letter_routes(context.database, consumer),
    ]


def _outgoing(settings: DisnakerGatewaySettings) -> tuple[AddressPolicy, PartnerHttp]:
    policy = AddressPolicy(public_only=settings.profile == "production", ports=frozenset(settings.webhook_ports))
    http = PartnerHttp(
        policy,
        timeout_seconds=settings.webhook_timeout_seconds,
        connections_max=settings.webhook_concurrency_max,
    )
    return policy, http


def _engine(
    settings: DisnakerGatewaySettings,
    database: Database,
    sender: WebhookSender,
    keys: EndpointKeys,
    sealer: Sealer,
    clock: Clock,
) -> DeliveryEngine:
    limits = EngineLimits(
        concurrency_max=settings.webhook_concurrency_max,
        concurrency_per_endpoint_max=settings.webhook_concurrency_per_endpoint_max,
        poll_seconds=settings.webhook_poll_seconds,
        retention=timedelta(days=settings.delivery_retention_days),
    )
    schedule = RetrySchedule(
        delay_seconds_max=settings.webhook_retry_seconds_max,
        give_up_after=timedelta(days=settings.webhook_give_up_days),
    )
    bodies = NotificationBodies(sealer)
    return DeliveryEngine(database, sender, keys, bodies, clock, limits=limits, schedule=schedule)
