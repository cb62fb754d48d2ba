"""Tahap I and II, corrections and withdrawal, and a reporter's view of its own reports."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, ConfigDict, Field

from services.intake.application.correct_report import correct_report, withdraw_report
from services.intake.application.forms.accident_report import Stage1Form
from services.intake.application.forms.fields import FormPart, Instant, Paragraph
from services.intake.application.forms.reading import as_document, stage_1_problems, stage_2_problems
from services.intake.application.forms.stage_2 import Stage2
from services.intake.application.give_receipt import ACCIDENT_REPORT, CORRECTION, STAGE_2, WITHDRAWAL, with_receipt
from services.intake.application.ports import Page
from services.intake.application.read_reports import list_reports, read_report
from services.intake.application.report_view import view_report
from services.intake.application.submit_report import submit_report
from services.intake.application.submit_stage_2 import submit_stage_2
from services.intake.entrypoints.http.answers import (
    ReceivedReportAnswer,
    ReportListAnswer,
    SubmittedReportAnswer,
    WholeReportAnswer,
)
from services.intake.entrypoints.http.desk import Desk, ReportId, asker_of
from services.intake.entrypoints.http.form_route import FormRoute, reads_form
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals
from shared.web.paging import Cursor, Limit, cut, decode_cursor

WRITE, READ = "accident-reports.write", "accident-reports.read"
# A plus sign that a client forgot to encode arrives as a space.
Since = Annotated[Instant, BeforeValidator(lambda text: text.replace(" ", "+") if isinstance(text, str) else text)]


class CorrectionForm(FormPart):
    """`changes` is a merge patch (RFC 7396) of the report; null takes a field away."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"changes": {"event": {"body_parts": ["hand_left"]}}, "reason": "Tangan kiri, bukan kanan."}]
        }
    )

    changes: Annotated[dict[str, Any], Field(min_length=1)]
    reason: Paragraph


class WithdrawalForm(FormPart):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Dilaporkan dua kali."}]})

    reason: Paragraph


def accident_report_routes(desk: Desk) -> APIRouter:
    router = APIRouter(route_class=FormRoute, tags=["accident reports"])
    _add_submission(router, desk)
    _add_stage_2(router, desk)
    _add_changes(router, desk)
    _add_reading(router, desk)
    return router


def _add_submission(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/v1/accident-reports",
        summary="Tahap I: report a work accident or occupational disease",
        status_code=201,
        response_model=SubmittedReportAnswer,
        responses=refusals(400, 409, 413, 415, 422, 503),
        **secured(WRITE, extra=idempotent()),
    )
    @reads_form(lambda document: stage_1_problems(document, desk.office.clock.now()))
    async def submit(request: Request, caller: Caller, key: IdempotencyKey, form: Stage1Form) -> Response:
        """Form 3 KK 1, or 3 PAK 1 with `kind: "occupational_disease"`. A late report is accepted (`late: true`) and
        may shift the payer of first resort. Warnings never refuse."""
        same = await IdempotentRequest.of(request, caller, key)
        async with desk.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                work, asker = desk.work(transaction), asker_of(caller)
                view = await submit_report(work, desk.office, asker, form)
                view = await with_receipt(work, asker, ACCIDENT_REPORT, view, same.body)
                return Answer(201, view, {"Location": f"/v1/accident-reports/{view['id']}"})

            return await idempotently(same, transaction, desk.sealer, act)


def _add_stage_2(router: APIRouter, desk: Desk) -> None:
    @router.put(
        "/v1/accident-reports/{report_id}/stage-2",
        summary="Tahap II: outcome and benefit application",
        response_model=ReceivedReportAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(WRITE),
    )
    @reads_form(lambda document: stage_2_problems(document, None, desk.office.clock.now()))
    async def put_stage_2(request: Request, caller: Caller, report_id: ReportId, form: Stage2) -> Response:
        """Form 3a KK 2. A later form takes the place of the one before; the same form again changes nothing."""
        async with desk.database.transaction(caller.org) as transaction:
            work, asker = desk.work(transaction), asker_of(caller)
            view = await submit_stage_2(work, desk.office, asker, report_id, form)
            view = await with_receipt(work, asker, STAGE_2, view, await request.body(), as_document(form))
        return _json(view)


def _add_changes(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/v1/accident-reports/{report_id}/corrections",
        summary="Correct your own report",
        response_model=ReceivedReportAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(WRITE, extra=idempotent()),
    )
    async def correct(
        request: Request, caller: Caller, key: IdempotencyKey, report_id: ReportId, form: CorrectionForm
    ) -> Response:
        """The report as it was is kept with the reason. The registration number can't change."""
        same = await IdempotentRequest.of(request, caller, key)
        async with desk.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                work, asker = desk.work(transaction), asker_of(caller)
                view = await correct_report(work, desk.office, asker, report_id, form.changes, form.reason)
                return Answer(200, await with_receipt(work, asker, CORRECTION, view, same.body))

            return await idempotently(same, transaction, desk.sealer, act)

    @router.post(
        "/v1/accident-reports/{report_id}/withdrawal",
        summary="Withdraw your own report",
        response_model=ReceivedReportAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(WRITE, extra=idempotent()),
    )
    async def withdraw(
        request: Request, caller: Caller, key: IdempotencyKey, report_id: ReportId, form: WithdrawalForm
    ) -> Response:
        """It stays readable and takes no more changes; the claim follows."""
        same = await IdempotentRequest.of(request, caller, key)
        async with desk.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                work, asker = desk.work(transaction), asker_of(caller)
                view = await withdraw_report(work, desk.office, asker, report_id, form.reason)
                return Answer(200, await with_receipt(work, asker, WITHDRAWAL, view, same.body))

            return await idempotently(same, transaction, desk.sealer, act)


def _add_reading(router: APIRouter, desk: Desk) -> None:
    @router.get(
        "/v1/accident-reports",
        summary="Your own reports, in order of change",
        response_model=ReportListAnswer,
        responses=refusals(422, 503),
        **secured(READ),
    )
    async def list_own(
        caller: Caller, cursor: Cursor = None, limit: Limit = 50, updated_since: Since | None = None
    ) -> Response:
        """`updated_since` also finds reports whose claim changed."""
        page = Page(limit, updated_since, decode_cursor(cursor, datetime, UUID))
        async with desk.database.transaction(caller.org) as transaction:
            reports = await list_reports(desk.work(transaction), asker_of(caller), page)
        shown, next_cursor = cut(reports, limit, lambda last: [last.updated_at, last.report_id])
        return _json({"items": [view_report(report) for report in shown], "next_cursor": next_cursor})

    @router.get(
        "/v1/accident-reports/{report_id}",
        summary="Your own report, with its claim as it stands now",
        response_model=WholeReportAnswer,
        responses=refusals(404, 422, 503),
        **secured(READ),
    )
    async def read(caller: Caller, report_id: ReportId) -> Response:
        async with desk.database.transaction(caller.org) as transaction:
            return _json(await read_report(desk.work(transaction), asker_of(caller), report_id))


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
