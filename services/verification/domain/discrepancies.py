"""Where the sources of one claim say different things, field by field, and what people made of it.

The employer's first report is what everybody else is held against (a self-report, and of those the earliest, where
there is none): of two other sources that contradict each other, one contradicts it too. So a claim has at most one
discrepancy a field, with the report's value first and every word against it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from services.verification.domain import events_told, persons_told, records_told, treatment_told
from services.verification.domain.claim import Discrepancy
from services.verification.domain.contradictions import Contradiction
from services.verification.domain.entries import DiscrepancyResolution
from services.verification.domain.evidence import ACCIDENT_REPORT, SELF_REPORT, Determination, Evidence
from services.verification.domain.membership import Membership

# Whoever can put the matter right at its source; every verifier may resolve it all the same.
_OWNERS = {
    "wage": "employer", "employer": "employer", "rest_days": "employer", "disability_percent": "hospital",
    "disability_code": "hospital", "treatment_cost": "employer", "prosthesis": "employer",
}  # fmt: skip
# An inspector determines what happened and what it left, not what a membership says.
_DETERMINED = frozenset(
    {
        "occurred_on", "occurred_hour", "place", "injury_side", "body_part", "severity", "outcome",
        "disability_percent", "disability_code",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Sources:
    """What can contradict each other: active evidence, the determination in force, this worker's memberships, and
    evidence of other claims that an explicit number ties to this one across two NIKs."""

    evidence: Sequence[Evidence]
    determination: Determination | None = None
    memberships: Sequence[Membership] = ()
    nik_conflicts: Sequence[Evidence] = ()


def discrepancies(sources: Sources, resolutions: Sequence[DiscrepancyResolution] = ()) -> tuple[Discrepancy, ...]:
    """Every contradiction of a claim in a fixed order, open until a determination or a person has settled it."""
    reference = reference_of(sources.evidence)
    if reference is None:
        return ()
    heard = {piece.id: piece.received_at for piece in sources.evidence}
    found = _contradictions(reference, sources)
    return tuple(
        _settled(_discrepancy(reference, item), heard, sources.determination, resolutions)
        for item in sorted(found, key=lambda item: item.field)
    )


def reference_of(evidence: Iterable[Evidence]) -> Evidence | None:
    """The report against which everything else is held, None while there are visits only."""
    told = [piece for piece in evidence if piece.kind in (ACCIDENT_REPORT, SELF_REPORT) and piece.is_active]
    return min(told, key=lambda piece: (piece.kind != ACCIDENT_REPORT, piece.accepted_at, piece.id), default=None)


def _contradictions(reference: Evidence, sources: Sources) -> list[Contradiction]:
    others = [piece for piece in sources.evidence if piece.is_active and piece.id != reference.id]
    others.sort(key=lambda piece: (piece.accepted_at, piece.id))
    found = [
        *events_told.contradictions(reference, others),
        *treatment_told.contradictions(reference, others, sources.determination),
        *persons_told.contradictions(reference, others, sources.nik_conflicts),
        *records_told.contradictions(reference, sources.memberships),
    ]
    return [item for item in found if item is not None]


def _discrepancy(reference: Evidence, found: Contradiction) -> Discrepancy:
    return Discrepancy(
        id=str(uuid5(NAMESPACE_URL, f"urn:simpul:discrepancy:{found.field}:{reference.id}")),
        field=found.field,
        values=found.values,
        severity=found.severity,
        owner=_OWNERS.get(found.field, "bpjs"),
        state="open",
    )


def _settled(
    item: Discrepancy,
    heard: dict[str, datetime],
    determination: Determination | None,
    resolutions: Sequence[DiscrepancyResolution],
) -> Discrepancy:
    """By the inspector who has seen all sides, else by the person who last resolved it as it still stands."""
    times = [heard[evidence_id] for evidence_id, _ in item.values if evidence_id in heard]
    if determination is not None and item.field in _DETERMINED and determination.received_at >= max(times):
        return replace(item, state="resolved", settled_by=determination.id)
    fitting = [resolution for resolution in resolutions if _covers(resolution, item)]
    last = max(fitting, key=lambda resolution: (resolution.at, resolution.id), default=None)
    if last is None:
        return item
    return replace(item, state="resolved", settled_by=last.id, kept=last.keep, reason=last.reason)


def _covers(resolution: DiscrepancyResolution, item: Discrepancy) -> bool:
    """What a person resolved stays resolved until somebody says something new or takes back what was kept."""
    known = {value for _, value in resolution.values}
    kept = (resolution.keep, dict(resolution.values).get(resolution.keep))
    return resolution.field == item.field and kept in item.values and {value for _, value in item.values} <= known
