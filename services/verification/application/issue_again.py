"""An officer has a letter issued again, because what it says of the claim was corrected meanwhile."""

from services.verification.application.annotate import add_note
from services.verification.application.issue_letters import IssuedLetter
from services.verification.application.workplace import Person, Workplace, open_claim
from shared.regulation.codes import title_of


async def issue_again(place: Workplace, case_number: str, person: Person, kind: str, reason: str) -> IssuedLetter:
    """The new letter; why it was issued becomes a note on the claim. Raises NotFound, and Conflict when the claim was
    merged or gives no reason for a letter of this kind."""
    await open_claim(place, case_number)
    clerk = place.desk.letters
    clerk.ask_again(case_number, kind)
    title = title_of("letter_kinds", kind).title_id
    await add_note(place, case_number, person, f"Surat diterbitkan lagi ({title}): {reason}")
    return next(letter for letter in clerk.issued if letter.kind == kind)
