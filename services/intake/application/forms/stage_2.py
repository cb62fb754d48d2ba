"""Tahap II: Form 3a KK 2 (or 3a PAK 2), which is at the same time the benefit application (art. 19(3))."""

from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from services.intake.application.forms.examples import STAGE_2
from services.intake.application.forms.fields import (
    CostItem,
    Day,
    Email,
    FormPart,
    HeirRelation,
    Line,
    Nik,
    Outcome,
    Paragraph,
    PassportNumber,
    Payee,
    Phone,
    PmiPhase,
    Rupiah,
    SchoolLevel,
    TransportMode,
)


class AbsencePeriod(FormPart):
    """Days not worked; both days count."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day


class Cost(FormPart):
    """One cell of the form's matrix of payees and costs."""

    payee: Payee
    item: CostItem
    amount_rupiah: Rupiah
    transport_mode: Annotated[
        TransportMode | None, Field(description="Of an item `transport`: each mode has a cap of its own.")
    ] = None


class BankAccount(FormPart):
    payee: Payee
    bank: Line
    number: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9 .-]{3,40}$")]
    holder: Line


class Heir(FormPart):
    """In the order of PP 44/2015 art. 37(4)-(5)."""

    name: Line
    nik: Nik | None = None
    passport_number: PassportNumber | None = None
    relation: HeirRelation
    birth_date: Day | None = None
    phone: Phone | None = None


class Guardian(FormPart):
    """Of a child under 18."""

    name: Line
    nik: Nik | None = None
    phone: Phone | None = None
    email: Email | None = None
    relation: Line | None = None


class Child(FormPart):
    """Under 23, not working, not married: a scholarship is due after death or total permanent disability."""

    name: Line
    birth_date: Day
    school_level: SchoolLevel | None = None


class Stage2(FormPart):
    """Form 3a KK 2."""

    model_config = ConfigDict(json_schema_extra={"examples": [STAGE_2]})

    outcome: Outcome
    examined_on: Annotated[Day, Field(description="Date of the doctor's last finding; starts the stage 2 clock.")]
    absence_periods: Annotated[tuple[AbsencePeriod, ...], Field(max_length=200)] = ()
    absence_days: Annotated[StrictInt | None, Field(ge=0, le=36_500)] = None
    costs: Annotated[tuple[Cost, ...], Field(max_length=100)] = ()
    bank_accounts: Annotated[tuple[BankAccount, ...], Field(max_length=50)] = ()
    heirs: Annotated[tuple[Heir, ...], Field(max_length=50)] = ()
    guardian: Guardian | None = None
    has_children_under_23: StrictBool | None = None
    children_under_23: Annotated[tuple[Child, ...], Field(max_length=30)] = ()
    pmi_phase: PmiPhase | None = None
    signed_name: Line | None = None
    signed_position: Line | None = None
    signed_place: Line | None = None
    signed_on: Day | None = None
    note: Paragraph | None = None
