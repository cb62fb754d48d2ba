"""Membership of a worker, from BPJS core."""

from datetime import date

from pydantic import AwareDatetime, Field

from shared.events.envelope import Content, Facts, IdentityHashes, Part, Rupiah, Version
from shared.events.vocabulary import Segment


class ParticipantFacts(Facts):
    """Clear facts of a worker's membership set."""

    version: Version
    recorded_at: AwareDatetime = Field(description="When BPJS core's import was accepted.")
    identity_hashes: IdentityHashes
    membership_count: int = Field(ge=0, description="Memberships in the sealed set.")


class Membership(Part):
    """One membership. An open end is null."""

    employer_registration_number: str | None = None
    kpj: str | None = None
    segment: Segment
    programmes: tuple[str, ...] = ()
    wage_rupiah: Rupiah | None = None
    active_from: date
    active_to: date | None = None
    contributions_paid_until: date | None = None


class ParticipantContent(Content):
    """The whole membership set of one worker."""

    nik: str | None = None
    kpj: str | None = None
    name: str | None = None
    birth_date: date | None = None
    memberships: tuple[Membership, ...] = ()
