"""Return to work: what company and worker say, and how it goes."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from services.verification.application.accompany import record_return_to_work
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.answers import ReturnToWorkStepAnswer
from services.verification.entrypoints.http.desk import CaseNumber, Counter
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    Body,
    OfficerBody,
    Text,
    acted_once,
    example,
    person_of,
)
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals


class ReturnToWorkBody(Body):
    model_config = example(step="worker_agreed", note="Ditemui di RS.", officer={"id": "MK-1", "name": "Rini"})

    step: Literal[
        "offered", "employer_agreed", "employer_declined", "worker_agreed", "worker_declined", "started", "completed"
    ]
    note: Text | None = None
    officer: OfficerBody | None = None


def add_return_to_work(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/return-to-work",
        summary="Record a step of a return to work",
        status_code=201,
        response_model=ReturnToWorkStepAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def record(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: ReturnToWorkBody
    ) -> Response:
        """Possible once a doctor's statement calls for it (the claim's `return_to_work`), or once it was offered to
        somebody who may become disabled. It starts when company and
        worker have agreed; the latest word of each counts. 409 for a step that has no ground yet."""

        async def act(place: Workplace) -> Answer:
            person = person_of(caller, body.officer)
            entry, claim = await record_return_to_work(place, case_number, person, body.step, body.note)
            state = (claim.document or {})["return_to_work"]["state"]
            return Answer(201, {"id": entry.id, "case_number": case_number, "state": state, "version": claim.version})

        return await acted_once(counter, request, caller, key, "return-to-work.record", case_number, act)
