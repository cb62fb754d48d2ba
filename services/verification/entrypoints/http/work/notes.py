"""Notes and assignment."""

from fastapi import APIRouter, Request, Response

from services.verification.application.annotate import add_note, assign_claim
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


class NoteBody(Body):
    model_config = example(text="Keluarga dihubungi, surat istirahat menyusul.", officer={"id": "V-1", "name": "Dewi"})

    text: Text
    officer: OfficerBody | None = None


class AssignmentBody(Body):
    """Null takes the claim away from whoever had it."""

    model_config = example(officer={"id": "V-1", "name": "Dewi"})

    officer: OfficerBody | None


def add_notes(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/notes",
        summary="Write a note",
        status_code=201,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def note(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: NoteBody
    ) -> Response:
        async def act(place: Workplace) -> Answer:
            person = person_of(caller, body.officer)
            written, claim = await add_note(place, case_number, person, body.text)
            return Answer(201, {"id": written.id, "case_number": case_number, "version": claim.version})

        return await acted_once(counter, request, caller, key, "claim.note", case_number, act)

    @router.post(
        "/v1/claims/{case_number}/assignment",
        summary="Give a claim to an officer",
        response_model=ClaimAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def assign(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: AssignmentBody
    ) -> Response:
        async def act(place: Workplace) -> Answer:
            return claim_answer(await assign_claim(place, case_number, body.officer.id if body.officer else None))

        return await acted_once(counter, request, caller, key, "claim.assign", case_number, act)
