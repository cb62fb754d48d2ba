"""Who holds the code takes back the consent to messages: it ends as easily as it began (UU 27/2022 art. 9)."""

from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.contacts import contacts
from services.verification.domain.entries import MessagesStopped
from shared.identifiers import new_id


async def stop_messages(place: Workplace, case_number: str, person: Person) -> None:
    """Nobody gets messages of this claim any more, until a new report agrees to them; again changes nothing.

    Raises NotFound, Conflict."""
    await open_claim(place, case_number)
    if not contacts(place.desk.view(case_number).evidence, place.desk.entries_of(case_number)):
        return
    entry = MessagesStopped(str(new_id()), place.clock.now(), person.org, person.id)
    place.desk.add_entry(case_number, entry, "messages-stopped")
    await place.desk.close()
