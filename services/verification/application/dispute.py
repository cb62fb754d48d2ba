"""Somebody objects to what was decided, and the objection is answered."""

from dataclasses import dataclass

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.deciding import check_answer, path_of
from services.verification.domain.entries import Objection, ObjectionAnswer
from services.verification.domain.stance import fold
from shared.identifiers import new_id


@dataclass(frozen=True)
class AnswerRequest:
    """What became of an objection, as asked for."""

    answer: str
    outcome: str | None
    reason: str
    legal_basis: str | None
    letter_number: str | None


async def lodge_objection(
    place: Workplace, case_number: str, person: Person, by: str, reason: str, documents: tuple[str, ...]
) -> tuple[Objection, ClaimRecord]:
    """Record an objection of the party `by`, written down by `person`. Who has to answer follows from whose the last
    word was. Raises NotFound, or Conflict when nothing was decided or the path has come to its end."""
    await open_claim(place, case_number)
    stance = fold(place.desk.entries_of(case_number), place.policy.four_eyes_rupiah)
    path = path_of(place.desk.view(case_number), stance, by)
    contests = stance.last_word.id if stance.last_word else None
    objection = Objection(
        str(new_id()), place.clock.now(), person.org, person.id, by, path, contests, reason, documents
    )
    changed = place.desk.add_entry(case_number, objection, "objection-lodged")
    await place.desk.close()
    return objection, changed


async def answer_objection(
    place: Workplace, case_number: str, objection_id: str, person: Person, request: AnswerRequest
) -> tuple[ObjectionAnswer, ClaimRecord]:
    """Record BPJS's answer, the minister's, or that the objector has withdrawn. Raises NotFound, and Conflict when it
    was answered before, when it is the inspector's to answer, or when the same person decided."""
    await open_claim(place, case_number)
    stance = fold(place.desk.entries_of(case_number), place.policy.four_eyes_rupiah)
    answer = ObjectionAnswer(
        id=str(new_id()),
        at=place.clock.now(),
        org=person.org,
        person=person.id,
        objection_id=objection_id,
        answer=request.answer,
        outcome=request.outcome,
        reason=request.reason,
        legal_basis=request.legal_basis,
        letter_number=request.letter_number,
    )
    check_answer(place.desk.view(case_number), stance, answer)
    changed = place.desk.add_entry(case_number, answer, "objection-answered")
    await place.desk.close()
    return answer, changed
