"""Accepting a first alert."""

from fastapi import APIRouter, Request, Response

from services.verification.application.accept_first_alert import accept_first_alert
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.answers import ClaimAnswer
from services.verification.entrypoints.http.desk import CaseNumber, Counter
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    Body,
    OfficerBody,
    Text,
    acted_once,
    claim_answer,
    example,
    person_of,
)
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals


class AcceptanceBody(Body):
    model_config = example(reason="Pesan WhatsApp perusahaan dilihat.", officer={"id": "V-1", "name": "Dewi"})

    reason: Text
    officer: OfficerBody | None = None


def add_first_alert(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/first-alert/acceptance",
        summary="Accept a report's first alert",
        response_model=ClaimAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def accept(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: AcceptanceBody
    ) -> Response:
        """The alert named in the report counts as evidence that Tahap I was kept within 2×24 hours; the claim's
        lateness and first payer are worked out again."""

        async def act(place: Workplace) -> Answer:
            person = person_of(caller, body.officer)
            return claim_answer(await accept_first_alert(place, case_number, person, body.reason))

        return await acted_once(counter, request, caller, key, "claim.accept-first-alert", case_number, act)
