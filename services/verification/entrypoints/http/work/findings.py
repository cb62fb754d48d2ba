"""Resolving discrepancies and dismissing flags."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.verification.application.settle_findings import dismiss_flag, resolve_discrepancy
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.answers import ClaimAnswer
from services.verification.entrypoints.http.desk import CaseNumber, Counter
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    Body,
    Line,
    OfficerBody,
    Text,
    acted_once,
    claim_answer,
    example,
    person_of,
    uuid_text,
)
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals

_REFUSALS = refusals(400, 404, 409, 413, 415, 422, 503)
DiscrepancyId = Annotated[str, Path(max_length=40, description="The discrepancy's `id`.")]
FlagId = Annotated[str, Path(max_length=40, description="The flag's `id`.")]


class ResolutionBody(Body):
    """`keep` is the `evidence_id` of the value that is right; the claim is reckoned from it from now on."""

    model_config = example(
        keep="01939f6e-8a3b-7c4d-9e2f-1a2b3c4d5e6f",
        reason="Rekam medis IGD mencatat waktu kejadian yang benar.",
        officer={"id": "V-1", "name": "Dewi"},
    )

    keep: Line
    reason: Text
    officer: OfficerBody | None = None


class DismissalBody(Body):
    model_config = example(reason="Sudah dicek ke HRD: dua pekerja berbeda.", officer={"id": "V-1", "name": "Dewi"})

    reason: Text
    officer: OfficerBody | None = None


def add_findings(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/discrepancies/{discrepancy_id}/resolution",
        summary="Say which source of a discrepancy is right",
        response_model=ClaimAnswer,
        responses=_REFUSALS,
        **secured(DECIDE, extra=idempotent()),
    )
    async def resolve(
        request: Request,
        caller: Caller,
        key: IdempotencyKey,
        case_number: CaseNumber,
        discrepancy_id: DiscrepancyId,
        body: ResolutionBody,
    ) -> Response:
        async def act(place: Workplace) -> Answer:
            known = uuid_text(discrepancy_id, "discrepancy")
            person = person_of(caller, body.officer)
            return claim_answer(await resolve_discrepancy(place, case_number, known, person, body.keep, body.reason))

        return await acted_once(counter, request, caller, key, "claim.resolve-discrepancy", case_number, act)

    @router.post(
        "/v1/claims/{case_number}/flags/{flag_id}/dismissal",
        summary="Dismiss a flag that somebody has looked at",
        response_model=ClaimAnswer,
        responses=_REFUSALS,
        **secured(DECIDE, extra=idempotent()),
    )
    async def dismiss(
        request: Request,
        caller: Caller,
        key: IdempotencyKey,
        case_number: CaseNumber,
        flag_id: FlagId,
        body: DismissalBody,
    ) -> Response:
        async def act(place: Workplace) -> Answer:
            known, person = uuid_text(flag_id, "flag"), person_of(caller, body.officer)
            return claim_answer(await dismiss_flag(place, case_number, known, person, body.reason))

        return await acted_once(counter, request, caller, key, "claim.dismiss-flag", case_number, act)
