"""Giving a worker the code by which they follow their claim."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.verification.application.give_code import give_code
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.desk import CaseNumber, Counter
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    Body,
    Line,
    OfficerBody,
    acted_once,
    example,
)
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals


class TrackingCodeBody(Body):
    model_config = example(reason="Kode lama hilang; pekerja datang ke kantor cabang dengan KTP.")

    reason: Line
    officer: OfficerBody | None = None


class TrackingCodeAnswer(BaseModel):
    """`tracking_code` is shown this once."""

    case_number: str
    tracking_code: str


def add_tracking_codes(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/tracking-code",
        summary="Give the worker a tracking code",
        status_code=201,
        response_model=TrackingCodeAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def give(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: TrackingCodeBody
    ) -> Response:
        """For a claim that a hospital began, or in the place of a code that was lost: codes given out before no longer
        open the claim. Make sure who asks; the code and the birth date are all it takes."""

        async def act(place: Workplace) -> Answer:
            code, claim = await give_code(place, case_number)
            return Answer(201, {"case_number": claim.case_number, "tracking_code": code})

        return await acted_once(counter, request, caller, key, "tracking-code.give", case_number, act)
