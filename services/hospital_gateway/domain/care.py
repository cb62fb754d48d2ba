"""What was done for a patient, what it cost, what is still needed and who answers for it, within one visit."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Disability:
    """What will stay, of one part of the body. `kind` is anatomical or functional, `part` a code of body_parts, `code`
    a row of the table of disabilities; `percent` of the part's function is lost."""

    kind: str | None = None
    part: str | None = None
    percent: Decimal | None = None
    code: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of a bill in whole rupiah, None where it is in another currency. `item` is a code of cost_items."""

    item: str
    resource_type: str
    resource_id: str
    code: str | None = None
    words: str | None = None
    quantity: Decimal | None = None
    amount_rupiah: int | None = None
    paid_rupiah: int | None = None
    currency: str = "IDR"
    served_on: date | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """To or from another facility."""

    direction: str
    facility: str | None = None
    reason: str | None = None
    dated: date | None = None
    resource_id: str | None = None


@dataclass(frozen=True, slots=True)
class Aid:
    """A device that the patient needs or was given."""

    kind: str
    words: str | None = None
    given: bool = False
    resource_id: str | None = None


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine or vaccine; `stage` is requested, dispensed or administered."""

    code: str
    stage: str
    display: str | None = None
    system: str | None = None
    dated: date | None = None
    resource_id: str | None = None


@dataclass(frozen=True, slots=True)
class ClinicalNotes:
    """What those who treated wrote, beside a doctor's statement."""

    anamnesis: str | None = None
    examination: str | None = None
    imaging: str | None = None
    assessment: str | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """A document among the visit's resources, without its bytes."""

    resource_type: str
    resource_id: str
    title: str | None = None
    type: str | None = None
    dated: date | None = None
    media_type: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who vouches for which resource (`Composition/…`)."""

    target: str
    who: str | None = None
    role: str | None = None
    at: datetime | None = None
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Care:
    """All of it for one visit; `triage` in the emergency department's own words."""

    triage: str | None = None
    clinical: ClinicalNotes | None = None
    medicines: tuple[Medicine, ...] = ()
    aids: tuple[Aid, ...] = ()
    referrals: tuple[Referral, ...] = ()
    costs: tuple[CostLine, ...] = ()
    documents: tuple[FiledDocument, ...] = ()
    signatures: tuple[Signature, ...] = ()
