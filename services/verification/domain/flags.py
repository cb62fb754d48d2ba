"""Facts that deserve a verifier's eye; each names its evidence and refuses nothing."""

from collections.abc import Iterable, Sequence
from uuid import NAMESPACE_URL, uuid5

from services.verification.domain.claim import CaseInput, Flag
from services.verification.domain.evidence import Evidence


def flags(case: CaseInput, *, region: str | None, late: bool, reports: Sequence[Evidence]) -> tuple[Flag, ...]:
    """The flags of one claim, in a fixed order."""
    ids = frozenset(piece.id for piece in case.evidence)
    found: list[Flag] = []
    if region is None:
        found.append(_flag("region-unknown", ids))
    if late:
        found.append(_flag("late-stage-1", [report.id for report in reports]))
    if ids & case.shared_kpj_evidence:
        found.append(_flag("kpj-shared", ids & case.shared_kpj_evidence))
    if ids & case.nik_conflict_evidence:
        found.append(_flag("nik-conflict", ids & case.nik_conflict_evidence))
    if len(reports) > 1:
        found.append(_flag("second-stage-1", [report.id for report in reports]))
    early = [report.id for report in reports if report.accepted_at < report.occurred_at]
    if early and all(report.precision != "day" for report in reports):
        found.append(_flag("report-before-event", early))
    return tuple(found)


def _flag(code: str, evidence_ids: Iterable[str]) -> Flag:
    ids = tuple(sorted(evidence_ids))
    # The founder changes when claims merge, so a flag is known by its code and the earliest evidence it rests on.
    return Flag(str(uuid5(NAMESPACE_URL, f"urn:simpul:flag:{code}:{ids[0]}")), code, ids)
