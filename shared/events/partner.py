"""Organisations that use the hub. No secret, no key, no person."""

from pydantic import AwareDatetime, Field

from shared.events.envelope import Facts, Version
from shared.events.vocabulary import PartnerKind, PartnerStatus


class PartnerFacts(Facts):
    """One organisation as it stands."""

    org: str = Field(description="For example hospital:100000401; a test organisation ends in ~test.")
    version: Version
    organisation_name: str
    status: PartnerStatus
    region_code: str | None = Field(None, description="A hospital's own region, a Disnaker's province.")
    kinds: tuple[PartnerKind, ...] = Field(description="Kinds of its clients that are in use.")
    recorded_at: AwareDatetime = Field(description="When the registry changed.")
