"""The parts of the public claim that tell who insures the worker, who pays, and to whom a case is handed over."""

from collections.abc import Mapping
from typing import Any

from services.verification.domain.eligibility import Eligibility
from services.verification.domain.hand_over import HandOver
from services.verification.domain.jurisdiction import Jurisdiction
from services.verification.domain.membership import Membership
from shared.errors import NotFound
from shared.regulation.codes import title_of
from shared.regulation.payers import PAYER_TABLE, PayerStep

Document = dict[str, Any]


def eligibility_document(found: Eligibility) -> Document:
    """Eligibility on the day of the event; figures are those of the membership that counts."""
    one = found.membership
    return {
        "on": found.on.isoformat(),
        "status": found.status,
        "title": title_of("eligibility_statuses", found.status).title,
        "segment": one.segment if one else None,
        "employer_registration_number": one.employer_registration if one else None,
        "programmes": list(one.programmes) if one else [],
        "active_from": one.active_from.isoformat() if one else None,
        "active_to": one.active_to.isoformat() if one and one.active_to else None,
        "wage_rupiah": found.wage_rupiah,
        "contributions_paid_until": found.paid_until.isoformat() if found.paid_until else None,
        "months_in_arrears": found.months_in_arrears,
        "arrears_settled_on": found.settled_on.isoformat() if found.settled_on else None,
        "memberships": [_membership(item) for item in found.active],
        "legal_basis": found.legal_basis,
        "confidence": found.confidence,
    }


def payer_document(step: PayerStep) -> Document:
    """One payer in its place of the order."""
    return {
        "payer": step.payer,
        "title": title_of("payers", step.payer).title,
        "share": step.share,
        "share_title": title_of("payer_shares", step.share).title,
        "up_to_rupiah": step.up_to_rupiah,
        "reason": step.reason,
        "reason_title": title_of("payer_reasons", step.reason).title,
        "legal_basis": step.legal_basis,
        "confidence": step.confidence,
    }


def jurisdiction_document(found: Jurisdiction) -> Document:
    return {
        "province": found.province,
        "home_province": found.home_province,
        "home_known_by": found.home_known_by,
        "outside_home_province": found.outside_home_province,
    }


def hand_over_document(note: HandOver) -> Document:
    return {
        "to": note.to,
        "title": title_of("payers", note.to).title,
        "reason": note.reason,
        "reason_title": title_of("payer_reasons", note.reason).title,
        "legal_basis": note.legal_basis,
        "concluded_at": note.concluded_at.isoformat(timespec="seconds") if note.concluded_at else None,
        "concluded_by": note.concluded_by,
        "care_from": note.care_from.isoformat() if note.care_from else None,
        "facilities": list(note.facilities),
    }


def hand_over_letter(claim: Mapping[str, Any]) -> Document:
    """The note as it is sent: the claim's own part, whom it is about, who pays from then on, and the text to print.
    Raises NotFound while there is nothing to hand over."""
    note = claim.get("hand_over_note")
    if note is None:
        raise NotFound("hand-over-note.none", "This case is not handed over to another payer.")
    return {
        "case_number": claim["case_number"],
        "worker": claim["worker"],
        "employer": claim["employer"],
        "occurred_at": claim["occurred_at"],
        "region_code": claim["region_code"],
        **note,
        "payers": claim["payers"],
        "text": {language: _text(claim, note, language) for language in ("id", "en")},
    }


def _text(claim: Mapping[str, Any], note: Mapping[str, Any], language: str) -> str:
    payers = ", ".join(step["title"][language] for step in claim["payers"])
    return PAYER_TABLE.hand_over_note[language].format(
        case=claim["case_number"],
        worker=f"{claim['worker']['name'] or '-'} (NIK {claim['worker']['nik_masked'] or '-'})",
        occurred_on=claim["occurred_at"][:10],
        region=claim["region_code"] or "-",
        to=note["title"][language],
        reason=note["reason_title"][language],
        basis=note["legal_basis"],
        care_from=note["care_from"] or "-",
        concluded_on=(note["concluded_at"] or "-")[:10],
        payers=payers,
    )


def _membership(one: Membership) -> Document:
    return {
        "kpj": f"*******{one.kpj[-4:]}" if one.kpj else None,
        "segment": one.segment,
        "employer_registration_number": one.employer_registration,
        "programmes": list(one.programmes),
        "active_from": one.active_from.isoformat(),
        "active_to": one.active_to.isoformat() if one.active_to else None,
    }
