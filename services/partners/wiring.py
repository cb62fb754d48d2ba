"""The one place where this service's objects are made; tests call the same `build`."""

from fastapi import APIRouter

from services.partners.adapters.assertion_purge import AssertionPurge
from services.partners.adapters.key_sets import ANSWER_BYTES_MAX, HttpKeySets
from services.partners.adapters.keys import AccessTokenSigner, JoseAssertions, JoseClientKeys
from services.partners.adapters.notice_rows import PostgresNoticeRows
from services.partners.adapters.run_rows import PostgresRunRows
from services.partners.adapters.unit_of_work import PostgresUnitOfWork
from services.partners.application.approve import Approve
from services.partners.application.issue_token import IssueToken
from services.partners.application.read_key_sets import ReadKeySets
from services.partners.application.read_registry import ReadRegistry
from services.partners.application.register_client import RegisterClient
from services.partners.application.revoke_client import RevokeClient
from services.partners.application.rotate import Rotate
from services.partners.application.second_person import SecondPerson
from services.partners.domain.partners import ClientKind
from services.partners.entrypoints.http.conformance_runs import RunDesk, conformance_router
from services.partners.entrypoints.http.credentials import credential_router
from services.partners.entrypoints.http.notices import NoticeDesk, notice_router
from services.partners.entrypoints.http.operations import operations_router
from services.partners.entrypoints.http.registry import registry_router
from services.partners.entrypoints.http.token import discovery_router, token_router
from services.partners.entrypoints.notices.page import FOLDER as NOTICES_FOLDER
from services.partners.entrypoints.notices.page import notice_page
from services.partners.settings import PartnersSettings
from shared.clock import Clock, SystemClock
from shared.events import TOPICS
from shared.events.topics import PARTNERS
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus
from shared.operations.contacts import Contacts
from shared.outbox import Relay
from shared.partner_http import AddressPolicy, PartnerHttp
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database
from shared.sealing import load_secrets
from shared.sealing.secrets_folder import (
    BOOTSTRAP_CONSOLE_FILE,
    BOOTSTRAP_OPERATOR_FILE,
    TOKEN_SIGNING_KEY_FILE,
    read_jwk_file,
)
from shared.service import Hook, Service, create_service, issuer_verifier
from shared.web.issuer_keys import FixedKeys
from shared.web.pages.reception import PageReception
from shared.web.pages.rendering import Pages
from shared.web.pages.routes import page_routes
from shared.web.tokens import TokenVerifier

NAME = "partners"


def build(settings: PartnersSettings, *, bus: EventBus | None = None, clock: Clock | None = None) -> Service:
    """The service, ready to serve. Raises KeyringUnusable when a secret is missing or wrong."""
    clock = clock or SystemClock()
    bus = bus or AioKafkaBus(settings.kafka_bootstrap, topics=[TOPICS[PARTNERS]], prefix=settings.topic_prefix)
    database = Database.of(settings, service=NAME)
    sealer = load_secrets(settings.secrets_dir).sealer
    unit_of_work = PostgresUnitOfWork(database, sealer)
    http, source = _key_sets(settings)
    key_sets = ReadKeySets(unit_of_work, source, clock)
    second = SecondPerson(settings.second_person == "always", frozenset(settings.officers_told_by))
    register = RegisterClient(unit_of_work, JoseClientKeys(), source, clock, second)
    read = ReadRegistry(unit_of_work)
    notices = NoticeDesk(database, sealer, clock, PostgresNoticeRows)
    pages = Pages([NOTICES_FOLDER], public_url=settings.public_url)
    registry = registry_router(register, RevokeClient(unit_of_work, clock), read, clock)
    rotate = Rotate(unit_of_work, JoseClientKeys(), source, clock, second)
    credentials = credential_router(Approve(unit_of_work, clock, second), rotate, key_sets, clock)
    verifier, token_routers, stop_verifier = _tokens(settings, unit_of_work, key_sets, clock)
    purge = AssertionPurge(
        unit_of_work,
        clock,
        every_seconds=settings.assertion_purge_seconds,
        batch_size=settings.assertion_purge_batch,
    )
    return create_service(
        NAME,
        settings,
        title="Simpul: registry of partners and token service",
        contacts=Contacts(database, clock),
        routers=[
            *token_routers,
            registry,
            credentials,
            notice_router(notices),
            conformance_router(RunDesk(database, sealer, clock, PostgresRunRows)),
            operations_router(read),
            page_routes(pages),
            notice_page(notices, pages),
        ],
        reception=PageReception(pages),
        verifier=verifier,
        components=[Relay(database, bus), Cleaner(database, settings), purge],
        checks=[("postgres", database.check), ("pages", pages.assets.check)],
        on_start=[_own_clients(settings, register)],
        on_stop=[key_sets.close, http.close, database.close, bus.close, stop_verifier],
    )


def _key_sets(settings: PartnersSettings) -> tuple[PartnerHttp, HttpKeySets]:
    """What reads partners' keys at their addresses: as careful as what delivers to them."""
    policy = AddressPolicy(public_only=settings.profile == "production", ports=frozenset(settings.partner_keys_ports))
    http = PartnerHttp(
        policy,
        timeout_seconds=settings.partner_keys_timeout_seconds,
        answer_bytes_max=ANSWER_BYTES_MAX,
        connections_max=16,
    )
    return http, HttpKeySets(http, policy)


def _tokens(
    settings: PartnersSettings, unit_of_work: PostgresUnitOfWork, key_sets: ReadKeySets, clock: Clock
) -> tuple[TokenVerifier, list[APIRouter], Hook]:
    """What judges tokens here and the routes that issue them: none of the latter beside an external issuer."""
    if not settings.issues_tokens:
        verifier, stop = issuer_verifier(settings)
        return verifier, [], stop
    signer = AccessTokenSigner(read_jwk_file(settings.secrets_dir, TOKEN_SIGNING_KEY_FILE))
    # The issuer knows its own key: asking itself over HTTP would need it to be up before it is.
    verifier = TokenVerifier(settings.issuer, keys=FixedKeys([signer.public]), clock=clock, typ_required=True)
    issue = IssueToken(
        unit_of_work,
        JoseAssertions(),
        key_sets,
        signer,
        clock,
        issuer=settings.issuer,
        assertion_audiences=[f"{settings.public_url}/oauth2/token", settings.issuer],
        lifetime_seconds=settings.access_token_lifetime_seconds,
    )
    routers = [token_router(issue, settings), discovery_router(settings, signer.published())]
    return verifier, routers, verifier.aclose


def _own_clients(settings: PartnersSettings, register: RegisterClient) -> Hook:
    async def ensure() -> None:
        made = read_jwk_file(settings.secrets_dir, BOOTSTRAP_OPERATOR_FILE)
        await register.own(ClientKind.OPERATOR, "First operator", made["client_id"], made["org"], made["public_jwk"])
        # Secrets made by an earlier version have no console; it then shows no papers.
        if (settings.secrets_dir / BOOTSTRAP_CONSOLE_FILE).exists():
            made = read_jwk_file(settings.secrets_dir, BOOTSTRAP_CONSOLE_FILE)
            await register.own(ClientKind.BPJS_VERIFIER, "Console", made["client_id"], made["org"], made["public_jwk"])

    return ensure
