"""The checklist of a claim: the document table asked with what all agencies together have told."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

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
# The reason codes by which a verifier judges one paper; what was rejected may be accepted after all.
_JUDGEMENT = re.compile(r"document-(rejected|accepted):([A-Z0-9]+)", re.ASCII)
# Form 3 KK 1, note ***: two people who know the chronology.
_WITNESSES_NEEDED = 2
# Whose word makes a report of the participant's own: a union only notifies a suspicion (art. 48A).
_PARTICIPANTS_OWN = frozenset({"self", "family", "community"})


def case_checklist(
    evidence: Sequence[Evidence],
    accident: AccidentFacts | None,
    statement: DoctorStatement | None,
    outcome: str | None,
    entries: Sequence[Entry] = (),
) -> list[ChecklistItem]:
    """Every paper of the case with where it stands and which evidence stands for it."""
    return checklist(_case_facts(evidence, accident, statement, outcome), _provisions(evidence, entries))


def completed_at(items: Sequence[ChecklistItem]) -> datetime | None:
    """When the last required paper came in (the payout clock's start), None while one is missing."""
    times = [item.provided_at for item in items if item.required]
    known = [at for at in times if at is not None]
    return max(known) if known and len(known) == len(times) else None


def judged_paper(reason_code: str | None) -> tuple[str, str] | None:
    """`("rejected" or "accepted", document code)` of a decision's reason code, None when it judges no paper."""
    match = _JUDGEMENT.fullmatch(reason_code or "")
    return (match[1], match[2]) if match else None


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
        judged = judged_paper(decision.reason_code)
        if judged is None:
            continue
        word, code = judged
        for key in {code} | DOCUMENT_TABLE.kinds_for(code):
            if word == "rejected":
                rejected[key] = decision.decided_at
            else:
                rejected.pop(key, None)
    return rejected


def _brought(piece: Evidence) -> Iterator[tuple[str, datetime]]:
    """What a piece of evidence brings, each with every time at which a new version of it came."""
    if piece.accident is not None and piece.kind == ACCIDENT_REPORT:
        yield from _of_report(piece, piece.accident)
    elif piece.accident is not None and piece.kind == SELF_REPORT and piece.accident.notifier in _PARTICIPANTS_OWN:
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


def _case_facts(
    evidence: Sequence[Evidence], accident: AccidentFacts | None, statement: DoctorStatement | None, outcome: str | None
) -> CaseFacts:
    medicals = [piece.medical for piece in evidence if piece.medical is not None and piece.is_active]
    told = accident or AccidentFacts()
    stage_2 = told.stage_2
    claimed = stage_2.cost_items if stage_2 else frozenset()
    rest = bool(statement and statement.rest_days) or bool(stage_2 and stage_2.absence_days)
    assault = any(_is_assault(code) for medical in medicals for code in medical.external_cause_codes)
    return CaseFacts(
        segment=told.segment,
        kind=told.event_kind,
        occurred_on=min(piece.occurred_at for piece in evidence).date(),
        consequence=told.consequence,
        place_type=told.place_type,
        outcome=outcome,
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
