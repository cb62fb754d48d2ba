"""A worker gets a tracking code: the first of a claim that began elsewhere, or a new one for one that was lost."""

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Workplace, open_claim
from shared.identifiers import new_tracking_code


async def give_code(place: Workplace, case_number: str) -> tuple[str, ClaimRecord]:
    """A new code for this claim; whoever had an old one no longer gets in. Raises NotFound, or Conflict when the claim
    was merged into another."""
    claim = await open_claim(place, case_number)
    code = new_tracking_code()
    await place.store.codes.replace(case_number, claim.founder_id, code, place.clock.now())
    return code, claim
