"""Intake follows the claims that its reports became, so that reporters read where they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.intake.application.tell_reporters import NewsBook, tell_reporters
from shared.clock import Clock
from shared.events import Event, Tombstone
from shared.events.claim import ClaimStateRecorded


@dataclass(frozen=True)
class ToldClaim:
    """One claim as an event of `jkk.claim-state` tells it. `checklist` and `clocks` hold entries of the event's models,
    `report_versions` the version of each report that the claim has followed."""

    case_number: str
    claim_version: int
    state: str
    waiting_on: str
    payer_of_first_resort: str | None
    checklist: tuple[Mapping[str, Any], ...]
    report_ids: tuple[UUID, ...]
    told_at: datetime
    report_versions: Mapping[str, int]
    clocks: tuple[Mapping[str, Any], ...] = ()
    waiting_reason: str | None = None


class ClaimBook(NewsBook, Protocol):
    """What is kept of claims, for the reports of all partners."""

    async def follow_claims(self, claims: Sequence[ToldClaim]) -> list[UUID]:
        """Link each claim with its reports and with no others, unless a later version is known. Answers the reports
        to which that was news; those of employers stay locked until the transaction ends."""
        ...

    async def forget_claims(self, case_numbers: Sequence[str]) -> None: ...


async def follow_claims(book: ClaimBook, clock: Clock, events: Sequence[Event]) -> None:
    """Take over the last state of each claim among `events`; safe in any order and any number of times."""
    latest: dict[str, ToldClaim | None] = {}
    for event in events:
        if isinstance(event.facts, Tombstone):
            latest[event.subject] = None
        elif isinstance(event.facts, ClaimStateRecorded):
            known = latest.get(event.subject)
            if known is None or known.claim_version < event.facts.claim_version:
                latest[event.subject] = _told(event, event.facts)
    forgotten = [case_number for case_number, claim in latest.items() if claim is None]
    if forgotten:
        await book.forget_claims(forgotten)
    claims = [claim for claim in latest.values() if claim is not None]
    if claims:
        await tell_reporters(book, clock, await book.follow_claims(claims))


def _told(event: Event, facts: ClaimStateRecorded) -> ToldClaim:
    told_at = facts.updated_at or event.time
    if told_at is None:
        raise ValueError("a claim state without a time")
    return ToldClaim(
        case_number=facts.case_number,
        claim_version=facts.claim_version,
        state=facts.state.value,
        waiting_on=facts.waiting_on.value,
        payer_of_first_resort=facts.payer_of_first_resort.value if facts.payer_of_first_resort else None,
        checklist=tuple(entry.model_dump(mode="json") for entry in facts.checklist),
        report_ids=tuple(found for text in facts.report_ids if (found := _uuid(text)) is not None),
        told_at=told_at,
        report_versions={one.report_id: one.version for one in facts.report_versions},
        clocks=tuple(clock.model_dump(mode="json") for clock in facts.clocks),
        waiting_reason=facts.waiting_reason,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
