"""The one place where this service's objects are made; tests call the same `build`. What pages alone need is made in
`page_wiring`."""

from dataclasses import replace

from fastapi import APIRouter

from services.verification.adapters.case_store import ORG, PostgresCaseStore
from services.verification.adapters.claim_queries import ClaimQueries, search_terms
from services.verification.adapters.clock_keeper import ClockKeeper
from services.verification.adapters.letter_book import PostgresLetters
from services.verification.adapters.letter_press import LetterPress
from services.verification.adapters.measure_keeper import MeasureKeeper
from services.verification.adapters.participant_register import ImportBook, ParticipantRegister, sole_import
from services.verification.adapters.rule_replay import RuleReplay
from services.verification.adapters.sequencer import Sequencer
from services.verification.adapters.stream import ClaimStream, StreamLimits
from services.verification.adapters.surroundings import Surroundings
from services.verification.adapters.surroundings_watch import SurroundingsWatch
from services.verification.adapters.tracking_codes import TrackingCodes
from services.verification.adapters.worker_messages import WorkerMessages
from services.verification.application.letter_paper import Office
from services.verification.application.letters import Letters
from services.verification.entrypoints.consumers import evidence_receiver
from services.verification.entrypoints.ended_streams import end_streams_on_signal
from services.verification.entrypoints.http.claims import claim_routes
from services.verification.entrypoints.http.desk import Counter
from services.verification.entrypoints.http.estimates import estimate_routes
from services.verification.entrypoints.http.letter_desk import LetterDesk
from services.verification.entrypoints.http.letters import letter_routes
from services.verification.entrypoints.http.participants import ParticipantOffice, participant_routes
from services.verification.entrypoints.http.reference import reference_routes
from services.verification.entrypoints.http.status import StatusDesk, status_routes
from services.verification.entrypoints.http.stream import stream_routes
from services.verification.entrypoints.http.work.routes import work_routes
from services.verification.page_wiring import screens_of
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
from shared.operations.contacts import Contacts
from shared.outbox import Consumer, Relay
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database
from shared.receipts.register import Receipts
from shared.regulation.clocks import Counting, load_counting
from shared.regulation.rule_sets import RuleSet
from shared.sealing import Secrets, load_secrets
from shared.service import Component, Service, create_service
from shared.web.door import Verifier
from shared.web.pages import formats
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
    secrets = load_secrets(settings.secrets_dir)
    counter = _counter(settings, secrets, database, clock, counting)
    consumer = Consumer(
        database, bus, counter.sealer, group=NAME, topics=_HEARD, handle=evidence_receiver(counter.desk), clock=clock
    )
    sequencer = Sequencer(database, rows_max=settings.sequencer_rows_max, poll_seconds=settings.stream_poll_seconds)
    stream = ClaimStream(database, clock, _limits(settings))
    letters, status = LetterDesk(counter, LetterPress()), _status(counter, secrets)
    screens = screens_of(counter, secrets, stream, letters, status)
    return create_service(
        NAME,
        settings,
        title="Simpul: verification of claims",
        contacts=Contacts(database, clock),
        routers=[*_api(counter, secrets, stream, consumer, letters, status), *screens.routers],
        verifier=verifier,
        reception=screens.reception,
        components=[
            Relay(database, bus),
            Cleaner(database, settings),
            sequencer,
            *_keepers(counter, secrets),
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


def _api(
    counter: Counter,
    secrets: Secrets,
    stream: ClaimStream,
    consumer: Consumer,
    letters: LetterDesk,
    status: StatusDesk,
) -> list[APIRouter]:
    # The stream's fixed path comes before `/v1/claims/{case_number}`.
    return [
        stream_routes(counter, stream),
        claim_routes(counter),
        work_routes(counter),
        participant_routes(counter, _participants(counter.database, secrets)),
        estimate_routes(),
        letter_routes(letters),
        status_routes(status),
        reference_routes(counter),
        dead_letter_routes(counter.database, consumer),
    ]


def build_replay(settings: VerificationSettings, rules: RuleSet) -> RuleReplay:
    """What goes through all claims under another rule set. Raises KeyringUnusable when a secret is missing or wrong."""
    database = Database.of(settings, service=NAME)
    counter = _counter(settings, load_secrets(settings.secrets_dir), database, SystemClock(), _counting(settings))
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


def _counter(
    settings: VerificationSettings, secrets: Secrets, database: Database, clock: Clock, counting: Counting
) -> Counter:
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
        letters=_letters(settings),
        open_letters=lambda transaction: PostgresLetters(transaction, secrets.sealer, receipts),
        counting=counting,
    )


def _letters(settings: VerificationSettings) -> Letters:
    """With the letterhead of these settings."""
    office = Office(settings.letter_office, settings.letter_office_lines, settings.letter_objection_days)
    return Letters(office, formats, settings.four_eyes_rupiah)


def _participants(database: Database, secrets: Secrets) -> ParticipantOffice:
    return ParticipantOffice(
        open_register=lambda transaction: ParticipantRegister(transaction, secrets),
        open_notes=ImportBook,
        sole_import=lambda client_id, key: sole_import(database, client_id, key),
    )


def _status(counter: Counter, secrets: Secrets) -> StatusDesk:
    seconds = counter.settings.status_window_seconds
    throttle = Throttle(counter.database, counter.clock, secrets.blind_index, window_seconds=seconds)
    return StatusDesk(counter, throttle, lambda transaction: TrackingCodes(transaction, secrets, ORG))


def _keepers(counter: Counter, secrets: Secrets) -> list[Component]:
    """What changes claims without anybody asking (time, and other claims), and what measures them."""
    settings = counter.settings
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
