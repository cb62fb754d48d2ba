"""Decisions."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field, StrictInt

from services.verification.application.decide import DecisionRequest, take_decision
from services.verification.application.records import ClaimRecord
from services.verification.domain.claim import AWAITING_SECOND_APPROVAL
from services.verification.domain.entries import Decision
from services.verification.entrypoints.http.answers import DecisionAnswer
from services.verification.entrypoints.http.desk import IF_MATCH_PARAMETER, CaseNumber, Counter, DecisionVersion, audit
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    RUPIAH_MAX,
    Body,
    Line,
    OfficerBody,
    Text,
    begun_again,
    person_of,
)
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals


class DecisionBody(Body):
    """`outcome` goes with `conclude`, `amount_rupiah` with `approve_benefit`. With `request_completion` the reason code
    `document-rejected:<CODE>` finds that paper of the checklist wanting until a newer version comes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "decision": "approve_benefit",
                    "reason_code": "complete",
                    "reason": "Semua persyaratan lengkap.",
                    "legal_basis": "PP 44/2015 art. 37(2)",
                    "outcome": None,
                    "amount_rupiah": 24_000_000,
                    "officer": {"id": "V-1", "name": "Dewi"},
                }
            ]
        },
    )

    decision: Literal["conclude", "request_completion", "refer_to_disnaker", "approve_benefit", "reject", "reopen"]
    reason_code: Line | None = None
    reason: Text | None = None
    legal_basis: Line | None = None
    outcome: Literal["work_accident", "occupational_disease", "not_covered"] | None = None
    amount_rupiah: Annotated[StrictInt, Field(ge=0, le=RUPIAH_MAX)] | None = None
    officer: OfficerBody | None = None


def _answer(decision: Decision, claim: ClaimRecord) -> Answer:
    """202 while a second person must confirm."""
    answer = {
        "decision_id": decision.id,
        "state": (claim.document or {})["state"],
        "version": claim.version,
        "decision_version": claim.decision_version,
    }
    waits = answer["state"] == AWAITING_SECOND_APPROVAL
    return Answer(202 if waits else 201, answer, {"ETag": f'"{claim.decision_version}"'})


def add_decisions(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/decisions",
        summary="Decide on a claim",
        status_code=201,
        response_model=DecisionAnswer,
        responses={
            202: {"description": "Above the four-eyes limit: a second person must confirm.", "model": DecisionAnswer},
            **refusals(400, 404, 409, 412, 413, 415, 422, 428, 503),
        },
        **secured(DECIDE, extra=idempotent(IF_MATCH_PARAMETER)),
    )
    async def decide(
        request: Request,
        caller: Caller,
        key: IdempotencyKey,
        seen: DecisionVersion,
        case_number: CaseNumber,
        body: DecisionBody,
    ) -> Response:
        """Under the decision version you saw: what changed meanwhile without bearing on decisions refuses nobody."""
        person = person_of(caller, body.officer)
        asked = DecisionRequest(
            body.decision, body.outcome, body.amount_rupiah, body.reason_code, body.reason, body.legal_basis
        )

        same = await IdempotentRequest.of(request, caller, key)
        # The version seen is part of what is asked: the same key with another If-Match is another request.
        same = replace(same, body=same.body + f"\nif-match:{seen}".encode())

        async def attempt() -> Response:
            async with counter.database.transaction(caller.org) as transaction:
                place = counter.workplace(transaction)

                async def act() -> Answer:
                    decision, claim = await take_decision(place, case_number, seen, person, asked)
                    await audit(
                        transaction, caller, f"claim.{body.decision.replace('_', '-')}", case_number,
                        officer=person.id, decision_id=decision.id,
                    )  # fmt: skip
                    return _answer(decision, claim)

                return await idempotently(same, transaction, counter.sealer, act)

        return await begun_again(attempt)
