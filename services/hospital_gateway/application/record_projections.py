"""What the gateway keeps of other services' news: who is a registered hospital, and which claims are open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.events import Event, Tombstone
from shared.events.claim import ClaimStateRecorded
from shared.events.partner import PartnerFacts


@dataclass(frozen=True)
class ClaimNews:
    """A claim as the gateway keeps it."""

    case_number: str
    version: int
    is_open: bool
    region_code: str | None
    occurred_at: datetime | None
    treatment_until: datetime | None
    report_ids: tuple[str, ...]
    encounter_ids: tuple[str, ...]
    identity_hashes: tuple[str, ...]


class HeldVisits(Protocol):
    """Visits that did not leave the gateway, all hospitals' together."""

    async def look_again(self, news: ClaimNews) -> None:
        """Assemble the held visits of the claim's worker anew: they may belong to its treatment now."""


class Projections(Protocol):
    """Where news is kept; an older version never replaces a newer one."""

    async def keep_partner(
        self, org: str, version: int, status: str, region_code: str | None, kinds: list[str]
    ) -> None:
        """Keep an organisation."""

    async def keep_claim(self, news: ClaimNews) -> None:
        """Keep a claim."""

    async def forget_claim(self, case_number: str) -> None:
        """The claim was erased."""


async def record(projections: Projections, held: HeldVisits, event: Event) -> None:
    """Take over one event of `jkk.partners` or `jkk.claim-state`; others are none of ours."""
    facts = event.facts
    if isinstance(facts, PartnerFacts):
        kinds = [str(kind) for kind in facts.kinds]
        await projections.keep_partner(facts.org, facts.version, str(facts.status), facts.region_code, kinds)
    elif isinstance(facts, ClaimStateRecorded):
        hashes = facts.identity_hashes
        news = ClaimNews(
            facts.case_number,
            facts.claim_version,
            facts.open,
            facts.region_code,
            facts.occurred_at,
            facts.treatment_until,
            facts.report_ids,
            facts.encounter_report_ids,
            (*hashes.nik, *hashes.kpj, *hashes.passport),
        )
        await projections.keep_claim(news)
        if news.is_open and news.identity_hashes:
            await held.look_again(news)
    elif isinstance(facts, Tombstone):
        await projections.forget_claim(event.subject)
