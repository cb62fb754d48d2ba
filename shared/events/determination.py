"""What Disnaker says of a case: determinations (penetapan) and acknowledgements of notifications."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.events.envelope import CaseNumber, Content, Facts, Part, Percent, ReceivedAt, RegionCode, Rupiah
from shared.events.vocabulary import DeterminationDecision


class DeterminationFacts(Facts):
    """Clear facts of one determination. A later one supersedes the latest unless it names another."""

    determination_id: UUID
    case_number: CaseNumber
    org: str = Field(description="The office, for example disnaker:36; a test client's ends in ~test.")
    region_code: str | None = Field(None, description="Region of the case.")
    decision: DeterminationDecision
    decided_on: date
    supersedes: UUID | None = None
    received_at: ReceivedAt


class Disability(Part):
    """What the inspector determined of a disability."""

    kind: str | None = None
    code: str | None = Field(None, description="Code of the disability table, for example P15.")
    percent: Percent | None = None


class Inspector(Part):
    """The inspector who signed."""

    name: str | None = None
    id: str | None = None


class Officer(Part):
    """The person behind an action where one was named."""

    id: str | None = None
    name: str | None = None


class DeterminationContent(Content):
    """The request as accepted."""

    case_number: CaseNumber
    decision: DeterminationDecision
    disability: Disability | None = None
    benefit_amount_rupiah: Rupiah | None = None
    letter_number: str
    decided_on: date
    inspector: Inspector
    legal_basis: str
    advisory_doctor_opinion: str | None = None
    supersedes: UUID | None = None
    officer: Officer | None = None


class AcknowledgementFacts(Facts):
    """A notification was seen by the office."""

    notification_id: UUID
    case_number: CaseNumber
    org: str
    region_code: RegionCode | None = None
    acknowledged_at: AwareDatetime


class AcknowledgementContent(Content):
    """Who acknowledged, where the office says."""

    officer: Officer | None = None
    note: str | None = None
