"""The worker names a companion, who gets a code of their own, and takes that back."""

from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.companions import check_room, companions
from services.verification.domain.entries import CompanionEnded, CompanionNamed
from shared.identifiers import new_id, new_tracking_code


async def name_companion(
    place: Workplace, case_number: str, person: Person, companion_id: str, name: str, relation: str, *, letters: bool
) -> str | None:
    """The companion's tracking code, told this once; None when this very form was sent before. `letters` lets them open
    the worker's letters.

    Raises NotFound, Conflict when the claim was merged or has companions enough.
    """
    claim = await open_claim(place, case_number)
    found = companions(place.desk.entries_of(case_number))
    if any(companion.named.id == companion_id for companion in found):
        return None
    check_room(found)
    now, code = place.clock.now(), new_tracking_code()
    entry = CompanionNamed(companion_id, now, person.org, person.id, name, relation, letters)
    place.desk.add_entry(case_number, entry, "companion-changed")
    await place.desk.close()
    await place.store.codes.add_companion(claim.founder_id, companion_id, code)
    return code


async def end_companion(
    place: Workplace, case_number: str, person: Person, companion_id: str, reason: str | None = None
) -> None:
    """Their code opens nothing from now on; again changes nothing. `reason` is what the worker asked for, where
    somebody else does it for them. Raises NotFound, Conflict."""
    await open_claim(place, case_number)
    found = companions(place.desk.entries_of(case_number))
    if not any(companion.named.id == companion_id and companion.is_active for companion in found):
        return
    now = place.clock.now()
    entry = CompanionEnded(str(new_id()), now, person.org, person.id, companion_id, reason)
    place.desk.add_entry(case_number, entry, "companion-changed")
    await place.desk.close()
    await place.store.codes.end_companion(companion_id, now)
