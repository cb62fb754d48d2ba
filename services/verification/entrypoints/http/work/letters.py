"""A letter issued again."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from services.verification.application.issue_again import issue_again
from services.verification.application.issue_letters import letter_document
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.desk import CaseNumber, Counter
from services.verification.entrypoints.http.letters import LetterAnswer
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    Body,
    Coded,
    Line,
    OfficerBody,
    acted_once,
    example,
    person_of,
)
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals


class LetterBody(Body):
    model_config = example(kind="conclusion", reason="Nama pekerja diperbaiki menurut KTP.")

    kind: Annotated[str, Coded("letter_kinds")]
    reason: Line
    officer: OfficerBody | None = None


def add_letters(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/letters",
        summary="Issue a letter again, as the claim stands now",
        status_code=201,
        response_model=LetterAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def issue(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: LetterBody
    ) -> Response:
        """Letters are issued by what makes them; this is for what was corrected afterwards, such as a name. The new one
        says which it replaces, and `reason` becomes a note on the claim. 409 `letter.nothing-to-write` while the claim
        gives no reason for a letter of this kind."""

        async def act(place: Workplace) -> Answer:
            letter = await issue_again(place, case_number, person_of(caller, body.officer), body.kind, body.reason)
            return Answer(201, letter_document(letter, (), counter.letter_check))

        return await acted_once(counter, request, caller, key, "letter.issue", case_number, act)
