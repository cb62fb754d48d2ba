"""The one place where this service's objects are made; tests call the same `build`."""

from fastapi import APIRouter

from services.disnaker_gateway.adapters.notification_store import NotificationBodies, missed_notifications
from services.disnaker_gateway.adapters.unit_of_work import PostgresUnitOfWork
from services.disnaker_gateway.application.ports import UnitOfWork
from services.disnaker_gateway.domain.province import REGIONS
from services.disnaker_gateway.entrypoints.consumers import CONSUMED_TOPICS, event_handler
from services.disnaker_gateway.entrypoints.http.cases import cases_router
from services.disnaker_gateway.entrypoints.http.context import Context
from services.disnaker_gateway.entrypoints.http.notifications import notifications_router
from services.disnaker_gateway.entrypoints.http.subscriptions import ANSWERS, subscriptions_router
from services.disnaker_gateway.settings import DisnakerGatewaySettings
from shared.clock import Clock, SystemClock
from shared.events import TOPICS
from shared.events.topics import DEAD_LETTERS, DETERMINATIONS
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus
from shared.operations import dead_letter_routes
from shared.operations.contacts import Contacts
from shared.outbox import Consumer, Relay
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database, Transaction
from shared.receipts.pages import FOLDER as RECEIPT_FOLDER
from shared.receipts.pages import ReceiptPages, receipt_routes
from shared.receipts.register import Receipts
from shared.sealing import BlindIndex, load_secrets
from shared.service import Service, create_service
from shared.web.door import Verifier
from shared.web.pages.reception import PageReception
from shared.web.pages.rendering import Pages
from shared.web.pages.routes import page_routes
from shared.webhooks.assembly import webhook_parts
from shared.webhooks.routes import delivery_operations, subscription_companions

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
    secrets = load_secrets(settings.secrets_dir)
    sealer = secrets.sealer
    webhooks = webhook_parts(
        settings,
        database,
        sealer,
        secrets.blind_index,
        clock,
        bodies=NotificationBodies(sealer),
        missed=missed_notifications,
        filters=[REGIONS],
    )

    def unit_of_work(transaction: Transaction) -> UnitOfWork:
        return PostgresUnitOfWork(transaction, sealer)

    receipts = Receipts.of(settings, NAME, secrets.worker_keys)
    pages = Pages([RECEIPT_FOLDER], public_url=settings.public_url)
    context = Context(settings, database, sealer, clock, webhooks.subscriptions, unit_of_work, receipts)
    handle = event_handler(unit_of_work, clock)
    consumer = Consumer(database, bus, sealer, group=NAME, topics=CONSUMED_TOPICS, handle=handle, clock=clock)
    return create_service(
        NAME,
        settings,
        title="Simpul: Disnaker gateway",
        contacts=Contacts(database, clock),
        routers=[*_routers(context, consumer), *_pages(context, pages, secrets.blind_index)],
        verifier=verifier,
        components=[
            Relay(database, bus),
            consumer,
            webhooks.engine,
            Cleaner(database, settings),
        ],
        reception=PageReception(pages),
        checks=[("postgres", database.check), ("pages", pages.assets.check)],
        on_stop=[database.close, bus.close, webhooks.close],
    )


def _pages(context: Context, pages: Pages, index: BlindIndex) -> list[APIRouter]:
    receipts = ReceiptPages.of(context.settings, context.receipts, context.database, pages, context.clock, index)
    return [page_routes(pages), receipt_routes(receipts)]


def _routers(context: Context, consumer: Consumer) -> list[APIRouter]:
    return [
        subscriptions_router(context),
        subscription_companions(context.subscriptions, ANSWERS),
        notifications_router(context),
        cases_router(context),
        delivery_operations(context.subscriptions, ANSWERS),
        dead_letter_routes(context.database, consumer),
    ]
