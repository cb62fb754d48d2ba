"""A verifier records how a return to work goes: who agreed, that it began, that the worker is back."""

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.entries import ReturnToWorkStep
from services.verification.domain.return_to_work import check_step
from shared.identifiers import new_id


async def record_return_to_work(
    place: Workplace, case_number: str, person: Person, step: str, note: str | None
) -> tuple[ReturnToWorkStep, ClaimRecord]:
    """Raises NotFound, or Conflict when no doctor's statement calls for it or the step has no ground yet."""
    await open_claim(place, case_number)
    view = place.desk.view(case_number)
    check_step(view.return_to_work, step, view.outcome)
    entry = ReturnToWorkStep(str(new_id()), place.clock.now(), person.org, person.id, step, note)
    changed = place.desk.add_entry(case_number, entry, "return-to-work-changed")
    await place.desk.close()
    return entry, changed
