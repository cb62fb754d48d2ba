"""A complaint or feedback on a claim is recorded, and answered."""

from dataclasses import dataclass
from datetime import datetime

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.complaints import Complaint, check_answerable
from services.verification.domain.entries import ComplaintAnswer, ComplaintReceived
from shared.errors import Problem, Refusal
from shared.identifiers import new_id


@dataclass(frozen=True)
class ComplaintRequest:
    """What was said, by whom and when; `received_at` None stands for now."""

    kind: str
    by: str
    channel: str | None
    text: str
    received_at: datetime | None


async def receive_complaint(
    place: Workplace, case_number: str, person: Person, request: ComplaintRequest, complaint_id: str | None = None
) -> tuple[Complaint, ClaimRecord]:
    """`complaint_id` (a UUID as text) is given where the same form may be sent twice: the second changes nothing.

    Raises NotFound, Refusal for a time to come.
    """
    claim = await open_claim(place, case_number)
    known = next((c for c in place.desk.view(case_number).complaints if c.received.id == complaint_id), None)
    if known is not None:
        return known, claim
    now = place.clock.now()
    received_at = request.received_at or now
    if received_at > now:
        detail = "A complaint can't have been received in the future."
        raise Refusal("validation", detail, [Problem("/received_at", "date.in-future", detail)])
    entry = ComplaintReceived(
        complaint_id or str(new_id()),
        now,
        person.org,
        person.id,
        received_at,
        request.kind,
        request.by,
        request.channel,
        request.text,
    )
    changed = place.desk.add_entry(case_number, entry, "complaint-received")
    complaint = _complaint(place, case_number, entry.id)
    await place.desk.close()
    return complaint, changed


async def answer_complaint(
    place: Workplace, case_number: str, complaint_id: str, person: Person, text: str, *, upheld: bool
) -> tuple[Complaint, ClaimRecord]:
    """Raises NotFound for an unknown claim or complaint, Conflict for one that has been answered."""
    await open_claim(place, case_number)
    check_answerable(place.desk.view(case_number).complaints, complaint_id)
    answer = ComplaintAnswer(str(new_id()), place.clock.now(), person.org, person.id, complaint_id, upheld, text)
    changed = place.desk.add_entry(case_number, answer, "complaint-answered")
    complaint = _complaint(place, case_number, complaint_id)
    await place.desk.close()
    return complaint, changed


def _complaint(place: Workplace, case_number: str, complaint_id: str) -> Complaint:
    return next(each for each in place.desk.view(case_number).complaints if each.received.id == complaint_id)
