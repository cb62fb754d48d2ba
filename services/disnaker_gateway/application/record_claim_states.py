"""Keep the gateway's own projection of which cases exist, where, and whether they are open."""

from collections.abc import Sequence

from services.disnaker_gateway.application.ports import CaseState, UnitOfWork
from shared.errors import Unreadable
from shared.events import Event, Tombstone
from shared.events.claim import ClaimStateRecorded


async def record_claim_states(work: UnitOfWork, events: Sequence[Event]) -> None:
    """Safe to call twice, and in any order: an older version never replaces a newer one."""
    newest: dict[str, CaseState] = {}
    erased: set[str] = set()
    for event in events:
        if isinstance(event.facts, Tombstone):
            erased.add(event.key)
            newest.pop(event.key, None)
            continue
        state = _read(event)
        erased.discard(state.case_number)
        known = newest.get(state.case_number)
        if known is None or state.claim_version > known.claim_version:
            newest[state.case_number] = state
    await work.cases.forget(sorted(erased))
    await work.cases.record_states([newest[case_number] for case_number in sorted(newest)])


def _read(event: Event) -> CaseState:
    facts = event.facts
    if not isinstance(facts, ClaimStateRecorded):
        raise Unreadable("event.unexpected", f"{event.type} is not a claim's state")
    told = facts.model_dump(mode="json", include={"state", "waiting_on", "clocks", "kind", "occurred_at", "updated_at"})
    return CaseState(
        facts.case_number, facts.region_code, facts.claim_version, told, facts.open, facts.merged_into, facts.test
    )
