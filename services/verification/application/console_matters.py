"""What goes along with a claim, as the console shows it: disputes, the return to work, and what may be done about them.

Everything is read off the public document; words and persons that it leaves out come from the entries.
"""

from collections.abc import Mapping
from typing import Any

from services.verification.application.console_claim import ClaimFile
from services.verification.domain.entries import (
    CompanionEnded,
    ComplaintAnswer,
    ObjectionAnswer,
    Payment,
    ReturnToWorkStep,
    entries_of,
)
from services.verification.domain.return_to_work import possible_steps
from services.verification.domain.stance import BY_DISNAKER, BY_MINISTER, fold
from services.verification.domain.state_machine import OBJECTION, may

Document = dict[str, Any]
_OBJECTION_CLOCKS = "OBJECTION_"
LATE_PAYMENT, STMB = "LATE_PAYMENT", "STMB"


def matters_of(file: ClaimFile, four_eyes_rupiah: int) -> Document:
    """`objectable`: something was decided that can be objected to; `payable`: benefits that a payment may be of."""
    stance = fold(file.entries, four_eyes_rupiah)
    document = file.document
    programme = document["return_to_work"]
    return {
        "objections": _objections(file),
        "objectable": may(document["state"], OBJECTION) is not None and stance.last_word is not None,
        "complaints": _complaints(file),
        "steps": entries_of(ReturnToWorkStep, file.entries),
        "possible_steps": possible_steps(programme["state"] if programme else None, document["outcome"]),
        "payments": _payments(file),
        "payable": _payable(document),
        "approved_by": stance.approved.person if stance.approved else None,
        "companions": _companions(file),
    }


def _objections(file: ClaimFile) -> list[Document]:
    """The latest first, each with its own clock, how it may be answered and what it was answered."""
    answers: dict[str, ObjectionAnswer] = {}
    for answer in entries_of(ObjectionAnswer, file.entries):
        answers.setdefault(answer.objection_id, answer)
    # Clocks of objections stand in the order of the objections, one for each.
    clocks = [clock for clock in file.document["clocks"] if clock["clock"].startswith(_OBJECTION_CLOCKS)]
    told = [
        {
            **objection,
            "clock": clock,
            "answer": answers.get(objection["id"]),
            # An inspector answers by a determination; all that BPJS can write down is that it was withdrawn.
            "answers": ["withdrawn"] if objection["path"] == BY_DISNAKER else ["upheld", "dismissed", "withdrawn"],
            "by_minister": objection["path"] == BY_MINISTER,
        }
        for objection, clock in zip(file.document["objections"], clocks, strict=True)
    ]
    return told[::-1]


def _complaints(file: ClaimFile) -> list[Document]:
    answers: dict[str, ComplaintAnswer] = {}
    for answer in entries_of(ComplaintAnswer, file.entries):
        answers.setdefault(answer.complaint_id, answer)
    told = [
        {**item, "answered_by": answers[item["id"]].person if item["id"] in answers else None}
        for item in file.document["complaints"]
    ]
    return told[::-1]


def _payments(file: ClaimFile) -> list[Document]:
    persons = {payment.id: payment.person for payment in entries_of(Payment, file.entries)}
    return [{**payment, "person": persons.get(payment["id"])} for payment in file.document["payments"]]


def _payable(document: Mapping[str, Any]) -> list[str]:
    """The benefits of the claim; temporary incapacity and compensation for lateness may be paid beside them."""
    named = [line["benefit"] for line in document["benefit"]["lines"]]
    return list(dict.fromkeys([*named, STMB, LATE_PAYMENT]))


def _companions(file: ClaimFile) -> list[Document]:
    """Who still follows the claim first."""
    ends = {end.companion_id: end for end in entries_of(CompanionEnded, file.entries)}
    told = [{**each, "end": ends.get(each["id"])} for each in file.document["companions"]]
    return sorted(told, key=lambda each: each["ended_at"] is not None)
