"""A verifier takes a first informal alert as evidence that Tahap I was in time."""

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.entries import FirstAlertAcceptance
from services.verification.domain.first_alert import acceptable_alert
from shared.identifiers import new_id


async def accept_first_alert(place: Workplace, case_number: str, person: Person, reason: str) -> ClaimRecord:
    """Lateness and first payer follow from it. Raises NotFound, Conflict when there is nothing to accept."""
    await open_claim(place, case_number)
    view = place.desk.view(case_number)
    alert = acceptable_alert(view.first_alert, view.occurred_at, view.clocks[0])
    acceptance = FirstAlertAcceptance(
        id=str(new_id()),
        at=place.clock.now(),
        org=person.org,
        person=person.id,
        evidence_id=alert.evidence_id,
        alerted_at=alert.received_at,
        reason=reason,
    )
    changed = place.desk.add_entry(case_number, acceptance, "first-alert-accepted")
    await place.desk.close()
    return changed
