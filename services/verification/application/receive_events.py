"""What agencies sent becomes evidence, and evidence becomes claims."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from services.verification.application.case_desk import CaseDesk
from services.verification.application.inputs import determination_of, evidence_of
from services.verification.domain.evidence import Determination, Evidence
from shared.errors import Conflict
from shared.events.determination import AcknowledgementFacts
from shared.events.envelope import Event
from shared.identifiers import is_test


@dataclass(frozen=True)
class _Input:
    """One accepted input, with the form to keep (sealed) beside the facts."""

    told: Evidence | Determination
    case_number: str | None
    form: bytes | None


async def receive_events(desk: CaseDesk, events: Sequence[Event]) -> None:
    """Apply a batch in its order, safe to repeat: a version known already changes nothing but the count.

    Raises NotFound for a determination of a case that this hub never opened, Conflict for one by a test client of a
    claim that is real.
    """
    inputs = [found for event in events if (found := _input_of(event)) is not None]
    if not inputs:
        return
    evidence = [item.told for item in inputs if isinstance(item.told, Evidence)]
    named = [piece.case_number for piece in evidence if piece.case_number]
    determined = [item.case_number for item in inputs if isinstance(item.told, Determination) and item.case_number]
    ids = {piece.id for piece in evidence} | {piece.report_id for piece in evidence if piece.report_id}
    await desk.open([], ids, [*named, *determined], arriving=evidence)
    for item in inputs:
        if isinstance(item.told, Evidence):
            desk.receive_evidence(item.told, item.form)
        elif item.case_number is not None:
            if is_test(item.told.org) != desk.survivor(item.case_number).is_test:
                raise Conflict(
                    "claim.test-apart", "A test client determines no real claim, and a real one no test claim."
                )
            desk.add_entry(item.case_number, item.told, "determined")
    await desk.close()


def _input_of(event: Event) -> _Input | None:
    if isinstance(event.facts, AcknowledgementFacts):
        # That an office has seen its notification is the Disnaker gateway's own knowledge; no claim changes by it.
        return None
    evidence = evidence_of(event)
    if evidence is not None:
        form = {"facts": event.facts.model_dump(mode="json"), "content": _dumped(event)}
        return _Input(evidence, None, orjson.dumps(form))
    determination = determination_of(event)
    if determination is not None:
        return _Input(determination, event.key, None)
    return None


def _dumped(event: Event) -> object:
    return event.content.model_dump(mode="json", exclude_none=True) if event.content else None
