"""The claim as the public document of interface section 6: plain JSON values."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from services.verification.application.benefit_document import benefit_document
from services.verification.application.companions_document import companions_document
from services.verification.application.insurance_document import (
    eligibility_document,
    hand_over_document,
    jurisdiction_document,
    payer_document,
)
from services.verification.domain.claim import ClaimView, Discrepancy, Flag, Reimbursement, TimelineEntry
from services.verification.domain.complaints import Complaint
from services.verification.domain.entries import Payment
from services.verification.domain.evidence import Determination, Evidence
from services.verification.domain.first_alert import FirstAlert
from services.verification.domain.return_to_work import ReturnToWork
from services.verification.domain.stance import Dispute
from services.verification.domain.workers import Match
from shared.regulation.checklist import ChecklistItem
from shared.regulation.clocks import Clock
from shared.regulation.codes import CODE_LISTS, Code, title_of
from shared.regulation.return_to_work import RETURN_TO_WORK

Document = dict[str, Any]

# What the work queue leaves out.
LISTS = (
    "first_alert", "clocks", "checklist", "evidence", "discrepancies", "flags", "benefit", "payments", "reimbursement",
    "objections", "return_to_work", "complaints", "companions", "eligibility", "payers", "jurisdiction",
    "hand_over_note", "matches", "timeline",
)  # fmt: skip


def document_of(view: ClaimView) -> Document:
    """The derived parts; numbers and versions are added by the claim's record."""
    return {
        "state": view.state,
        "waiting_on": view.waiting_on,
        "waiting_reason": view.waiting_reason,
        "worker": {"name": view.worker.name, "nik_masked": view.worker.nik_masked},
        "employer": view.employer
        and {
            "registration_number": view.employer.registration_number,
            "name": view.employer.name,
            "sector_kbli": view.employer.sector,
        },
        "region_code": view.region_code,
        "segment": view.segment,
        "kind": view.kind,
        "test": view.is_test,
        "occurred_at": rfc3339(view.occurred_at),
        "occurred_at_precision": view.precision,
        "outcome": view.outcome,
        "rule_set": view.rule_set,
        "payer_of_first_resort": view.payer_of_first_resort,
        "first_alert": _first_alert(view.first_alert),
        "clocks": [clock_document(clock) for clock in view.clocks],
        "checklist": [_checklist_item(item) for item in view.checklist],
        "evidence": _evidence_list(view.evidence, view.determinations),
        "matches": [_match(match) for match in view.matches],
        "discrepancies": [_discrepancy(item) for item in view.discrepancies],
        "flags": [_flag(flag) for flag in view.flags],
        "benefit": benefit_document(view.benefit),
        "remaining_rupiah": view.stance.remaining_rupiah,
        "payments": [_payment(payment) for payment in view.stance.payments],
        "reimbursement": view.reimbursement and _reimbursement(view.reimbursement),
        "objections": [_objection(dispute) for dispute in view.stance.disputes],
        "return_to_work": view.return_to_work and return_to_work_document(view.return_to_work),
        "complaints": [complaint_document(item) for item in view.complaints],
        "companions": companions_document(view.entries),
        "eligibility": eligibility_document(view.eligibility),
        "payers": [payer_document(step) for step in view.paying.steps],
        "jurisdiction": jurisdiction_document(view.jurisdiction),
        "hand_over_note": view.hand_over and hand_over_document(view.hand_over),
        "timeline": [_timeline_entry(entry) for entry in view.timeline],
    }


def _match(match: Match) -> Document:
    return {
        "evidence_ids": [match.one, match.other],
        "score": match.likeness.score,
        "reasons": list(match.likeness.reasons),
    }


def queue_item(document: Mapping[str, Any]) -> Document:
    """The claim without its lists, as the work queue shows it."""
    open_discrepancies = sum(item["state"] == "open" for item in document["discrepancies"])
    return {
        **{name: value for name, value in document.items() if name not in LISTS},
        "open_discrepancies": open_discrepancies,
    }


def decision_digest(view: ClaimView) -> str:
    """What could change a decision (decisions 8): the same digest, the same `decision_version`."""
    relevant = {
        "state": view.state,
        "payers": [(step.payer, step.share) for step in view.paying.steps],
        "eligibility": view.eligibility.status,
        "rule_set": view.rule_set,
        "kind": view.kind,
        "outcome": view.outcome,
        "papers": sorted((item.document_code, item.state) for item in view.checklist if item.required),
        "discrepancies": sorted((item.id, item.state) for item in view.discrepancies),
        "flags": sorted((flag.code, flag.state) for flag in view.flags),
        "benefit": view.benefit.total_rupiah,
        "determination": view.determination_in_force,
        "decisions": view.decision_count,
        "objections": sorted((dispute.objection.id, dispute.path, dispute.state) for dispute in view.stance.disputes),
        "paid": sum(payment.amount_rupiah for payment in view.stance.payments),
        **({"told": view.stance.completion_answered_at.isoformat()} if view.stance.completion_answered_at else {}),
    }
    return hashlib.sha256(orjson.dumps(relevant, option=orjson.OPT_SORT_KEYS)).hexdigest()


def clock_document(clock: Clock) -> Document:
    return {
        "clock": clock.clock,
        "starts_at": rfc3339(clock.starts_at) if clock.starts_at else None,
        "due_at": rfc3339(clock.due_at) if clock.due_at else None,
        "met": clock.met,
        "paused": clock.paused,
        "running": clock.running,
        "legal_basis": clock.legal_basis,
        "confidence": clock.confidence,
    }


def _first_alert(alert: FirstAlert | None) -> Document | None:
    if alert is None:
        return None
    at = rfc3339(alert.received_at)
    return {"evidence_id": alert.evidence_id, "received_at": at, "accepted": alert.accepted}


def rfc3339(at: datetime) -> str:
    """With an offset, to the second unless there is more."""
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")


def complaint_document(item: Complaint) -> Document:
    """One complaint with its answer and its own clock (none for feedback)."""
    received, answer = item.received, item.answer
    return {
        "id": received.id,
        "kind": received.kind,
        "by": received.by,
        "channel": received.channel,
        "text": received.text,
        "received_at": rfc3339(received.received_at),
        "state": item.state,
        "deadline": clock_document(item.clock) if item.clock else None,
        "answer": answer and {"text": answer.text, "upheld": answer.upheld, "answered_at": rfc3339(answer.at)},
    }


def return_to_work_document(item: ReturnToWork) -> Document:
    """What calls for it, what must hold, and what the worker is told."""
    return {
        "state": item.state,
        "evidence_id": item.evidence_id,
        "triggers": [
            {"code": each.code, "title": {"id": each.title_id, "en": each.title_en}, "field": each.field}
            for each in item.triggers
        ],
        "conditions": [
            {
                "code": condition.code,
                "title": {"id": condition.title_id, "en": condition.title_en},
                "responsible": condition.responsible,
                "met": met,
            }
            for condition, met in item.conditions
        ],
        "rights": [
            {
                "code": right.code,
                "text": {"id": right.text_id, "en": right.text_en},
                "legal_basis": right.legal_basis,
                "confidence": right.confidence,
            }
            for right in RETURN_TO_WORK.rights
        ],
        "legal_basis": RETURN_TO_WORK.legal_basis,
        "confidence": RETURN_TO_WORK.confidence,
    }


def _checklist_item(item: ChecklistItem) -> Document:
    return {
        "document_code": item.document_code,
        "title": {"id": item.title_id, "en": item.title_en},
        "required": item.required,
        "state": item.state,
        "responsible": item.responsible,
        "stage": item.stage,
        "satisfied_by": item.satisfied_by,
        "legal_basis": item.legal_basis,
        "confidence": item.confidence,
    }


def _discrepancy(item: Discrepancy) -> Document:
    return {
        "id": item.id,
        "field": item.field,
        "title": title_of("discrepancy_fields", item.field).title,
        "values": [{"evidence_id": evidence_id, "value": value} for evidence_id, value in item.values],
        "severity": item.severity,
        "owner": item.owner,
        "state": item.state,
        "settled_by": item.settled_by,
        "kept": item.kept,
        "reason": item.reason,
    }


def _payment(payment: Payment) -> Document:
    return {
        "id": payment.id,
        "benefit": payment.benefit,
        "amount_rupiah": payment.amount_rupiah,
        "paid_on": payment.paid_on.isoformat(),
        "reference": payment.reference,
    }


def _reimbursement(reimbursement: Reimbursement) -> Document:
    return {
        "status": reimbursement.status,
        "title": title_of("reimbursement_statuses", reimbursement.status).title,
        "claimed_rupiah": reimbursement.claimed_rupiah,
        "paid_rupiah": reimbursement.paid_rupiah,
        "legal_basis": "Permenaker 1/2025 art. 8(2b)",
    }


def _objection(dispute: Dispute) -> Document:
    objection = dispute.objection
    return {
        "id": objection.id,
        "by": objection.by,
        "path": dispute.path,
        "state": dispute.state,
        "contests": objection.contests,
        "reason": objection.reason,
        "documents": list(objection.documents),
        "lodged_at": rfc3339(objection.at),
        "answered_at": dispute.answered_at and rfc3339(dispute.answered_at),
    }


def _timeline_entry(entry: TimelineEntry) -> Document:
    return {
        "at": rfc3339(entry.at),
        "received_at": rfc3339(entry.received_at),
        "who": entry.who,
        "what": entry.what,
        "lag_seconds": entry.lag_seconds,
        "evidence_id": entry.evidence_id,
    }


def _flag(flag: Flag) -> Document:
    explained = title_of("flag_explanations", flag.code)
    told = {name: _told(value) for name, value in flag.details}
    return {
        "id": flag.id,
        "code": flag.code,
        "title": title_of("flags", flag.code).title,
        "explanation": {
            "id": explained.title_id.format(**{name: value.title_id for name, value in told.items()}),
            "en": explained.title_en.format(**{name: value.title_en for name, value in told.items()}),
        },
        "evidence_ids": list(flag.evidence_ids),
        "related_cases": list(flag.related_cases),
        "state": flag.state,
        "dismissed_by": flag.dismissed_by,
        "reason": flag.reason,
    }


def _told(value: str) -> Code:
    """A detail of a flag in both languages: `<list>/<code>` by the code's titles, anything else as it is."""
    name, _, code = value.partition("/")
    return title_of(name, code) if code and name in CODE_LISTS else Code(value, value, value)


def _evidence_list(evidence: Iterable[Evidence], determinations: Iterable[Determination]) -> list[Document]:
    items = [
        {
            "source": piece.source,
            "kind": piece.kind,
            "id": piece.id,
            "version": piece.version,
            "occurred_at": rfc3339(piece.occurred_at),
            "received_at": rfc3339(piece.received_at),
            "org": piece.org,
            "status": piece.status,
        }
        for piece in evidence
    ]
    items += [
        {
            "source": "disnaker_gateway",
            "kind": "determination",
            "id": item.id,
            "version": 1,
            "occurred_at": rfc3339(datetime.combine(item.decided_on, datetime.min.time(), item.received_at.tzinfo)),
            "received_at": rfc3339(item.received_at),
            "org": item.org,
            "status": item.decision,
        }
        for item in determinations
    ]
    return items
