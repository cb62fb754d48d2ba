"""Complaints and feedback on a claim."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BeforeValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

from services.verification.application.claim_document import complaint_document
from services.verification.application.complain import ComplaintRequest, answer_complaint, receive_complaint
from services.verification.application.matter_receipts import COMPLAINT
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.answers import ComplaintAnswer, ComplaintMadeAnswer
from services.verification.entrypoints.http.desk import CaseNumber, Counter
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    Body,
    Line,
    OfficerBody,
    Text,
    acted_once,
    example,
    person_of,
    uuid_text,
)
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals

_INSTANT = re.compile(r"(19|20|21)\d{2}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _instant_text(value: object) -> object:
    # pydantic alone would take seconds since 1970 and years that no zone can move.
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise PydanticCustomError("time-format", "Expected a time as RFC 3339 with an offset")
    return value.upper()


Instant = Annotated[AwareDatetime, BeforeValidator(_instant_text)]


class ComplaintBody(Body):
    model_config = example(
        kind="complaint",
        by="worker",
        channel="175",
        text="Sudah tiga minggu tidak ada kabar tentang santunan saya.",
        officer={"id": "V-1", "name": "Dewi"},
    )

    kind: Literal["complaint", "feedback"] = Field("complaint", description="Feedback has no clock.")
    by: Literal["worker", "family", "heir", "union", "employer", "hospital", "other"]
    channel: Line | None = Field(None, description="Through what it came: a telephone line, a letter, a branch.")
    text: Text
    received_at: Instant | None = Field(None, description="When BPJS had it; now if left out.")
    officer: OfficerBody | None = None


class ComplaintAnswerBody(Body):
    model_config = example(text="Berkas lengkap sejak kemarin; pembayaran paling lambat Jumat.", upheld=True)

    text: Text
    upheld: StrictBool = Field(False, description="Whether the complainant was right.")
    officer: OfficerBody | None = None


def add_complaints(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/complaints",
        summary="Record a complaint or feedback",
        status_code=201,
        response_model=ComplaintMadeAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def complain(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: ComplaintBody
    ) -> Response:
        """A complaint is to be answered within the time of the clock `COMPLAINT`. It changes nothing of the claim; an
        objection to a decision is something else."""

        async def act(place: Workplace) -> Answer:
            wanted = ComplaintRequest(body.kind, body.by, body.channel, body.text, body.received_at)
            complaint, claim = await receive_complaint(place, case_number, person_of(caller, body.officer), wanted)
            told = {"case_number": case_number, "version": claim.version}
            return Answer(201, {**complaint_document(complaint), **told})

        return await acted_once(counter, request, caller, key, "complaint.receive", case_number, act, COMPLAINT)

    @router.post(
        "/v1/claims/{case_number}/complaints/{complaint_id}/answer",
        summary="Answer a complaint",
        response_model=ComplaintAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def answer(
        request: Request,
        caller: Caller,
        key: IdempotencyKey,
        case_number: CaseNumber,
        complaint_id: str,
        body: ComplaintAnswerBody,
    ) -> Response:
        """What the complainant was told stops the clock. There is one answer to a complaint."""
        wanted = uuid_text(complaint_id, "complaint")

        async def act(place: Workplace) -> Answer:
            person = person_of(caller, body.officer)
            complaint, _ = await answer_complaint(place, case_number, wanted, person, body.text, upheld=body.upheld)
            return Answer(200, complaint_document(complaint))

        return await acted_once(counter, request, caller, key, "complaint.answer", case_number, act)
