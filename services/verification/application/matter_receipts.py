"""Receipts for what is accepted beside reports and papers: payments, objections, complaints, answers of workers."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from services.verification.domain.entries import ComplaintReceived, CompletionAnswer, Objection, Payment
from shared.receipts.codes import Receipt
from shared.receipts.register import Acceptance, Receipts, digest_of

PAYMENT, OBJECTION, COMPLAINT, COMPLETION_ANSWER = "payment", "objection", "complaint", "completion_answer"
_KINDS: dict[type, str] = {
    Payment: PAYMENT,
    Objection: OBJECTION,
    ComplaintReceived: COMPLAINT,
    CompletionAnswer: COMPLETION_ANSWER,
}
Matter = Payment | Objection | ComplaintReceived | CompletionAnswer


def accepted_matter(matter: Matter) -> Acceptance:
    """A form has no bytes that anybody keeps: the digest is of what was read from it, with its own random id, so that
    nobody finds out what it says by trying all that it may say."""
    read = orjson.dumps(asdict(matter), option=orjson.OPT_SORT_KEYS)
    return Acceptance(_KINDS[type(matter)], (matter.id,), matter.at, digest_of(read))


def receipts_of_matters(receipts: Receipts, document: Mapping[str, Any]) -> dict[str, Receipt]:
    """The receipts of a claim's payments, objections and complaints by their ids, whether or not they were given: what
    was accepted before there were receipts has none."""
    matters: Iterable[tuple[str, str]] = (
        (kind, item["id"])
        for kind, name in ((PAYMENT, "payments"), (OBJECTION, "objections"), (COMPLAINT, "complaints"))
        for item in document[name]
    )
    return {id_: receipts.receipt(kind, id_) for kind, id_ in matters}
