"""Claims: every change on `jkk.claims`, the latest state on the compacted `jkk.claim-state`. Nothing personal."""

from pydantic import AwareDatetime, Field

from shared.events.envelope import (
    CaseNumber,
    ChecklistEntry,
    ClockState,
    Facts,
    IdentityHashes,
    OccurredAt,
    RegionCode,
    Version,
)
from shared.events.vocabulary import ClaimState, Kind, Payer, WaitingOn


class ClaimChanged(Facts):
    """One change of a claim, in the order of its versions."""

    case_number: CaseNumber
    claim_version: Version = Field(description="Rises by one with every event of the claim.")
    state: ClaimState
    waiting_on: WaitingOn
    changes: tuple[str, ...] = Field(description="Codes of the list changes, for example evidence-added.")
    # Said where it is so, and left out of what everybody reads all day.
    test: bool = Field(
        False,
        description="The claim is made of what test clients sent, and is nobody's.",
        exclude_if=lambda test: not test,
    )


class FollowedReport(Facts):
    """One report of a claim and the version of it that the claim's state takes account of."""

    report_id: str
    version: Version


class ClaimStateRecorded(Facts):
    """The whole state of one claim, so that gateways answer from their own projections."""

    case_number: CaseNumber
    claim_version: Version
    decision_version: int = Field(ge=0, description="Counts only changes that could change a decision.")
    state: ClaimState
    waiting_on: WaitingOn
    waiting_reason: str | None = Field(None, description="For example document-missing:T2.")
    open: bool = Field(description="Whether more evidence may join.")
    kind: Kind | None = None
    region_code: RegionCode | None = None
    occurred_at: OccurredAt | None = None
    treatment_until: AwareDatetime | None = Field(None, description="Until when a visit may belong to its treatment.")
    rule_set: str | None = Field(None, description="Id of the rule set, for example RS-2025.")
    payer_of_first_resort: Payer | None = None
    clocks: tuple[ClockState, ...] = ()
    checklist: tuple[ChecklistEntry, ...] = ()
    report_ids: tuple[str, ...] = Field((), description="Accident reports and self-reports joined to the claim.")
    report_versions: tuple[FollowedReport, ...] = Field((), description="The versions of reports it follows.")
    encounter_report_ids: tuple[str, ...] = Field((), description="Medical reports (Encounter ids) joined to it.")
    merged_into: str | None = Field(None, description="Case number of the survivor, when state is MERGED.")
    identity_hashes: IdentityHashes = IdentityHashes()
    updated_at: AwareDatetime | None = None
    test: bool = Field(False, description="The claim is made of what test clients sent, and is nobody's.")
