"""A benefit was paid: BPJS core confirms it, or a person writes it down."""

from dataclasses import dataclass
from datetime import date

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace
from services.verification.domain.deciding import check_payment_by
from services.verification.domain.entries import Payment, entries_of
from shared.errors import Conflict, Problem, Refusal
from shared.identifiers import WIB, new_id


@dataclass(frozen=True)
class PaymentRequest:
    """A payment as confirmed, amount in rupiah."""

    benefit: str
    amount_rupiah: int
    paid_on: date
    reference: str


async def confirm_payment(
    place: Workplace, case_number: str, org: str, request: PaymentRequest, *, person: Person | None = None
) -> tuple[Payment, ClaimRecord]:
    """Record a payment; a merged number stands for the claim it was merged into.

    A payment is a fact, so the claim's state refuses none: temporary incapacity is paid while treatment goes on.
    Where a `person` writes it down, it is another than approved the benefit. Raises NotFound, Refusal for a day that
    cannot be, Conflict for a test claim, when the reference stands for another payment already or the same person
    approved.
    """
    desk = place.desk
    await desk.open([], [], [case_number])
    claim = desk.survivor(case_number)
    view = desk.view(claim.case_number)
    if view.is_test:
        raise Conflict("claim.test", "A test claim is nobody's: no money is paid for it.")
    if person is not None:
        check_payment_by(view.stance, person.id)
    today = place.clock.now().astimezone(WIB).date()
    if not view.occurred_at.date() <= request.paid_on <= today:
        detail = "A payment lies between the day of the event and today."
        raise Refusal("validation", detail, [Problem("/paid_on", "payment-day", detail)])
    for known in entries_of(Payment, desk.entries_of(claim.case_number)):
        if known.reference == request.reference and known.benefit == request.benefit:
            if PaymentRequest(known.benefit, known.amount_rupiah, known.paid_on, known.reference) == request:
                return known, claim
            raise Conflict("payment.reference-used", "Another payment of this benefit has this reference.")
    payment = Payment(
        str(new_id()),
        place.clock.now(),
        org,
        request.benefit,
        request.amount_rupiah,
        request.paid_on,
        request.reference,
        person.id if person else None,
    )
    changed = desk.add_entry(claim.case_number, payment, "payment-recorded")
    await desk.close()
    return payment, changed
