"""Objections and their answers."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from services.verification.application.dispute import AnswerRequest, answer_objection, lodge_objection
from services.verification.application.matter_receipts import OBJECTION
from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.answers import ObjectionAnswer
from services.verification.entrypoints.http.desk import CaseNumber, Counter
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    Body,
    Coded,
    Line,
    OfficerBody,
    Text,
    acted_once,
    example,
    person_of,
    uuid_text,
)
from shared.events.vocabulary import ClaimState
from shared.receipts.answer import ReceiptAnswer
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals

_DOCUMENTS_MAX = 50


class ObjectionBody(Body):
    """`by` is the party that objects; `documents` names the papers that go with it."""

    model_config = example(
        by="worker", reason="Persentase cacat tidak sesuai pemeriksaan.", documents=["Surat dokter 12/XI/2026"]
    )

    by: Annotated[str, Coded("objectors")]
    reason: Text
    documents: Annotated[list[Line], Field(max_length=_DOCUMENTS_MAX, default_factory=list)]
    officer: OfficerBody | None = None


class AnswerBody(Body):
    """`answer` `withdrawn`: the objector does not pursue it. `outcome` goes with what the minister has upheld."""

    model_config = example(answer="dismissed", reason="Pemeriksaan ulang dokter penasehat sama.", officer={"id": "V-2"})

    answer: Literal["upheld", "dismissed", "withdrawn"]
    outcome: Literal["work_accident", "occupational_disease", "not_covered"] | None = None
    reason: Text
    legal_basis: Line | None = None
    letter_number: Line | None = None
    officer: OfficerBody | None = None


class ObjectionLodged(ObjectionAnswer):
    """The objection with where it brought the claim."""

    case_number: str
    claim_state: ClaimState
    version: int
    decision_version: int


class ObjectionReceived(ObjectionLodged):
    """The answer to a new objection."""

    receipt: ReceiptAnswer


def _lodged(claim: ClaimRecord, objection_id: str) -> dict[str, Any]:
    document = claim.document or {}
    objection = next(item for item in document["objections"] if item["id"] == objection_id)
    return {
        **objection,
        "case_number": claim.case_number,
        "claim_state": document["state"],
        "version": claim.version,
        "decision_version": claim.decision_version,
    }


def add_objections(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/objections",
        summary="Record an objection to what was decided",
        status_code=201,
        response_model=ObjectionReceived,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def lodge(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: ObjectionBody
    ) -> Response:
        """BPJS answers first, then the inspector, then the minister: `path` says whose turn it is, a clock of its own
        until when. An objection before the inspector asks Disnaker for a determination."""

        async def act(place: Workplace) -> Answer:
            person = person_of(caller, body.officer)
            lodged, claim = await lodge_objection(
                place, case_number, person, body.by, body.reason, tuple(body.documents)
            )
            return Answer(201, _lodged(claim, lodged.id), {"ETag": f'"{claim.decision_version}"'})

        return await acted_once(counter, request, caller, key, "claim.object", case_number, act, OBJECTION)

    @router.post(
        "/v1/claims/{case_number}/objections/{objection_id}/answer",
        summary="Answer an objection",
        response_model=ObjectionLodged,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def answer(
        request: Request,
        caller: Caller,
        key: IdempotencyKey,
        case_number: CaseNumber,
        objection_id: Annotated[str, Path(max_length=40)],
        body: AnswerBody,
    ) -> Response:
        """BPJS's own answer, or what the minister has answered; an inspector answers by a determination. Upheld, it
        takes back what was decided. Whoever decided does not answer."""

        async def act(place: Workplace) -> Answer:
            asked = AnswerRequest(body.answer, body.outcome, body.reason, body.legal_basis, body.letter_number)
            id_ = uuid_text(objection_id, "objection")
            _, claim = await answer_objection(place, case_number, id_, person_of(caller, body.officer), asked)
            return Answer(200, _lodged(claim, id_), {"ETag": f'"{claim.decision_version}"'})

        return await acted_once(counter, request, caller, key, "claim.answer-objection", case_number, act)
