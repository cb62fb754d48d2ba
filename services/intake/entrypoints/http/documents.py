"""Papers of a report: raw bytes in, raw bytes out."""

import base64
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from services.intake.application.correct_report import require_not_withdrawn
from services.intake.application.forms.fields import DocumentCode
from services.intake.application.give_receipt import paper_with_receipt
from services.intake.application.keep_documents import (
    add_document,
    paper_to_read,
    store_content,
    withdraw_document,
)
from services.intake.application.report_view import View, view_paper
from services.intake.application.stored_report import Paper
from services.intake.domain.file_types import FILE_ENDINGS, MEDIA_TYPES
from services.intake.entrypoints.http.accident_reports import READ, WRITE
from services.intake.entrypoints.http.answers import AddedDocumentAnswer, DocumentAnswer
from services.intake.entrypoints.http.content_digest import check_content_digest
from services.intake.entrypoints.http.desk import Desk, ReportId, asker_of
from shared.web.door import Caller, secured
from shared.web.openapi import refusals
from shared.web.strict_json import read_limited

_PATH = "/v1/accident-reports/{report_id}/documents/{document_code}"
_CLAIMS_READ = "claims.read"
_BINARY = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES}
_DIGEST_PARAMETER = {
    "name": "Content-Digest",
    "in": "header",
    "required": False,
    "description": "RFC 9530, `sha-256=:<base64>:`; checked when given.",
    "schema": {"type": "string"},
}
_UPLOAD = {"requestBody": {"required": True, "content": _BINARY}, "parameters": [_DIGEST_PARAMETER]}
Code = Annotated[DocumentCode, Path(description="A code of the list `documents`.")]
Version = Annotated[int, Query(ge=1, le=1_000_000)]


def document_routes(desk: Desk) -> APIRouter:
    router = APIRouter(tags=["documents"])
    _add_put(router, desk)
    _add_get(router, desk)
    _add_delete(router, desk)
    return router


def _add_put(router: APIRouter, desk: Desk) -> None:
    @router.put(
        _PATH,
        summary="Add a paper",
        status_code=201,
        response_model=AddedDocumentAnswer,
        responses={
            200: {"model": AddedDocumentAnswer, "description": "This version exists already."},
            **refusals(400, 404, 409, 413, 415, 422, 503),
        },
        **secured(WRITE, extra=_UPLOAD),
    )
    async def put_document(request: Request, caller: Caller, report_id: ReportId, document_code: Code) -> Response:
        """The raw bytes of a PDF, JPEG or PNG; the type is told from the bytes. The same bytes answer the version
        that exists, others add one; all versions count until withdrawn."""
        async with desk.database.transaction(caller.org) as transaction:
            require_not_withdrawn(await desk.work(transaction).report(report_id))
        content = await read_limited(request, desk.document_bytes_max)
        check_content_digest(request.headers.get("content-digest"), content)
        sha256, media_type = await store_content(desk.office, content)
        stored = sha256, media_type, len(content)
        async with desk.database.transaction(caller.org) as transaction:
            work, asker = desk.work(transaction), asker_of(caller)
            added = await add_document(work, desk.office, asker, report_id, document_code, stored)
            view = await paper_with_receipt(work, asker, report_id, added.paper, view_paper(added.paper))
        return _json(view, 201 if added.is_new else 200)


def _add_get(router: APIRouter, desk: Desk) -> None:
    @router.get(
        _PATH,
        summary="The bytes of a paper",
        response_class=Response,
        responses={200: {"content": _BINARY, "description": "As an attachment."}, **refusals(404, 410, 422, 503)},
        **secured(READ, _CLAIMS_READ),
    )
    async def get_document(
        caller: Caller, report_id: ReportId, document_code: Code, version: Version | None = None
    ) -> Response:
        """The version asked for, else the latest in force. BPJS and auditors (`claims.read`) see all reports'."""
        sees_all = caller.has_scope(_CLAIMS_READ)
        opened = desk.database.system_transaction() if sees_all else desk.database.transaction(caller.org)
        async with opened as transaction:
            paper = await paper_to_read(desk.work(transaction), asker_of(caller), report_id, document_code, version)
        return await paper_response(desk, paper)


async def paper_response(desk: Desk, paper: Paper) -> Response:
    """The bytes, to be saved; raises Unavailable."""
    content = await desk.office.document_store.get(paper.sha256)
    digest = base64.b64encode(bytes.fromhex(paper.sha256)).decode()
    name = f"{paper.document_code}-{paper.version}.{FILE_ENDINGS[paper.media_type]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Digest": f"sha-256=:{digest}:",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=paper.media_type, headers=headers)


def _add_delete(router: APIRouter, desk: Desk) -> None:
    @router.delete(
        _PATH,
        summary="Withdraw one version of a paper",
        response_model=DocumentAnswer,
        responses=refusals(404, 409, 422, 503),
        **secured(WRITE),
    )
    async def delete_document(caller: Caller, report_id: ReportId, document_code: Code, version: Version) -> Response:
        """It no longer counts; the checklist follows."""
        async with desk.database.transaction(caller.org) as transaction:
            work, asker = desk.work(transaction), asker_of(caller)
            paper = await withdraw_document(work, desk.office, asker, report_id, document_code, version)
        return _json(view_paper(paper), 200)


def _json(view: View, status: int) -> Response:
    return Response(orjson.dumps(view), status, media_type="application/json")
