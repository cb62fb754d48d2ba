"""A verifier settles what the hub found: which side of a discrepancy is right, and that a flag needs no more."""

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.entries import DiscrepancyResolution, FlagDismissal
from shared.errors import Conflict, NotFound, Problem, Refusal
from shared.identifiers import new_id


async def resolve_discrepancy(
    place: Workplace, case_number: str, discrepancy_id: str, person: Person, keep: str, reason: str
) -> ClaimRecord:
    """The source named by `keep` is right; the claim is reckoned from its word from now on.

    Raises NotFound, Conflict when it is settled already, Refusal when `keep` is none of its sources.
    """
    await open_claim(place, case_number)
    view = place.desk.view(case_number)
    found = next((item for item in view.discrepancies if item.id == discrepancy_id), None)
    if found is None:
        raise NotFound("discrepancy.not-found", "This claim has no such discrepancy.")
    if found.state != "open":
        raise Conflict("discrepancy.settled", "This discrepancy is settled already.")
    if keep not in dict(found.values):
        detail = "Name the evidence id of one of the discrepancy's values."
        raise Refusal("discrepancy.unknown-source", detail, [Problem("/keep", "unknown-source", detail)])
    entry = DiscrepancyResolution(
        id=str(new_id()),
        at=place.clock.now(),
        org=person.org,
        person=person.id,
        discrepancy_id=found.id,
        field=found.field,
        keep=keep,
        values=found.values,
        reason=reason,
    )
    changed = place.desk.add_entry(case_number, entry, "discrepancy-closed")
    await place.desk.close()
    return changed


async def dismiss_flag(place: Workplace, case_number: str, flag_id: str, person: Person, reason: str) -> ClaimRecord:
    """Somebody has looked at it. Raises NotFound, and Conflict when it is dismissed already."""
    await open_claim(place, case_number)
    view = place.desk.view(case_number)
    found = next((flag for flag in view.flags if flag.id == flag_id), None)
    if found is None:
        raise NotFound("flag.not-found", "This claim has no such flag.")
    if found.state != "open":
        raise Conflict("flag.dismissed", "This flag is dismissed already.")
    entry = FlagDismissal(
        id=str(new_id()),
        at=place.clock.now(),
        org=person.org,
        person=person.id,
        flag_id=found.id,
        code=found.code,
        grounds=found.grounds,
        reason=reason,
    )
    changed = place.desk.add_entry(case_number, entry, "flag-lowered")
    await place.desk.close()
    return changed
