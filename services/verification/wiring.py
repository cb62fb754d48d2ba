"""The one place where this service's objects are made; tests call the same `build`."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import httpx
from fastapi import APIRouter

from services.verification.adapters.case_store import ORG, PostgresCaseStore
from services.verification.adapters.claim_queries import ClaimQueries, search_terms
from services.verification.adapters.clock_keeper import ClockKeeper
from services.verification.adapters.console_claim import ConsoleClaims
from services.verification.adapters.console_queue import ConsoleQueue
from services.verification.adapters.console_sessions import ConsoleSessions
from services.verification.adapters.hub_client import HubClient
from services.verification.adapters.hub_notices import hub_notices
from services.verification.adapters.hub_tokens import HubTokens
from services.verification.adapters.intake_papers import IntakePapers
from services.verification.adapters.kept_filters import PostgresKeptFilters
from services.verification.adapters.letter_book import PostgresLetters
from services.verification.adapters.letter_press import LetterPress
from services.verification.adapters.measure_keeper import MeasureKeeper
from services.verification.adapters.measures import MeasureQueries
from services.verification.adapters.oidc import OidcSignIn, ProviderSettings
from services.verification.adapters.participant_register import ImportBook, ParticipantRegister, sole_import
from services.verification.adapters.queue_feed import FeedLimits, QueueFeed
from services.verification.adapters.rule_replay import RuleReplay
from services.verification.adapters.sequencer import Sequencer
from services.verification.adapters.stream import ClaimStream, StreamLimits
from services.verification.adapters.surroundings import Surroundings
from services.verification.adapters.surroundings_watch import SurroundingsWatch
from services.verification.adapters.tracking_codes import TrackingCodes
from services.verification.adapters.worker_messages import WorkerMessages
from services.verification.application.console_queue import QueueClaim, row_of
from services.verification.entrypoints.console.frame import FOLDER as CONSOLE_FOLDER
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.console.live_notices import tell_open_pages
from services.verification.entrypoints.console.people import SIGN_IN
from services.verification.entrypoints.console.routes import console_routes
from services.verification.entrypoints.consumers import evidence_receiver
from services.verification.entrypoints.ended_streams import end_streams_on_signal
from services.verification.entrypoints.http.claims import claim_routes
from services.verification.entrypoints.http.desk import Counter
from services.verification.entrypoints.http.estimates import estimate_routes
from services.verification.entrypoints.http.letter_desk import LetterDesk, letters_under
from services.verification.entrypoints.http.letters import letter_routes
from services.verification.entrypoints.http.participants import ParticipantOffice, participant_routes
from services.verification.entrypoints.http.reference import reference_routes
from services.verification.entrypoints.http.status import StatusDesk, status_routes
from services.verification.entrypoints.http.stream import stream_routes
from services.verification.entrypoints.http.work.routes import work_routes
from services.verification.entrypoints.worker_pages.status import FOLDER as WORKER_FOLDER
from services.verification.entrypoints.worker_pages.status import StatusPages, status_pages
from services.verification.entrypoints.worker_pages.visit import Visits
from services.verification.settings import VerificationSettings
from shared.clock import Clock, SystemClock
from shared.events import TOPICS
from shared.events.topics import (
    ACCIDENT_REPORTS,
    CASE_NOTIFICATIONS,
    CLAIM_STATE,
    CLAIMS,
    DEAD_LETTERS,
    DETERMINATIONS,
    MEDICAL_REPORTS,
    PARTICIPANTS,
)
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus
from shared.messages.postman import postmen
from shared.operations import dead_letter_routes
from shared.outbox import Consumer, Relay
from shared.partner_http import careful_client
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database
from shared.receipts.pages import FOLDER as RECEIPT_FOLDER
from shared.receipts.pages import ReceiptPages, receipt_routes
from shared.receipts.register import Receipts
from shared.regulation.clocks import Counting, load_counting
from shared.regulation.rule_sets import RuleSet
from shared.sealing import load_secrets
from shared.sealing.secrets_folder import CONSOLE_FILE
from shared.service import Component, Hook, Service, create_service
from shared.web.door import Verifier
from shared.web.health import Check
from shared.web.issuer_keys import IssuerKeys
from shared.web.pages.notices import NoticeBoard, public_notices
from shared.web.pages.reception import PageReception
from shared.web.pages.rendering import Pages
from shared.web.pages.routes import page_routes
from shared.web.throttle import Throttle

NAME = "verification"
_HEARD = (ACCIDENT_REPORTS, MEDICAL_REPORTS, DETERMINATIONS)
_WRITTEN = (CLAIMS, CLAIM_STATE, CASE_NOTIFICATIONS, PARTICIPANTS, DEAD_LETTERS)


def build(
    settings: VerificationSettings,
    *,
    bus: EventBus | None = None,
    clock: Clock | None = None,
    verifier: Verifier | None = None,
) -> Service:
    """The service, ready to serve. `verifier` stands in for the one of the issuer in the settings.

    Raises KeyringUnusable when a secret is missing or wrong, BadRuleFile for holiday overrides that can't be right.
    """
    clock = clock or SystemClock()
    counting = _counting(settings)
    # The calendar is computed when first asked, which takes longer than a request should.
    counting.calendar.is_working_day(clock.now().date())
    bus = bus or _kafka(settings)
    database = Database.of(settings, service=NAME)
    counter = _counter(settings, database, clock, counting)
    consumer = Consumer(
        database, bus, counter.sealer, group=NAME, topics=_HEARD, handle=evidence_receiver(counter.desk), clock=clock
    )
    sequencer = Sequencer(database, rows_max=settings.sequencer_rows_max, poll_seconds=settings.stream_poll_seconds)
    stream = ClaimStream(database, clock, _limits(settings))
    screens = _screens(settings, counter, stream)
    return create_service(
        NAME,
        settings,
        title="Simpul: verification of claims",
        routers=[*_api(settings, counter, stream, consumer), *screens.routers],
        verifier=verifier,
        reception=screens.reception,
        components=[
            Relay(database, bus),
            Cleaner(database, settings),
            sequencer,
            *_keepers(settings, counter),
            *postmen(settings, database, counter.sealer, clock),
            stream,
            screens.feed,
            screens.board,
            consumer,
        ],
        checks=[("postgres", database.check), ("pages", screens.check)],
        on_start=[end_streams_on_signal(stream, screens.feed)],
        on_stop=[database.close, bus.close, *screens.on_stop],
    )


@dataclass(frozen=True)
class _Screens:
    """What the pages add to the service."""

    routers: list[APIRouter]
    reception: PageReception
    feed: QueueFeed
    board: NoticeBoard
    check: Check
    on_stop: list[Hook]


def _screens(settings: VerificationSettings, counter: Counter, stream: ClaimStream) -> _Screens:
    http = careful_client(timeout_seconds=settings.operations_timeout_seconds, connections_max=20)
    board = _board(settings, counter, http)
    folders = [RECEIPT_FOLDER, CONSOLE_FOLDER, WORKER_FOLDER]
    pages = Pages(folders, public_url=settings.public_url, board=board)
    sessions, feed = _sessions(settings, counter), _queue_feed(settings, counter, stream, pages)
    tell_open_pages(board, feed, pages)
    provider = _provider(settings, counter)
    letters = LetterDesk(counter, LetterPress(), lambda transaction: ConsoleClaims(transaction, counter.sealer))
    console = _console(letters, pages, sessions, feed, provider, http)
    public = [page_routes(pages), _receipt_pages(counter, pages), _status_pages(letters, pages)]
    return _Screens(
        [letter_routes(letters), *public, console],
        PageReception(pages, sessions, sign_in_path=SIGN_IN),
        feed,
        board,
        pages.assets.check,
        [http.aclose, *([provider.aclose] if provider else [])],
    )


def _board(settings: VerificationSettings, counter: Counter, http: httpx.AsyncClient) -> NoticeBoard:
    """With an operator's key of all notices, else of those for everybody."""
    partners = settings.service_urls.get("partners")
    fetch = public_notices(http, settings.notices_url)
    if partners is not None and settings.operator_key_file is not None:
        fetch = hub_notices(http, partners, _tokens(settings, http, settings.operator_key_file))
    return NoticeBoard(NAME, fetch, settings, counter.clock)


def _api(settings: VerificationSettings, counter: Counter, stream: ClaimStream, consumer: Consumer) -> list[APIRouter]:
    # The stream's fixed path comes before `/v1/claims/{case_number}`.
    return [
        stream_routes(counter, stream),
        claim_routes(counter),
        work_routes(counter),
        participant_routes(counter, _participants(settings, counter.database)),
        estimate_routes(),
        status_routes(_status(settings, counter)),
        reference_routes(counter),
        dead_letter_routes(counter.database, consumer),
    ]


def build_replay(settings: VerificationSettings, rules: RuleSet) -> RuleReplay:
    """What goes through all claims under another rule set. Raises KeyringUnusable when a secret is missing or wrong."""
    database = Database.of(settings, service=NAME)
    counter = _counter(settings, database, SystemClock(), _counting(settings))
    other = replace(counter.policy, rules=rules)
    return RuleReplay(database, counter.desk, lambda transaction: counter.desk(transaction, other))


def _kafka(settings: VerificationSettings) -> AioKafkaBus:
    topics = [TOPICS[name] for name in (*_HEARD, *_WRITTEN)]
    return AioKafkaBus(settings.kafka_bootstrap, topics=topics, prefix=settings.topic_prefix)


def _counting(settings: VerificationSettings) -> Counting:
    return load_counting(
        settings.holiday_overrides,
        t1_skip_holidays=settings.t1_skip_holidays,
        cuti_bersama_nonworking=settings.cuti_bersama_nonworking,
    )


def _counter(settings: VerificationSettings, database: Database, clock: Clock, counting: Counting) -> Counter:
    secrets = load_secrets(settings.secrets_dir)
    messages = None
    if settings.message_transport != "none":
        messages = WorkerMessages(secrets.sealer, clock, f"{settings.public_url}/status")
    receipts = Receipts.of(settings, NAME, secrets.worker_keys)
    return Counter(
        database,
        secrets.sealer,
        clock,
        settings,
        open_store=lambda transaction: PostgresCaseStore(transaction, secrets, messages),
        open_reader=lambda transaction: ClaimQueries(transaction, secrets),
        search_terms=lambda text: search_terms(text, secrets),
        receipts=receipts,
        letters=letters_under(settings),
        open_letters=lambda transaction: PostgresLetters(transaction, secrets.sealer, receipts),
        counting=counting,
    )


def _sessions(settings: VerificationSettings, counter: Counter) -> ConsoleSessions:
    return ConsoleSessions(
        counter.database,
        counter.sealer,
        counter.clock,
        hours=settings.console_session_hours,
        idle_minutes=settings.console_idle_minutes,
        link_minutes=settings.console_link_minutes,
    )


def _console(
    letters: LetterDesk,
    pages: Pages,
    sessions: ConsoleSessions,
    feed: QueueFeed,
    provider: OidcSignIn | None,
    http: httpx.AsyncClient,
) -> APIRouter:
    counter = letters.counter
    console = Console(
        counter,
        pages,
        open_queue=lambda transaction: ConsoleQueue(transaction, counter.sealer),
        letters=letters,
        lasts=sessions.lasts,
        papers=_papers(counter.settings, http),
    )
    kept = PostgresKeptFilters(counter.database, counter.sealer)
    settings = counter.settings
    hub = HubClient(http, settings.service_urls, _tokens(settings, http, settings.operator_key_file))
    return console_routes(console, sessions, provider, feed, kept, MeasureQueries, hub)


def _provider(settings: VerificationSettings, counter: Counter) -> OidcSignIn | None:
    if settings.console_issuer is None:
        return None
    http = careful_client(timeout_seconds=settings.console_provider_timeout_seconds, connections_max=5)
    told = ProviderSettings(
        settings.console_issuer,
        settings.console_client_id,
        settings.console_client_secret,
        f"{settings.public_url}/console/callback",
        settings.console_roles_claim,
        settings.console_attempt_seconds,
    )
    return OidcSignIn(told, http, IssuerKeys(settings.console_issuer, http), counter.sealer, counter.clock)


def _tokens(settings: VerificationSettings, http: httpx.AsyncClient, key_file: Path | None) -> HubTokens:
    """Of a client of the hub's own."""
    return HubTokens(http, key_file, settings.public_token_endpoint, settings.reached_token_endpoint)


def _papers(settings: VerificationSettings, http: httpx.AsyncClient) -> IntakePapers | None:
    key_file = settings.secrets_dir / CONSOLE_FILE
    if "intake" not in settings.service_urls or not key_file.exists():
        return None
    tokens = _tokens(settings, http, key_file)
    return IntakePapers(http, settings.service_urls["intake"], tokens, settings.paper_bytes_max)


def _queue_feed(settings: VerificationSettings, counter: Counter, stream: ClaimStream, pages: Pages) -> QueueFeed:
    def render(claim: QueueClaim, language: str, now: datetime) -> str:
        return pages.text("console/queue_row.html", language, row=row_of(claim, now, counter.counting))

    limits = FeedLimits(
        spectators_max=settings.console_spectators_max,
        waiting_max=settings.console_spectator_waiting_max,
        missed_max=settings.console_missed_max,
        gather_seconds=settings.console_gather_seconds,
        heartbeat_seconds=settings.console_heartbeat_seconds,
        retry_milliseconds=settings.stream_retry_milliseconds,
    )
    return QueueFeed(counter.database, counter.sealer, stream, counter.clock, settings.console_org, render, limits)


def _participants(settings: VerificationSettings, database: Database) -> ParticipantOffice:
    secrets = load_secrets(settings.secrets_dir)
    return ParticipantOffice(
        open_register=lambda transaction: ParticipantRegister(transaction, secrets),
        open_notes=ImportBook,
        sole_import=lambda client_id, key: sole_import(database, client_id, key),
    )


def _status(settings: VerificationSettings, counter: Counter) -> StatusDesk:
    secrets = load_secrets(settings.secrets_dir)
    throttle = Throttle(
        counter.database, counter.clock, secrets.blind_index, window_seconds=settings.status_window_seconds
    )
    return StatusDesk(counter, throttle, lambda transaction: TrackingCodes(transaction, secrets, ORG))


def _receipt_pages(counter: Counter, pages: Pages) -> APIRouter:
    index = load_secrets(counter.settings.secrets_dir).blind_index
    return receipt_routes(
        ReceiptPages.of(counter.settings, counter.receipts, counter.database, pages, counter.clock, index)
    )


def _status_pages(letters: LetterDesk, pages: Pages) -> APIRouter:
    counter, settings = letters.counter, letters.counter.settings
    visits = Visits(counter.sealer, counter.clock, settings.status_visit_minutes, pages.secure)
    return status_pages(StatusPages(_status(settings, counter), pages, visits, letters, settings.report_page_url))


def _keepers(settings: VerificationSettings, counter: Counter) -> list[Component]:
    """What changes claims without anybody asking (time, and other claims), and what measures them."""
    secrets = load_secrets(settings.secrets_dir)
    clocks = ClockKeeper(
        counter.database,
        counter.clock,
        counter.desk,
        poll_seconds=settings.clock_keeper_poll_seconds,
        rows_max=settings.clock_keeper_rows_max,
    )
    surroundings = SurroundingsWatch(
        counter.database,
        lambda transaction: Surroundings(transaction, secrets),
        counter.desk,
        counter.policy.flags.surroundings,
        poll_seconds=settings.surroundings_poll_seconds,
        rows_max=settings.surroundings_rows_max,
    )
    measures = MeasureKeeper(
        counter.database,
        secrets,
        poll_seconds=settings.measures_poll_seconds,
        rows_max=settings.measures_rows_max,
    )
    return [clocks, surroundings, measures]


def _limits(settings: VerificationSettings) -> StreamLimits:
    return StreamLimits(
        queue_max=settings.stream_queue_max,
        clients_max=settings.stream_clients_max,
        page_rows=settings.stream_page_rows,
        heartbeat_seconds=settings.stream_heartbeat_seconds,
        poll_seconds=settings.stream_poll_seconds,
        retry_milliseconds=settings.stream_retry_milliseconds,
    )
