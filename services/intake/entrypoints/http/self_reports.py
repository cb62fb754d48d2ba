"""Suspected cases told by workers, families, unions and communities through a channel partner."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request, Response

from services.intake.application.forms.reading import self_report_problems
from services.intake.application.forms.self_report import SelfReportForm
from services.intake.application.give_receipt import SELF_REPORT, with_receipt
from services.intake.application.keep_documents import photo_to_read
from services.intake.application.read_reports import read_self_report
from services.intake.application.submit_self_report import submit_self_report
from services.intake.entrypoints.http.answers import SelfReportAnswer, SubmittedSelfReportAnswer
from services.intake.entrypoints.http.desk import Desk, ReportId, asker_of
from services.intake.entrypoints.http.documents import paper_response
from services.intake.entrypoints.http.form_route import FormRoute, reads_form
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals

PhotoVersion = Annotated[int, Path(ge=1, le=1_000_000)]
_PICTURES = {name: {"schema": {"type": "string", "format": "binary"}} for name in ("image/jpeg", "image/png")}


def self_report_routes(desk: Desk) -> APIRouter:
    router = APIRouter(route_class=FormRoute, tags=["self-reports"])

    @router.post(
        "/v1/self-reports",
        summary="Tell of a suspected work accident or disease",
        status_code=201,
        response_model=SubmittedSelfReportAnswer,
        responses=refusals(400, 409, 413, 415, 422, 503),
        **secured("self-reports.write", extra=idempotent()),
    )
    @reads_form(lambda document: self_report_problems(document, desk.office.clock.now()))
    async def submit(request: Request, caller: Caller, key: IdempotencyKey, form: SelfReportForm) -> Response:
        """The statutory minimum (arts. 8A, 48A Permenaker 1/2025): `event`, or `disease` with what is known of the
        event. Without a NIK the date of birth is needed; neither NIK nor KPJ is taken too."""
        same = await IdempotentRequest.of(request, caller, key)
        async with desk.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                work, asker = desk.work(transaction), asker_of(caller)
                view = await submit_self_report(work, desk.office, asker, form)
                view = await with_receipt(work, asker, SELF_REPORT, view, same.body)
                return Answer(201, view, {"Location": f"/v1/self-reports/{view['id']}"})

            return await idempotently(same, transaction, desk.sealer, act)

    @router.get(
        "/v1/self-reports/{report_id}",
        summary="Where a suspected case stands",
        response_model=SelfReportAnswer,
        responses=refusals(404, 422, 503),
        **secured("self-reports.read"),
    )
    async def read(caller: Caller, report_id: ReportId) -> Response:
        async with desk.database.transaction(caller.org) as transaction:
            view = await read_self_report(desk.work(transaction), asker_of(caller), report_id)
        return Response(orjson.dumps(view), media_type="application/json")

    _add_photos(router, desk)
    return router


def _add_photos(router: APIRouter, desk: Desk) -> None:
    @router.get(
        "/v1/self-reports/{report_id}/photos/{version}",
        summary="A photograph of a suspected case",
        response_class=Response,
        responses={200: {"content": _PICTURES, "description": "As an attachment."}, **refusals(404, 422, 503)},
        **secured("claims.read"),
    )
    async def photo(caller: Caller, report_id: ReportId, version: PhotoVersion) -> Response:
        """For BPJS and auditors, who see all reports. Place and device have been taken out of it."""
        async with desk.database.system_transaction() as transaction:
            paper = await photo_to_read(desk.work(transaction), asker_of(caller), report_id, version)
        return await paper_response(desk, paper)
