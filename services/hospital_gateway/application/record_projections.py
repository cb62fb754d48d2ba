"""What the gateway keeps of other services' news: who is a registered hospital, which claims are open, and what they
ask of hospitals."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.hospital_gateway.application.ask_hospitals import ClaimRequests
from services.hospital_gateway.domain.asked_papers import AskedPaper, ClaimAsks, ListedPaper, asked_papers
from services.hospital_gateway.domain.eligibility import Insured
from shared.events import Event, Tombstone
from shared.events.claim import ClaimStateRecorded
from shared.events.participant import ParticipantContent, ParticipantFacts
from shared.events.partner import PartnerFacts

_SUSPECTED = "SUSPECTED"


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
    papers: tuple[AskedPaper, ...] = ()
    state: str = ""
    test: bool = False

    @property
    def on_suspicion(self) -> bool:
        """Nobody has reported the accident yet: only visits tell of it."""
        return self.state == _SUSPECTED and not self.report_ids

    @property
    def asked(self) -> bytes | None:
        """A digest of what the claim asks of hospitals, None when it asks nothing of any. On suspicion each version
        is looked at, since what counts then is what the visits say."""
        if not self.papers or not self.encounter_ids:
            return None
        version = self.version if self.on_suspicion else None
        return hashlib.sha256(repr((self.papers, sorted(self.encounter_ids), version)).encode()).digest()


@dataclass(frozen=True)
class MembershipNews:
    """A worker's memberships as the gateway keeps them; `subject` is the event's."""

    subject: str
    version: int
    recorded_at: datetime
    identity_hashes: tuple[str, ...]
    insured: tuple[Insured, ...]


class Memberships(Protocol):
    """Where memberships are kept."""

    async def keep(self, news: MembershipNews) -> None: ...

    async def forget(self, subject: str) -> None: ...


class HeldVisits(Protocol):
    """Visits that did not leave the gateway, all hospitals' together."""

    async def look_again(self, news: ClaimNews) -> None:
        """Assemble the held visits of the claim's worker anew: they may belong to its treatment now."""


class Hospitals(Protocol):
    """Hospitals whose papers claims need."""

    async def ask(self, claims: Sequence[ClaimRequests]) -> None:
        """Let them read what each claim needs now."""

    async def forget(self, case_number: str) -> None:
        """The claim was erased."""


class Projections(Protocol):
    """Where news is kept; an older version never replaces a newer one."""

    async def keep_partner(
        self, org: str, version: int, status: str, region_code: str | None, kinds: list[str]
    ) -> None:
        """Keep an organisation."""

    async def keep_claim(self, news: ClaimNews) -> bool:
        """Keep a claim; answers whether it asks of hospitals otherwise than before."""

    async def forget_claim(self, case_number: str) -> None:
        """The claim was erased."""


async def record(
    projections: Projections,
    memberships: Memberships,
    held: HeldVisits,
    hospitals: Hospitals,
    events: Sequence[Event],
) -> None:
    """Take over events of `jkk.partners`, `jkk.participants` and `jkk.claim-state`; others are none of ours. Of a
    claim that comes several times hospitals hear the last state."""
    asked: dict[str, ClaimRequests] = {}
    for event in events:
        if isinstance(event.facts, ClaimStateRecorded):
            news = _claim_news(event.facts)
            if await projections.keep_claim(news):
                visits = tuple(UUID(one) for one in news.encounter_ids)
                asked[news.case_number] = ClaimRequests(news.case_number, visits, news.papers, news.on_suspicion)
            if news.is_open and news.identity_hashes:
                await held.look_again(news)
        elif isinstance(event.facts, Tombstone):
            asked.pop(event.subject, None)
            await _forget(projections, memberships, hospitals, event.subject)
        else:
            await _record_other(projections, memberships, event)
    if asked:
        await hospitals.ask(list(asked.values()))


async def _record_other(projections: Projections, memberships: Memberships, event: Event) -> None:
    facts, content = event.facts, event.content
    if isinstance(facts, PartnerFacts):
        kinds = [str(kind) for kind in facts.kinds]
        await projections.keep_partner(facts.org, facts.version, str(facts.status), facts.region_code, kinds)
    elif isinstance(facts, ParticipantFacts) and isinstance(content, ParticipantContent):
        await memberships.keep(_membership_news(event.subject, facts, content))


async def _forget(projections: Projections, memberships: Memberships, hospitals: Hospitals, subject: str) -> None:
    await projections.forget_claim(subject)
    await hospitals.forget(subject)
    await memberships.forget(subject)


def _claim_news(facts: ClaimStateRecorded) -> ClaimNews:
    hashes = facts.identity_hashes
    return ClaimNews(
        facts.case_number,
        facts.claim_version,
        facts.open,
        facts.region_code,
        facts.occurred_at,
        facts.treatment_until,
        facts.report_ids,
        facts.encounter_report_ids,
        (*hashes.nik, *hashes.kpj, *hashes.passport),
        asked_papers(_asks(facts)),
        str(facts.state),
        facts.test,
    )


def _asks(facts: ClaimStateRecorded) -> ClaimAsks:
    checklist = tuple(
        ListedPaper(
            one.document_code,
            str(one.state),
            one.required,
            one.responsible,
            one.stage,
            one.legal_basis,
            one.confidence,
        )
        for one in facts.checklist
    )
    return ClaimAsks(
        str(facts.state),
        facts.open,
        str(facts.waiting_on),
        facts.waiting_reason,
        checklist,
        tuple((one.clock, one.due_at) for one in facts.clocks),
    )


def _membership_news(subject: str, facts: ParticipantFacts, content: ParticipantContent) -> MembershipNews:
    hashes = facts.identity_hashes
    insured = tuple(
        Insured(
            str(one.segment),
            tuple(one.programmes),
            one.active_from,
            one.active_to,
            one.contributions_paid_until,
        )
        for one in content.memberships
    )
    return MembershipNews(
        subject, facts.version, facts.recorded_at, (*hashes.nik, *hashes.kpj, *hashes.passport), insured
    )
