"""What this service's pages need: the console, the worker's own pages, the receipts' page. `wiring` puts it in."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from fastapi import APIRouter

from services.verification.adapters.console_claim import ConsoleClaims
from services.verification.adapters.console_queue import ConsoleQueue
from services.verification.adapters.console_sessions import ConsoleSessions
from services.verification.adapters.hub_client import HubClient
from services.verification.adapters.hub_tokens import HubTokens
from services.verification.adapters.intake_papers import IntakePapers
from services.verification.adapters.kept_filters import PostgresKeptFilters
from services.verification.adapters.measures import MeasureQueries
from services.verification.adapters.oidc import OidcSignIn, ProviderSettings
from services.verification.adapters.queue_feed import FeedLimits, QueueFeed
from services.verification.adapters.stream import ClaimStream
from services.verification.application.console_queue import QueueClaim, row_of
from services.verification.entrypoints.console.frame import FOLDER as CONSOLE_FOLDER
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.console.live_notices import tell_open_pages
from services.verification.entrypoints.console.people import SIGN_IN
from services.verification.entrypoints.console.routes import console_routes
from services.verification.entrypoints.http.desk import Counter
from services.verification.entrypoints.http.letter_desk import LetterDesk
from services.verification.entrypoints.http.status import StatusDesk
from services.verification.entrypoints.worker_pages.status import FOLDER as WORKER_FOLDER
from services.verification.entrypoints.worker_pages.status import StatusPages, status_pages
from services.verification.entrypoints.worker_pages.visit import Visits
from services.verification.settings import VerificationSettings
from shared.partner_http import careful_client
from shared.receipts.pages import FOLDER as RECEIPT_FOLDER
from shared.receipts.pages import ReceiptPages, receipt_routes
from shared.sealing import Secrets
from shared.sealing.secrets_folder import CONSOLE_FILE
from shared.service import Hook
from shared.web.health import Check
from shared.web.issuer_keys import IssuerKeys
from shared.web.pages.notices import NoticeBoard, public_notices
from shared.web.pages.reception import PageReception
from shared.web.pages.rendering import Pages
from shared.web.pages.routes import page_routes


@dataclass(frozen=True)
class Screens:
    """What the pages add to the service."""

    routers: list[APIRouter]
    reception: PageReception
    feed: QueueFeed
    board: NoticeBoard
    check: Check
    on_stop: list[Hook]


def screens_of(
    counter: Counter, secrets: Secrets, stream: ClaimStream, letters: LetterDesk, status: StatusDesk
) -> Screens:
    """All pages of the service. `letters` and `status` are what its API answers from too."""
    settings = counter.settings
    http = careful_client(timeout_seconds=settings.operations_timeout_seconds, connections_max=20)
    hub = HubClient(http, settings.service_urls, _tokens(settings, http, settings.operator_key_file))
    board = _board(counter, http, hub)
    pages = Pages([RECEIPT_FOLDER, CONSOLE_FOLDER, WORKER_FOLDER], public_url=settings.public_url, board=board)
    sessions, feed = _sessions(counter), _queue_feed(counter, stream, pages)
    tell_open_pages(board, feed, pages)
    provider = _provider(counter)
    console = Console(
        counter,
        pages,
        open_queue=lambda transaction: ConsoleQueue(transaction, counter.sealer),
        open_claims=lambda transaction: ConsoleClaims(transaction, counter.sealer),
        letters=letters,
        lasts=sessions.lasts,
        papers=_papers(settings, http),
    )
    receipts = ReceiptPages.of(settings, counter.receipts, counter.database, pages, counter.clock, secrets.blind_index)
    visits = Visits(counter.sealer, counter.clock, settings.status_visit_minutes, pages.secure)
    kept = PostgresKeptFilters(counter.database, counter.sealer)
    return Screens(
        [
            page_routes(pages),
            receipt_routes(receipts),
            status_pages(StatusPages(status, pages, visits, letters, settings.report_page_url)),
            # The last, since it answers whatever else begins with `/console`.
            console_routes(console, sessions, provider, feed, kept, MeasureQueries, hub),
        ],
        PageReception(pages, sessions, sign_in_path=SIGN_IN),
        feed,
        board,
        pages.assets.check,
        [http.aclose, *([provider.aclose] if provider else [])],
    )


def _board(counter: Counter, http: httpx.AsyncClient, hub: HubClient) -> NoticeBoard:
    """With an operator's key of all notices, else of those for everybody."""
    settings = counter.settings
    fetch = public_notices(http, settings.notices_url)
    if "partners" in settings.service_urls and settings.operator_key_file is not None:
        fetch = hub.notices_not_over
    return NoticeBoard(counter.receipts.service, fetch, settings, counter.clock)


def _sessions(counter: Counter) -> ConsoleSessions:
    settings = counter.settings
    return ConsoleSessions(
        counter.database,
        counter.sealer,
        counter.clock,
        hours=settings.console_session_hours,
        idle_minutes=settings.console_idle_minutes,
        link_minutes=settings.console_link_minutes,
    )


def _provider(counter: Counter) -> OidcSignIn | None:
    settings = counter.settings
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


def _queue_feed(counter: Counter, stream: ClaimStream, pages: Pages) -> QueueFeed:
    settings = counter.settings

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
