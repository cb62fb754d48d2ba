"""The one place where this service's objects are made; tests call the same `build`."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter

from services.intake.adapters.document_store import SealedDocumentStore, open_object_store
from services.intake.adapters.draft_rows import DraftRows
from services.intake.adapters.news_rows import NewsBodies, forget_news, missed_news
from services.intake.adapters.spreadsheets import SheetLimits, read_table
from services.intake.adapters.unit_of_work import PostgresWork
from services.intake.application.ports import Office
from services.intake.entrypoints.consumers import claim_follower
from services.intake.entrypoints.http.accident_reports import accident_report_routes
from services.intake.entrypoints.http.codes import code_routes
from services.intake.entrypoints.http.desk import Desk
from services.intake.entrypoints.http.documents import document_routes
from services.intake.entrypoints.http.imports import import_routes
from services.intake.entrypoints.http.self_reports import self_report_routes
from services.intake.entrypoints.http.subscriptions import ANSWERS, subscription_routes
from services.intake.entrypoints.lapor.desk import ReportPages
from services.intake.entrypoints.lapor.pages import FOLDER as LAPOR_FOLDER
from services.intake.entrypoints.lapor.pages import lapor_routes
from services.intake.entrypoints.lapor.photos import photo_routes
from services.intake.settings import IntakeSettings
from shared.clock import Clock, SystemClock
from shared.events import TOPICS
from shared.events.topics import ACCIDENT_REPORTS, CLAIM_STATE, DEAD_LETTERS
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus
from shared.messages.postman import postmen
from shared.operations import dead_letter_routes
from shared.outbox import Cleaner, Consumer, Relay, Retention
from shared.postgres.database import Database, Transaction
from shared.regulation.clocks import Counting, load_counting
from shared.sealing import Sealer, Secrets, load_secrets
from shared.service import Service, create_service
from shared.web.door import Verifier
from shared.web.health import Check
from shared.web.pages.reception import PageReception
from shared.web.pages.rendering import Pages
from shared.web.pages.routes import page_routes
from shared.web.throttle import Throttle
from shared.webhooks.assembly import webhook_parts
from shared.webhooks.routes import delivery_operations, subscription_companions
from shared.webhooks.subscriptions import Subscriptions

NAME = "intake"


def build(
    settings: IntakeSettings,
    *,
    bus: EventBus | None = None,
    clock: Clock | None = None,
    verifier: Verifier | None = None,
) -> Service:
    """The service, ready to serve. `verifier` stands in for the one of the issuer in the settings.

    Raises KeyringUnusable when a secret is missing or wrong, ValueError for a store that cannot be, BadRuleFile for
    holiday overrides that can't be right.
    """
    clock = clock or SystemClock()
    bus = bus or _kafka(settings)
    database = Database.of(settings, service=NAME)
    secrets = load_secrets(settings.secrets_dir)
    documents = _document_store(settings, secrets.sealer)
    office = _office(settings, clock, secrets, documents)

    def work(transaction: Transaction) -> PostgresWork:
        return PostgresWork(transaction, secrets.sealer, office)

    desk = _desk(settings, database, secrets.sealer, office, work)
    consumer = Consumer(
        database, bus, secrets.sealer, group=NAME, topics=[CLAIM_STATE], handle=claim_follower(work, clock), clock=clock
    )
    webhooks = webhook_parts(
        settings, database, secrets.sealer, clock, bodies=NewsBodies(), missed=missed_news, forget=forget_news
    )
    pages = Pages([LAPOR_FOLDER], public_url=settings.public_url)
    return create_service(
        NAME,
        settings,
        title="Simpul: intake of accident reports",
        routers=[*_routers(desk, webhooks.subscriptions, consumer), *_pages(settings, desk, pages)],
        verifier=verifier,
        reception=PageReception(pages),
        components=[
            Relay(database, bus),
            consumer,
            webhooks.engine,
            *postmen(settings, database, secrets.sealer, clock),
            Cleaner(database, retention=Retention.of(settings)),
        ],
        checks=[("postgres", database.check), ("documents", _store(documents)), ("pages", pages.assets.check)],
        on_stop=[database.close, bus.close, webhooks.http.close],
    )


def _office(settings: IntakeSettings, clock: Clock, secrets: Secrets, documents: SealedDocumentStore) -> Office:
    return Office(
        clock,
        secrets.worker_keys,
        secrets.blind_index,
        documents,
        _counting(settings),
        settings.message_transport != "none",
        settings.status_page_url,
    )


def _desk(
    settings: IntakeSettings,
    database: Database,
    sealer: Sealer,
    office: Office,
    work: Callable[[Transaction], PostgresWork],
) -> Desk:
    limits = SheetLimits(settings.import_rows_max)
    return Desk(
        database,
        sealer,
        office,
        work,
        settings.document_bytes_max,
        settings.import_bytes_max,
        lambda content: read_table(content, limits),
    )


def _counting(settings: IntakeSettings) -> Counting:
    return load_counting(
        settings.holiday_overrides,
        t1_skip_holidays=settings.t1_skip_holidays,
        cuti_bersama_nonworking=settings.cuti_bersama_nonworking,
    )


def _kafka(settings: IntakeSettings) -> EventBus:
    topics = [TOPICS[name] for name in (ACCIDENT_REPORTS, CLAIM_STATE, DEAD_LETTERS)]
    return AioKafkaBus(settings.kafka_bootstrap, topics=topics, prefix=settings.topic_prefix)


def _routers(desk: Desk, subscriptions: Subscriptions, consumer: Consumer) -> list[APIRouter]:
    return [
        # Its fixed paths come before `/v1/accident-reports/{report_id}`.
        import_routes(desk),
        accident_report_routes(desk),
        document_routes(desk),
        self_report_routes(desk),
        subscription_routes(desk, subscriptions),
        subscription_companions(subscriptions, ANSWERS),
        code_routes(),
        delivery_operations(subscriptions, ANSWERS),
        dead_letter_routes(desk.database, consumer),
    ]


def _pages(settings: IntakeSettings, desk: Desk, pages: Pages) -> list[APIRouter]:
    """The page for reports without an account, and what all pages need."""
    index = load_secrets(settings.secrets_dir).blind_index
    throttle = Throttle(desk.database, desk.office.clock, index, window_seconds=settings.lapor_window_seconds)
    kept, shown = timedelta(days=settings.lapor_draft_days), timedelta(minutes=settings.lapor_shown_minutes)

    def drafts(transaction: Transaction) -> DraftRows:
        return DraftRows(transaction, desk.sealer, kept=kept, shown=shown)

    here = ReportPages(desk, pages, throttle, settings, drafts)
    return [page_routes(pages), photo_routes(here), lapor_routes(here)]


def _document_store(settings: IntakeSettings, sealer: Sealer) -> SealedDocumentStore:
    secret = settings.document_store_secret_access_key
    store = open_object_store(
        settings.documents_at,
        allow_http=settings.profile == "local",
        timeout_seconds=settings.document_store_timeout_seconds,
        endpoint=settings.document_store_endpoint,
        region=settings.document_store_region,
        access_key_id=settings.document_store_access_key_id,
        secret_access_key=secret.get_secret_value() if secret else None,
    )
    return SealedDocumentStore(store, sealer, timeout_seconds=settings.document_store_timeout_seconds)


def _store(documents: SealedDocumentStore) -> Check:
    async def check() -> list[str]:
        await documents.ping()
        return []

    return check
