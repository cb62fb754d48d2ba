"""The checklist of a claim: the document table asked with what all agencies together have told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.verification.domain.deadlines import DOCUMENT_REJECTED
from services.verification.domain.entries import Decision, Entry, entries_of
from services.verification.domain.evidence import (
    ACCIDENT_REPORT,
    SELF_REPORT,
    AccidentFacts,
    DoctorStatement,
    Evidence,
)
from shared.regulation.checklist import PROVIDED, REJECTED, ChecklistItem, Provision, checklist
from shared.regulation.document_rules import CaseFacts
from shared.regulation.document_table import DOCUMENT_TABLE

IN_TREATMENT = "in_treatment"
# ICD-10 X85–Y09, assault: the violence rule of Permenaker 1/2025.
_ASSAULT = ("X85", "Y09")
# Form 3 KK 1, note ***: two people who know the chronology.
_WITNESSES_NEEDED = 2
BPU = "BPU"
# Whose word makes a report of the participant's own: a union only notifies a suspicion (art. 48A).
_PARTICIPANTS_OWN = frozenset({"self", "family", "community"})


@dataclass(frozen=True)
class Asked:
    """What of a claim decides which papers it needs: the local day of the accident or diagnosis, the report that
    counts, the doctor's last word, the outcome and the segment of the worker, as far as they are known."""

    day: date
    accident: AccidentFacts | None
    statement: DoctorStatement | None
    outcome: str | None
    segment: str | None


def case_checklist(evidence: Sequence[Evidence], asked: Asked, entries: Sequence[Entry] = ()) -> list[ChecklistItem]:
    """Every paper of the case with where it stands and which evidence stands for it."""
    return checklist(_case_facts(evidence, asked), _provisions(evidence, entries))


def participants_reports(active: Sequence[Evidence], segment: str | None) -> tuple[Evidence, ...]:
    """The reports that stand for Tahap I where no employer owes one: a BPU participant's own or the family's
    (Permenaker 5/2021); a union only notifies a suspicion (art. 48A)."""
    return tuple(piece for piece in active if segment == BPU and _is_participants_own(piece))


def completed_at(items: Sequence[ChecklistItem]) -> datetime | None:
    """When the last required paper came in (the payout clock's start), None while one is missing."""
    times = [item.provided_at for item in items if item.required]
    known = [at for at in times if at is not None]
    return max(known) if known and len(known) == len(times) else None


def rejected_paper(decision: Decision) -> str | None:
    """The document code that a request for completion finds wanting, None when it names none."""
    named = (decision.reason_code or "").startswith(DOCUMENT_REJECTED)
    return (decision.reason_code or "").removeprefix(DOCUMENT_REJECTED) if named else None


def _provisions(evidence: Sequence[Evidence], entries: Sequence[Entry]) -> dict[str, Provision]:
    """By document code or kind of evidence: the first that came, after a rejection the first that came later."""
    brought: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for piece in evidence:
        if piece.is_active:
            for key, at in _brought(piece):
                brought[key].append((at, piece.id))
    rejected_at = _rejections(entries)
    return {key: _standing(sorted(times), rejected_at.get(key)) for key, times in brought.items()}


def _standing(times: Sequence[tuple[datetime, str]], rejected_at: datetime | None) -> Provision:
    counting = [found for found in times if rejected_at is None or found[0] > rejected_at]
    if not counting:
        return Provision(REJECTED, times[-1][1])
    at, by = counting[0]
    return Provision(PROVIDED, by, at)


def _rejections(entries: Sequence[Entry]) -> Mapping[str, datetime]:
    """When each paper, and what stands for it, was last rejected."""
    rejected: dict[str, datetime] = {}
    for decision in entries_of(Decision, entries):
        code = rejected_paper(decision)
        if code is not None:
            rejected |= dict.fromkeys({code} | DOCUMENT_TABLE.kinds_for(code), decision.decided_at)
    return rejected


def _brought(piece: Evidence) -> Iterator[tuple[str, datetime]]:
    """What a piece of evidence brings, each with every time at which a new version of it came."""
    if piece.accident is not None and piece.kind == ACCIDENT_REPORT:
        yield from _of_report(piece, piece.accident)
    elif _is_participants_own(piece):
        yield "participant_report", piece.accepted_at
    if piece.medical is not None:
        for kind in piece.medical.tells:
            for at in piece.told_at(kind):
                yield kind, at


def _of_report(piece: Evidence, accident: AccidentFacts) -> Iterator[tuple[str, datetime]]:
    yield "T1", piece.accepted_at
    yield from (("T1", at) for at in _changed_at(piece, "corrected"))
    yield from accident.papers_at
    timed = {code for code, _ in accident.papers_at}
    yield from (
        (code, accident.documents_at or piece.received_at) for code in accident.document_codes if code not in timed
    )
    if accident.witness_count >= _WITNESSES_NEEDED:
        yield "two_witnesses", piece.accepted_at
        yield from (("two_witnesses", at) for at in _changed_at(piece, "corrected"))
    stage_2 = accident.stage_2
    if stage_2 is None:
        return
    stage_2_at = [stage_2.received_at, *_changed_at(piece, "stage-2-submitted")]
    key = "interim_stage_2" if stage_2.outcome == IN_TREATMENT else "T2"
    for at in stage_2_at:
        if at >= stage_2.received_at:
            yield key, at
            if stage_2.guardian:
                yield "guardian", at


def _changed_at(piece: Evidence, change: str) -> list[datetime]:
    return [receipt.received_at for receipt in piece.receipts if receipt.what == f"{ACCIDENT_REPORT}.{change}"]


def _is_participants_own(piece: Evidence) -> bool:
    told = piece.accident
    return piece.kind == SELF_REPORT and told is not None and told.notifier in _PARTICIPANTS_OWN


def _case_facts(evidence: Sequence[Evidence], asked: Asked) -> CaseFacts:
    medicals = [piece.medical for piece in evidence if piece.medical is not None and piece.is_active]
    told = asked.accident or AccidentFacts()
    stage_2 = told.stage_2
    claimed = stage_2.cost_items if stage_2 else frozenset()
    rest = bool(asked.statement and asked.statement.rest_days) or bool(stage_2 and stage_2.absence_days)
    assault = any(_is_assault(code) for medical in medicals for code in medical.external_cause_codes)
    return CaseFacts(
        segment=asked.segment,
        kind=told.event_kind,
        occurred_on=asked.day,
        consequence=told.consequence,
        place_type=told.place_type,
        outcome=asked.outcome,
        facility_type=told.facility_type,
        pmi_phase=told.pmi_phase,
        police_report=told.police_report,
        violence=told.violence or assault,
        referred=any(medical.referred for medical in medicals),
        treatment_claimed="treatment" in claimed if stage_2 else None,
        transport_claimed="transport" in claimed,
        stmb_claimed="stmb" in claimed or (stage_2 is not None and rest),
        children=stage_2.children if stage_2 else None,
        minor_heir=bool(stage_2 and stage_2.minor_heir),
    )


def _is_assault(code: str) -> bool:
    return _ASSAULT[0] <= code[:3].upper() <= _ASSAULT[1]
