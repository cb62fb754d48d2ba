"""What Disnaker may see of a case, made by verification and delivered by the Disnaker gateway."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.events.envelope import (
    CaseNumber,
    ClockState,
    Content,
    Facts,
    OccurredAt,
    Part,
    Percent,
    RegionCode,
    ReportedAt,
)
from shared.events.vocabulary import (
    AccidentType,
    ClaimState,
    Consequence,
    DeterminationDecision,
    InjurySource,
    Kind,
    NotificationType,
    Outcome,
    PlaceType,
    Precision,
    Segment,
    WaitingOn,
)


class CaseNotificationFacts(Facts):
    """Clear facts of one notification."""

    notification_id: UUID
    notification_type: NotificationType
    case_number: CaseNumber
    region_code: str = Field(description="Of the event, else of the reporting hospital.")
    sequence: int = Field(ge=1, description="1, 2, 3, … within the case; deliveries keep this order.")
    occurred_at: OccurredAt | None = None
    reported_at: ReportedAt | None = None
    late: bool | None = None
    fatal: bool = Field(False, description="The worker died.")
    test: bool = Field(False, description="For the test clients of the office alone.")


class NotifiedEmployer(Part):
    """The employer as Disnaker sees it."""

    name: str | None = None
    registration_number: str | None = None
    sector: str | None = None


class NotifiedWorker(Part):
    """The worker as Disnaker sees them: name and masked NIK."""

    name: str | None = None
    nik_masked: str | None = None


class NotificationBody(Part):
    """The flat body that a webhook receives."""

    notification_id: UUID
    type: NotificationType
    case_number: CaseNumber
    region_code: RegionCode
    occurred_at: OccurredAt | None = None
    reported_at: ReportedAt | None = None
    employer: NotifiedEmployer | None = None
    worker: NotifiedWorker | None = None
    consequence: Consequence | None = None
    accident_type: AccidentType | None = None
    place_type: PlaceType | None = None
    late: bool | None = None
    fatal: bool = False
    victims_in_same_event: int = 1
    clocks: tuple[ClockState, ...] = ()


class CaseDetermination(Part):
    """A determination already made in the case."""

    determination_id: UUID
    decision: DeterminationDecision
    decided_on: date
    letter_number: str | None = None
    disability_percent: Percent | None = None
    superseded: bool = False


class CaseView(Part):
    """The case for `GET /v1/cases/{case_number}`: event, cause, outcome, deadlines; no clinical notes."""

    case_number: CaseNumber
    state: ClaimState
    waiting_on: WaitingOn | None = None
    kind: Kind
    segment: Segment | None = None
    region_code: RegionCode
    district_code: str | None = None
    occurred_at: OccurredAt | None = None
    occurred_at_precision: Precision | None = None
    diagnosed_on: date | None = None
    reported_at: ReportedAt | None = None
    employer: NotifiedEmployer | None = None
    worker: NotifiedWorker | None = None
    place_type: PlaceType | None = None
    place: str | None = None
    chronology: str | None = None
    consequence: Consequence | None = None
    accident_type: AccidentType | None = None
    injury_source: InjurySource | None = None
    exposure_source: str | None = Field(None, description="Of an occupational disease.")
    outcome: Outcome | None = None
    late: bool | None = None
    fatal: bool = False
    victims_in_same_event: int = 1
    referral_reason: str | None = Field(None, description="Why BPJS asks for a determination.")
    clocks: tuple[ClockState, ...] = ()
    determinations: tuple[CaseDetermination, ...] = ()
    updated_at: AwareDatetime | None = None


class CaseNotificationContent(Content):
    """The notification as delivered, and the case as it stands with it."""

    notification: NotificationBody
    case: CaseView
