"""The worker, or a companion for them, answers what BPJS had asked for: the turn goes back to BPJS."""

from collections.abc import Mapping
from typing import Any

from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.entries import CompletionAnswer, entries_of
from services.verification.domain.turn import COMPLETION_REQUESTED, WORKER
from shared.errors import Conflict


def is_asked(document: Mapping[str, Any]) -> bool:
    """Whether BPJS has asked the worker and waits for the answer."""
    return (document["waiting_on"], document["waiting_reason"]) == (WORKER, COMPLETION_REQUESTED)


async def answer_completion(
    place: Workplace, case_number: str, person: Person, answer_id: str, text: str
) -> CompletionAnswer:
    """The answer as it is kept. `answer_id` (a UUID as text) is that of the form, which sent again changes nothing.

    Raises NotFound, or Conflict when nothing is asked of the worker.
    """
    await open_claim(place, case_number)
    for known in entries_of(CompletionAnswer, place.desk.entries_of(case_number)):
        if known.id == answer_id:
            return known
    view = place.desk.view(case_number)
    if not is_asked({"waiting_on": view.waiting_on, "waiting_reason": view.waiting_reason}):
        raise Conflict("completion.not-asked", "Nothing is asked of the worker just now.")
    answer = CompletionAnswer(answer_id, place.clock.now(), person.org, person.id, text)
    place.desk.add_entry(case_number, answer, "completion-answered")
    await place.desk.close()
    return answer
