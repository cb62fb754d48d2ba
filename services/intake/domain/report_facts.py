"""The few facts of a Tahap I report that rules and deadlines ask about."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.identifiers import WIB, zone_of
from shared.regulation.clocks import start_of_count

OCCUPATIONAL_DISEASE = "occupational_disease"


@dataclass(frozen=True)
class ReportFacts:
    """Drawn from the form. A field is None when it was left out or could not be read."""

    kind: str | None
    segment: str | None
    registration_number: str | None
    nik: str | None
    kpj: str | None
    passport_number: str | None
    birth_date: date | None
    sex: str | None
    occurred_at: datetime | None
    occurred_at_precision: str
    diagnosed_on: date | None
    service_years: tuple[float, float] | None
    region_code: str | None
    place_type: str | None
    consequence: str | None
    has_body_parts: bool
    police_report_number: str | None
    facility_type: str | None
    violence: bool
    first_alert_at: datetime | None
    pmi_phase: str | None
    pmi_country: str | None
    witness_niks: tuple[tuple[int, str], ...]

    @property
    def is_disease(self) -> bool:
        return self.kind == OCCUPATIONAL_DISEASE

    @property
    def zone(self) -> ZoneInfo:
        """Legal time of the place."""
        return zone_of(self.region_code) if self.region_code else WIB

    @property
    def event_date(self) -> date | None:
        """The local day of the accident, or of the diagnosis of a disease; it selects the rule set."""
        if self.is_disease:
            return self.diagnosed_on
        return self.occurred_at.astimezone(self.zone).date() if self.occurred_at else None

    @property
    def count_starts_at(self) -> datetime | None:
        """Where the stage 1 clock begins; a date alone counts from its end (decisions 9)."""
        if self.is_disease:
            return end_of_day(self.diagnosed_on, self.zone) if self.diagnosed_on else None
        if self.occurred_at is None:
            return None
        return start_of_count(self.occurred_at, self.occurred_at_precision, self.zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Where counting from a day without an hour begins: the midnight that ends it."""
    return start_of_count(datetime(day.year, day.month, day.day, tzinfo=zone), "day", zone)
