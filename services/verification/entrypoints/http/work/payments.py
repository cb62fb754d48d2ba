"""Payments that BPJS core has made."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StrictInt

from services.verification.application.confirm_payment import PaymentRequest, confirm_payment
from services.verification.application.matter_receipts import PAYMENT
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.benefit_answers import PaymentAnswer
from services.verification.entrypoints.http.desk import Counter
from services.verification.entrypoints.http.work.acting import (
    RUPIAH_MAX,
    Body,
    Coded,
    Day,
    Line,
    acted_once,
    example,
)
from shared.events.vocabulary import ClaimState
from shared.receipts.answer import ReceiptAnswer
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals


class PaymentBody(Body):
    """`reference` is BPJS core's own number of the payment."""

    model_config = example(
        case_number="JKK-2026-7K3M9Q2XTA5",
        benefit="STMB",
        amount_rupiah=5_000_000,
        paid_on="2026-11-20",
        reference="PAY-2026-000123",
    )

    case_number: Annotated[str, Field(max_length=40)]
    benefit: Annotated[str, Coded("benefits")]
    amount_rupiah: Annotated[StrictInt, Field(gt=0, le=RUPIAH_MAX)]
    paid_on: Day
    reference: Line


class PaymentRecorded(PaymentAnswer):
    """The payment with where it brought the claim; what is left is of the approved amount."""

    case_number: str
    state: ClaimState
    version: int
    decision_version: int
    remaining_rupiah: int | None
    receipt: ReceiptAnswer


def add_payments(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/payments",
        summary="Confirm a payment",
        status_code=201,
        response_model=PaymentRecorded,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured("payments.write", extra=idempotent()),
    )
    async def pay(request: Request, caller: Caller, key: IdempotencyKey, body: PaymentBody) -> Response:
        """A claim is `PAID` when all that was approved has been paid, and `CLOSED` when moreover nothing is owed for
        lateness and nothing is disputed. Temporary incapacity may be paid before the approval; it counts towards it."""

        async def act(place: Workplace) -> Answer:
            asked = PaymentRequest(body.benefit, body.amount_rupiah, body.paid_on, body.reference)
            payment, claim = await confirm_payment(place, body.case_number, caller.org, asked)
            document = claim.document or {}
            recorded = next(item for item in document["payments"] if item["id"] == payment.id)
            answer = {
                **recorded,
                "case_number": claim.case_number,
                "state": document["state"],
                "version": claim.version,
                "decision_version": claim.decision_version,
                "remaining_rupiah": document["remaining_rupiah"],
            }
            return Answer(201, answer)

        return await acted_once(counter, request, caller, key, "payment.confirm", body.case_number, act, PAYMENT)
