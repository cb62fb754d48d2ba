"""Benefits as plain JSON values, for claims and for the calculator alike."""

from typing import Any

from services.verification.domain.claim import Benefit
from services.verification.domain.recipients import Recipient
from shared.regulation.benefits import BenefitLine, Remark
from shared.regulation.codes import title_of


def line_document(line: BenefitLine) -> dict[str, Any]:
    """One line as the interface has it."""
    return {
        "benefit": line.benefit,
        "amount_rupiah": line.amount_rupiah,
        "formula": line.formula,
        "legal_basis": line.legal_basis,
        "confidence": line.confidence,
    }


def remark_document(remark: Remark) -> dict[str, Any]:
    """A remark with its titles."""
    title = title_of("estimate_remarks", remark.code).title
    return {"code": remark.code, "pointer": remark.pointer, "title": title}


def benefit_document(benefit: Benefit) -> dict[str, Any]:
    """The `benefit` of a claim."""
    return {
        "status": benefit.status,
        "lines": [line_document(line) for line in benefit.lines],
        "total_rupiah": benefit.total_rupiah,
        "calculated_rupiah": benefit.calculated_rupiah,
        "remarks": [remark_document(remark) for remark in benefit.remarks],
        "recipients": [_recipient(recipient) for recipient in benefit.recipients],
    }


def _recipient(recipient: Recipient) -> dict[str, Any]:
    return {
        "benefit": recipient.benefit,
        "payee": recipient.payee,
        "title": title_of("recipients", recipient.payee).title,
        "relations": list(recipient.relations),
        "rank": recipient.rank,
        "guardian_required": recipient.guardian,
        "legal_basis": recipient.legal_basis,
    }
