"""Who may use the hub: kinds of clients, what each kind may do, and how its organisation is named."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.partners.domain.credentials import Credential
from shared.errors import Problem
from shared.identifiers import PROVINCES, is_test, organisation_number, province_of

_ORG_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_REGION = re.compile(r"[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{4})?)?)?")


class ClientKind(StrEnum):
    """What a client is to the hub; decides its scopes and the form of its organisation."""

    EMPLOYER = "employer"
    HOSPITAL = "hospital"
    DISNAKER = "disnaker"
    BPJS_VERIFIER = "bpjs-verifier"
    BPJS_CORE = "bpjs-core"
    CHANNEL = "channel"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class ClientStatus(StrEnum):
    """`requested` until a second person approves it; only an `active` one gets tokens."""

    REQUESTED = "requested"
    ACTIVE = "active"
    REVOKED = "revoked"


class OrganisationStatus(StrEnum):
    """Active as long as one of its clients is."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class KindRule:
    """`org_prefix` stands before the colon of the organisation's name. `may_test`: there are test clients of it. Those
    who see or run the whole hub have none, since nothing could keep them among what is tried out."""

    org_prefix: str
    scopes: tuple[str, ...]
    gets_secret: bool = False
    may_test: bool = False


RULES: dict[ClientKind, KindRule] = {
    ClientKind.EMPLOYER: KindRule(
        "employer", ("accident-reports.write", "accident-reports.read", "subscriptions.manage"), may_test=True
    ),
    ClientKind.CHANNEL: KindRule("channel", ("self-reports.write", "self-reports.read"), may_test=True),
    # Hospitals' existing bridges speak client_secret, so they alone get one.
    ClientKind.HOSPITAL: KindRule("hospital", ("system/*.crus",), gets_secret=True, may_test=True),
    ClientKind.DISNAKER: KindRule(
        "disnaker",
        ("notifications.read", "subscriptions.manage", "determinations.write", "cases.read"),
        may_test=True,
    ),
    ClientKind.BPJS_VERIFIER: KindRule("bpjs", ("claims.read", "claims.decide")),
    ClientKind.BPJS_CORE: KindRule("bpjs", ("claims.stream", "claims.read", "participants.write", "payments.write")),
    ClientKind.AUDITOR: KindRule("auditor", ("audit.read", "claims.read")),
    ClientKind.OPERATOR: KindRule("operator", ("operations.manage", "partners.manage")),
}


@dataclass(frozen=True)
class Client:
    """One client of one organisation. `region_code` is what it asked for and counts from its approval on.
    `asked_by` and `approved_by` are persons, or clients where no person was named; `asked_by_name` is what the person
    is called."""

    client_id: str
    org: str
    kind: ClientKind
    name: str
    status: ClientStatus
    created_at: datetime
    asked_by: str
    asked_by_name: str | None = None
    region_code: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    revoked_at: datetime | None = None
    credentials: tuple[Credential, ...] = ()

    def credential(self, credential_id: UUID) -> Credential | None:
        return next((each for each in self.credentials if each.id == credential_id), None)

    @property
    def scopes(self) -> tuple[str, ...]:
        return RULES[self.kind].scopes

    @property
    def is_test(self) -> bool:
        """Whether it works under the test organisation beside the real one."""
        return is_test(self.org)


@dataclass(frozen=True)
class Organisation:
    """An organisation with what its active clients make of it. `version` counts its changes."""

    org: str
    name: str
    region_code: str | None
    version: int
    kinds: tuple[ClientKind, ...]
    client_count: int
    created_at: datetime
    updated_at: datetime

    @property
    def status(self) -> OrganisationStatus:
        return OrganisationStatus.ACTIVE if self.kinds else OrganisationStatus.SUSPENDED


def registration_problems(kind: ClientKind, org: str, region_code: str | None, *, test: bool = False) -> list[Problem]:
    """What keeps an organisation and a region from fitting the kind; empty when they fit. `org` is the real one."""
    problems = []
    if test and not RULES[kind].may_test:
        detail = "Employers, channels, hospitals and Disnaker have test clients; this kind sees what is real."
        problems.append(Problem("/test", "test-not-allowed", detail))
    prefix, _, name = org.partition(":")
    expected = RULES[kind].org_prefix
    if prefix != expected or not _ORG_NAME.fullmatch(name):
        detail = f"The organisation of this kind is named {expected}:<letters, digits, dots, underscores, hyphens>."
        problems.append(Problem("/org", "org-format", detail))
    elif kind is ClientKind.DISNAKER and name not in PROVINCES:
        detail = "A Disnaker is named disnaker:<two digits of its province>."
        problems.append(Problem("/org", "org-province", detail))
    if region_code is None:
        return problems
    if not _REGION.fullmatch(region_code) or province_of(region_code) not in PROVINCES:
        detail = "A region is a Kemendagri code of 2, 4, 6 or 10 digits in a known province."
        problems.append(Problem("/region_code", "region-format", detail))
    elif kind is ClientKind.DISNAKER and region_code != name:
        detail = "The region of a Disnaker is the province in its organisation's name; leave this out."
        problems.append(Problem("/region_code", "region-contradicts-org", detail))
    elif kind not in (ClientKind.HOSPITAL, ClientKind.DISNAKER):
        detail = "Only hospitals are registered with a region; leave this out."
        problems.append(Problem("/region_code", "region-not-allowed", detail))
    return problems


def region_of(kind: ClientKind, org: str, region_code: str | None) -> str | None:
    """The organisation's region: a hospital's own, a Disnaker's province."""
    return organisation_number(org) if kind is ClientKind.DISNAKER else region_code
