"""A verifier writes a note, or gives the claim to an officer."""

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.entries import Note
from shared.identifiers import new_id


async def add_note(place: Workplace, case_number: str, person: Person, text: str) -> tuple[Note, ClaimRecord]:
    """Write something down; raises NotFound."""
    await open_claim(place, case_number)
    note = Note(str(new_id()), place.clock.now(), person.org, person.id, text)
    changed = place.desk.add_entry(case_number, note, "note-added")
    await place.desk.close()
    return note, changed


async def assign_claim(place: Workplace, case_number: str, officer: str | None) -> ClaimRecord:
    """Give a claim to an officer, or to nobody; whoever has it already keeps it, and nothing changes."""
    claim = await open_claim(place, case_number)
    if claim.assigned_to == officer:
        return claim
    changed = place.desk.assign_to(case_number, officer)
    await place.desk.close()
    return changed
