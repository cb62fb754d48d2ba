"""The one place where this service's objects are made; tests call the same `build`."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter

from services.intake.adapters.document_store import SealedDocumentStore, open_object_store
from services.intake.adapters.draft_rows import DraftRows
from services.intake.adapters.employer_credentials import AskIssuer
from services.intake.adapters.employer_sessions import EmployerSessions
from services.intake.adapters.import_rows import ImportRows
from services.intake.adapters.news_rows import NewsBodies, forget_news, missed_news
from services.intake.adapters.spreadsheets import SheetLimits, read_table
from services.intake.adapters.unit_of_work import PostgresWork
from services.intake.adapters.workbooks import Workbooks
from services.intake.application.employers import Issuer
from services.intake.application.ports import Office
from services.intake.entrypoints.consumers import claim_follower
from services.intake.entrypoints.employer.desk import SIGN_IN, EmployerPages
from services.intake.entrypoints.employer.imports import FOLDER as EMPLOYER_FOLDER
from services.intake.entrypoints.employer.imports import import_pages
from services.intake.entrypoints.employer.reports import report_pages
from services.intake.entrypoints.employer.sign_in import sign_in_routes
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
from services.intake.entrypoints.lapor.photos import photo_as_kept, photo_routes
from services.intake.settings import IntakeSettings
from shared.clock import Clock, SystemClock
from shared.events import TOPICS
from shared.events.topics import ACCIDENT_REPORTS, CLAIM_STATE, DEAD_LETTERS
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus
from shared.messages.postman import postmen
from shared.operations import dead_letter_routes
from shared.operations.contacts import Contacts
from shared.outbox import Consumer, Relay
from shared.partner_http import careful_client
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database, Transaction
from shared.receipts.pages import FOLDER as RECEIPT_FOLDER
from shared.receipts.pages import ReceiptPages, receipt_routes
from shared.receipts.register import Receipts
from shared.regulation.clocks import Counting, load_counting
from shared.sealing import Sealer, Secrets, load_secrets
from shared.service import Hook, Service, create_service, issuer_verifier
from shared.web.door import Verifier
from shared.web.health import Check
from shared.web.pages.notices import NoticeBoard, public_notices
from shared.web.pages.reception import PageReception
from shared.web.pages.rendering import Pages
from shared.web.pages.routes import page_routes
from shared.web.throttle import Throttle
from shared.webhooks.assembly import WebhookParts, webhook_parts
from shared.webhooks.routes import delivery_operations, subscription_companions
from shared.webhooks.subscriptions import Subscriptions

NAME = "intake"
_ISSUER_TIMEOUT_SECONDS = 5.0


def build(
    settings: IntakeSettings,
    *,
    bus: EventBus | None = None,
    clock: Clock | None = None,
    verifier: Verifier | None = None,
    issuer: Issuer | None = None,
) -> Service:
    """The service, ready to serve. `verifier` and `issuer` stand in for what the issuer says of tokens and credentials.

    Raises KeyringUnusable (secrets), ValueError (a store that cannot be), BadRuleFile (holiday overrides).
    """
    clock, bus = clock or SystemClock(), bus or _kafka(settings)
    database, secrets = Database.of(settings, service=NAME), load_secrets(settings.secrets_dir)
    documents = _document_store(settings, secrets.sealer)
    office = _office(settings, clock, secrets, documents)

    def work(transaction: Transaction) -> PostgresWork:
        return PostgresWork(transaction, secrets.sealer, office)

    desk = _desk(settings, database, secrets.sealer, office, work)
    follow = claim_follower(work, clock)
    consumer = Consumer(database, bus, secrets.sealer, group=NAME, topics=[CLAIM_STATE], handle=follow, clock=clock)
    webhooks = _webhooks(settings, database, secrets, clock)
    asked = careful_client(timeout_seconds=_ISSUER_TIMEOUT_SECONDS, connections_max=10)
    board = NoticeBoard(NAME, public_notices(asked, settings.notices_url), settings, clock)
    folders = [RECEIPT_FOLDER, LAPOR_FOLDER, EMPLOYER_FOLDER]
    pages = Pages(folders, public_url=settings.public_url, board=board)
    verifier, stop_verifier = (verifier, []) if verifier else _verifier(settings)
    issuer = issuer or AskIssuer(asked, settings.public_token_endpoint, settings.reached_token_endpoint, verifier)
    employers = _sessions(settings, desk, issuer)
    return create_service(
        NAME,
        settings,
        title="Simpul: intake of accident reports",
        contacts=Contacts(database, clock),
        routers=[*_routers(desk, webhooks.subscriptions, consumer), *_pages(settings, desk, pages, employers)],
        verifier=verifier,
        reception=PageReception(pages, employers, sign_in_path=SIGN_IN),
        components=[
            Relay(database, bus),
            consumer,
            webhooks.engine,
            *postmen(settings, database, secrets.sealer, clock),
            board,
            Cleaner(database, settings),
        ],
        checks=[("postgres", database.check), ("documents", _store(documents)), ("pages", pages.assets.check)],
        on_stop=[*stop_verifier, database.close, bus.close, webhooks.close, asked.aclose],
    )


def _webhooks(settings: IntakeSettings, database: Database, secrets: Secrets, clock: Clock) -> WebhookParts:
    return webhook_parts(
        settings,
        database,
        secrets.sealer,
        secrets.blind_index,
        clock,
        bodies=NewsBodies(),
        missed=missed_news,
        forget=forget_news,
    )


def _office(settings: IntakeSettings, clock: Clock, secrets: Secrets, documents: SealedDocumentStore) -> Office:
    return Office(
        clock,
        secrets.worker_keys,
        secrets.blind_index,
        documents,
        Receipts.of(settings, NAME, secrets.worker_keys),
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


def _verifier(settings: IntakeSettings) -> tuple[Verifier, list[Hook]]:
    """The one of the issuer in the settings, and what ends it."""
    verifier, stop = issuer_verifier(settings)
    return verifier, [stop]


def _sessions(settings: IntakeSettings, desk: Desk, issuer: Issuer) -> EmployerSessions:
    return EmployerSessions(
        desk.database,
        desk.sealer,
        desk.office.clock,
        issuer,
        settings.employer_session_hours,
        settings.employer_idle_minutes,
        settings.employer_check_seconds,
    )


def _pages(settings: IntakeSettings, desk: Desk, pages: Pages, employers: EmployerSessions) -> list[APIRouter]:
    """The page for reports without an account, those for employers, and what all pages need."""
    clock, index = desk.office.clock, desk.office.blind_index
    throttle = Throttle(desk.database, clock, index, window_seconds=settings.lapor_window_seconds)
    kept, shown = timedelta(days=settings.lapor_draft_days), timedelta(minutes=settings.lapor_shown_minutes)

    def drafts(transaction: Transaction) -> DraftRows:
        return DraftRows(transaction, desk.sealer, kept=kept, shown=shown)

    here = ReportPages(desk, pages, throttle, settings, drafts)
    kept_results = timedelta(days=settings.employer_result_days)

    def book(transaction: Transaction) -> ImportRows:
        return ImportRows(transaction, desk.sealer, index, kept=kept_results)

    office = EmployerPages(desk, pages, employers, employers.issuer, throttle, settings, Workbooks(), book)
    receipts = ReceiptPages.of(
        settings, desk.office.receipts, desk.database, pages, clock, index, as_kept=photo_as_kept
    )
    return [
        page_routes(pages),
        receipt_routes(receipts),
        photo_routes(here),
        lapor_routes(here),
        sign_in_routes(office),
        import_pages(office),
        report_pages(office),
    ]


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
