"""The one place where this service's objects are made; tests call the same `build`."""

from dataclasses import dataclass
from datetime import timedelta

import httpx
from fastapi import APIRouter

from services.hospital_gateway.adapters.bridge_seal import BridgeSeals, BridgeVerifier
from services.hospital_gateway.adapters.clinical_lists import body_part_rules, relevance_rules
from services.hospital_gateway.adapters.fhir.conditions import search_of
from services.hospital_gateway.adapters.fhir.outcome import outcome_of
from services.hospital_gateway.adapters.fhir.r4_format import R4Format
from services.hospital_gateway.adapters.fhir.types import STORED_TYPES
from services.hospital_gateway.adapters.fhir.validation import load_tables_of_a_visit
from services.hospital_gateway.adapters.held_purge import HeldPurge, PurgeAges
from services.hospital_gateway.adapters.held_visits import PostgresHeldVisits
from services.hospital_gateway.adapters.hospital_requests import PostgresRequests
from services.hospital_gateway.adapters.issuer_credentials import IssuerCredentials
from services.hospital_gateway.adapters.large_requests import Bounds, Case, LargeRequests, Workshop
from services.hospital_gateway.adapters.participants import ParticipantRows, PostgresParticipants
from services.hospital_gateway.adapters.projections import PostgresProjections
from services.hospital_gateway.adapters.request_receipts import HOSPITAL_RECORDS, digests_of
from services.hospital_gateway.adapters.sized_cases import SizedEligibility, SizedResource, SizedSubmit, Told
from services.hospital_gateway.adapters.vault import PostgresVault
from services.hospital_gateway.application.ask_hospitals import AskHospitals
from services.hospital_gateway.application.assemble_report import Rules
from services.hospital_gateway.application.bridge_tokens import IssueBridgeToken
from services.hospital_gateway.application.bundle_entries import BundleReads
from services.hospital_gateway.application.check_eligibility import CheckEligibility
from services.hospital_gateway.application.report_changes import ReportWriter
from services.hospital_gateway.application.search_resources import SearchResources
from services.hospital_gateway.application.single_resource import SingleResource
from services.hospital_gateway.application.submit_bundle import SubmitBundle
from services.hospital_gateway.application.write_resources import ResourceWriter
from services.hospital_gateway.entrypoints.consumers import TOPICS_READ, handler
from services.hospital_gateway.entrypoints.http.bridge_tokens import bridge_token_router
from services.hospital_gateway.entrypoints.http.fhir import FhirSurface, fhir_router
from services.hospital_gateway.entrypoints.http.fhir_answers import Answers
from services.hospital_gateway.entrypoints.http.fhir_writing import Writing
from services.hospital_gateway.settings import HospitalGatewaySettings
from shared.clock import Clock, SystemClock
from shared.events import TOPICS
from shared.events.topics import DEAD_LETTERS, MEDICAL_REPORTS
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus
from shared.observability import configure_logging
from shared.operations import dead_letter_routes
from shared.operations.contacts import Contacts
from shared.outbox import Consumer, Handle, Relay
from shared.partner_http.client import careful_client
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database
from shared.receipts.pages import FOLDER as RECEIPT_FOLDER
from shared.receipts.pages import ReceiptPages, receipt_routes
from shared.receipts.register import Receipts
from shared.sealing import BlindIndex, Sealer, Secrets, load_secrets
from shared.service import Hook, Service, create_service, issuer_verifier
from shared.web.door import Verifier
from shared.web.pages.reception import PageReception
from shared.web.pages.rendering import Pages
from shared.web.pages.routes import page_routes

NAME = "hospital_gateway"


def build(
    settings: HospitalGatewaySettings,
    *,
    bus: EventBus | None = None,
    clock: Clock | None = None,
    verifier: Verifier | None = None,
    issuer_transport: httpx.AsyncBaseTransport | None = None,
) -> Service:
    """The service, ready to serve; `issuer_transport` leads to the issuer's token endpoint in tests.

    Raises KeyringUnusable when a secret is missing or wrong.
    """
    clock, bus = clock or SystemClock(), bus or _kafka(settings)
    database, secrets = Database.of(settings, service=NAME), load_secrets(settings.secrets_dir)
    load_tables_of_a_visit()
    pages = Pages([RECEIPT_FOLDER], public_url=settings.public_url)
    stop_verifier: list[Hook] = []
    if verifier is None:
        verifier, stop = issuer_verifier(settings)
        stop_verifier.append(stop)
    bridges = BridgeSeals(secrets.sealer)
    issuer_client = careful_client(timeout_seconds=settings.issuer_timeout_seconds, transport=issuer_transport)
    cases = _Cases.over(settings, database, secrets, clock)
    answers = Answers(outcome_of, settings.public_url, lambda id_: cases.receipts.receipt(HOSPITAL_RECORDS, id_).url)
    large = LargeRequests(open_workshop, settings, _bounds(settings))
    handle = _heard(secrets.sealer, cases, clock)
    consumer = Consumer(database, bus, secrets.sealer, group=NAME, topics=TOPICS_READ, handle=handle, clock=clock)
    return create_service(
        NAME,
        settings,
        title="Simpul: hospital gateway (FHIR R4)",
        contacts=Contacts(database, clock),
        routers=[
            bridge_token_router(_bridge_tokens(settings, issuer_client, verifier, bridges, cases.vault, clock)),
            fhir_router(_surface(settings, cases, large, answers)),
            *_pages(settings, cases.receipts, database, pages, clock, secrets.blind_index),
            dead_letter_routes(database, consumer),
        ],
        verifier=BridgeVerifier(bridges, verifier, clock),
        render_error=answers.error,
        components=[
            Relay(database, bus),
            Cleaner(database, settings),
            HeldPurge(database, clock, _purge_ages(settings), every_seconds=settings.purge_every_seconds),
            consumer,
        ],
        reception=PageReception(pages),
        checks=[("postgres", database.check), ("pages", pages.assets.check)],
        on_stop=[*stop_verifier, issuer_client.aclose, database.close, bus.close, large.close],
    )


def _pages(
    settings: HospitalGatewaySettings,
    receipts: Receipts,
    database: Database,
    pages: Pages,
    clock: Clock,
    index: BlindIndex,
) -> list[APIRouter]:
    here = ReceiptPages.of(settings, receipts, database, pages, clock, index, digests=digests_of)
    return [page_routes(pages), receipt_routes(here)]


def _kafka(settings: HospitalGatewaySettings) -> AioKafkaBus:
    topics = [TOPICS[name] for name in (*TOPICS_READ, MEDICAL_REPORTS, DEAD_LETTERS)]
    return AioKafkaBus(settings.kafka_bootstrap, topics=topics, prefix=settings.topic_prefix)


def _heard(sealer: Sealer, cases: "_Cases", clock: Clock) -> Handle:
    vault, reports = cases.vault, cases.reports
    return handler(
        PostgresProjections,
        lambda tx: ParticipantRows(tx, sealer),
        lambda tx: PostgresHeldVisits(tx, vault.on, reports, clock),
        lambda tx: AskHospitals(PostgresRequests(tx, vault.on), reports, cases.resources.format, clock),
    )


def _bridge_tokens(
    settings: HospitalGatewaySettings,
    issuer_client: httpx.AsyncClient,
    issued: Verifier,
    bridges: BridgeSeals,
    vault: PostgresVault,
    clock: Clock,
) -> IssueBridgeToken:
    credentials = IssuerCredentials(issuer_client, settings.reached_token_endpoint, issued)
    return IssueBridgeToken(credentials, bridges, vault, clock)


def _purge_ages(settings: HospitalGatewaySettings) -> PurgeAges:
    return PurgeAges(
        timedelta(hours=settings.purge_ended_after_hours),
        timedelta(days=settings.purge_unchanged_after_days),
        timedelta(days=settings.fhir_replay_days),
    )


@dataclass(frozen=True)
class _Cases:
    """The use cases of the FHIR surface with everything under them."""

    vault: PostgresVault
    receipts: Receipts
    reports: ReportWriter
    submit: SubmitBundle
    resources: SingleResource
    searches: SearchResources
    eligibility: CheckEligibility

    @classmethod
    def over(cls, settings: HospitalGatewaySettings, database: Database, secrets: Secrets, clock: Clock) -> "_Cases":
        resource_format = R4Format(
            entries_max=settings.fhir_entries_max, slim_from_bytes=settings.fhir_inline_bytes_max + 1
        )
        days = settings.fhir_replay_days
        receipts = Receipts.of(settings, NAME, secrets.worker_keys)
        vault = PostgresVault(database, secrets.sealer, secrets.blind_index, clock, receipts, replay_days=days)
        reports = ReportWriter(
            resource_format,
            Rules(relevance_rules(), body_part_rules()),
            secrets.worker_keys,
            lambda id_: receipts.receipt(HOSPITAL_RECORDS, id_).code,
        )
        writer = ResourceWriter(resource_format, reports, clock)
        participants = PostgresParticipants(database, secrets.sealer, secrets.blind_index)
        eligibility = CheckEligibility(vault, resource_format, writer, participants, clock)
        searches = SearchResources(vault, resource_format, writer)
        reads = BundleReads(resource_format, searches)
        submit = SubmitBundle(vault, resource_format, writer, eligibility, reads, clock)
        single = SingleResource(vault, resource_format, writer)
        return cls(vault, receipts, reports, submit, single, searches, eligibility)


def open_workshop(settings: HospitalGatewaySettings) -> Workshop:
    """What the process for large requests works with; called there."""
    configure_logging(f"{NAME}-large", settings.log_level)
    database = Database(
        settings.database_url, service=NAME, pool_size=2, timeout_seconds=settings.database_timeout_seconds
    )
    made = _Cases.over(settings, database, load_secrets(settings.secrets_dir), SystemClock())
    cases: dict[str, Case] = {
        "submit": made.submit,
        "check_eligibility": made.eligibility,
        "create": made.resources.create,
        "update": made.resources.update,
        "update_where": made.resources.update_where,
        "problems": Told(made.resources),
    }
    return Workshop(cases, database.close)


def _bounds(settings: HospitalGatewaySettings) -> Bounds:
    return Bounds(
        here_bytes_max=settings.fhir_inline_bytes_max,
        waiting_bytes_max=settings.fhir_waiting_bytes_max,
        data_bytes_max=settings.fhir_worker_data_bytes_max,
        kept_bytes_max=settings.fhir_worker_kept_bytes_max,
    )


def _surface(settings: HospitalGatewaySettings, cases: _Cases, large: LargeRequests, answers: Answers) -> FhirSurface:
    """What the routes call: small requests are done here, large ones apart."""
    single, eligibility = cases.resources, cases.eligibility
    return FhirSurface(
        submit_bundle=SizedSubmit(cases.submit, large),
        searches=cases.searches,
        writing=Writing(
            SizedResource(single.vault, single.format, single.writer, large),
            answers,
            STORED_TYPES,
            search_of,
            settings.fhir_body_bytes_max,
        ),
        check_eligibility=SizedEligibility(
            eligibility.vault,
            eligibility.format,
            eligibility.writer,
            eligibility.participants,
            eligibility.clock,
            large,
        ),
        public_url=settings.public_url,
        issuer=settings.issuer,
        token_endpoint=settings.public_token_endpoint,
    )
