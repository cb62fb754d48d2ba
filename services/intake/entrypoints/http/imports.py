"""Many reports at once, for employers without an HR system: a table in, a result for every row out."""

import asyncio
import csv
import io
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from services.intake.application.import_columns import COLUMNS
from services.intake.application.import_reports import import_reports
from services.intake.entrypoints.http.accident_reports import WRITE
from services.intake.entrypoints.http.answers import Payer, Title
from services.intake.entrypoints.http.desk import Desk, asker_of
from shared.errors import Problem, Refusal, Unreadable, UnsupportedType
from shared.receipts.answer import ReceiptAnswer
from shared.web.door import Caller, public, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals
from shared.web.strict_json import read_limited

_PATH = "/v1/accident-reports/import"
_FIELD = "file"
# Boundaries and headers around the file.
_MULTIPART_BYTES = 65_536
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [_FIELD],
                "properties": {_FIELD: {"type": "string", "format": "binary", "description": "CSV (UTF-8) or XLSX."}},
            },
            "example": {_FIELD: "NIK;Nama pekerja;Waktu kejadian\r\n3671015203900001;Siti Aminah;20/11/2026 09:30\r\n"},
        }
    },
}
_TEMPLATE_HEADERS = {"Content-Disposition": 'attachment; filename="laporan-kecelakaan.csv"'}


class ImportErrorAnswer(BaseModel):
    """What is wrong in a row. `column` is as in the template; null where it belongs to no column."""

    column: str | None
    title: Title | None
    pointer: str
    code: str
    detail: str


class ImportWarningAnswer(BaseModel):
    pointer: str
    code: str
    detail: str


class ImportRowAnswer(BaseModel):
    """`row` is its number in the spreadsheet. The members from `report_id` on are those of an accepted report."""

    row: int
    status: Annotated[str, Field(pattern="^(accepted|rejected)$")]
    errors: list[ImportErrorAnswer]
    report_id: str | None = None
    tracking_code: Annotated[str | None, Field(description="For the worker; shown this once.")] = None
    late: bool | None = None
    received_at: str | None = None
    payer_of_first_resort: Payer | None = None
    warnings: list[ImportWarningAnswer] | None = None
    receipt: ReceiptAnswer | None = None


class ImportAnswer(BaseModel):
    """One item for every row that holds anything."""

    accepted: int
    rejected: int
    items: list[ImportRowAnswer]
    next_cursor: None


def import_routes(desk: Desk) -> APIRouter:
    router = APIRouter(tags=["accident reports"])
    _add_template(router)

    @router.post(
        _PATH,
        summary="Many Tahap I reports from one CSV or XLSX",
        response_model=ImportAnswer,
        responses=refusals(400, 409, 413, 415, 422, 503),
        **secured(WRITE, extra=idempotent(requestBody=_BODY)),
    )
    async def import_table(request: Request, caller: Caller, key: IdempotencyKey) -> Response:
        """The first row names the columns as the template does, or by their titles. Every other row is one report and
        stands by itself: what is right is taken, what is not says which column and why, and may be sent again without
        the rows that were taken. An empty cell of the employer or the reporter means the row above. With the same key
        the same file is taken once."""
        content = await _file(request, desk.import_bytes_max)
        # Boundaries differ with every sending; what was sent is the file.
        same = IdempotentRequest(caller.org, caller.client_id, f"POST {_PATH}", key, content)
        table = await asyncio.to_thread(desk.read_table, content)
        async with desk.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                return Answer(200, await import_reports(desk.work(transaction), desk.office, asker_of(caller), table))

            return await idempotently(same, transaction, desk.sealer, act)

    @router.get(_PATH, include_in_schema=False, **secured(WRITE))
    async def nothing_to_get() -> Response:
        # Else this would be a report of that id, which is not there.
        raise HTTPException(405, headers={"Allow": "POST"})

    return router


def _add_template(router: APIRouter) -> None:
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(column.path for column in COLUMNS)
    # Rows that begin with a number sign are passed over.
    writer.writerow(f"{'# ' if not index else ''}{column.title_id}" for index, column in enumerate(COLUMNS))
    # With a byte order mark, Excel reads it as UTF-8.
    template = rows.getvalue().encode("utf-8-sig")

    @router.get(
        f"{_PATH}/template.csv",
        summary="The columns of an import",
        response_class=Response,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The template."}},
        **public(),
    )
    async def import_template() -> Response:
        """The header, and a row with the columns' Indonesian titles that an import passes over."""
        return Response(template, headers=_TEMPLATE_HEADERS, media_type="text/csv")


async def _file(request: Request, bytes_max: int) -> bytes:
    """The uploaded file. Raises UnsupportedType, Unreadable, TooLarge, Refusal without the field."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UnsupportedType("body.unsupported-type", f"Send multipart/form-data with the field {_FIELD}.")
    raw = await read_limited(request, bytes_max + _MULTIPART_BYTES)
    read = _Read(request.scope, request.receive)
    read.take(raw)
    try:
        async with read.form(max_files=1, max_fields=10) as form:
            file = form.get(_FIELD)
            if isinstance(file, UploadFile):
                return await file.read()
    except HTTPException as error:
        raise Unreadable("multipart.unreadable", "The multipart body can't be read.") from error
    detail = f"The field {_FIELD} holds the table."
    raise Refusal("validation", "The request does not fit; see errors.", [Problem(f"/{_FIELD}", "required", detail)])


class _Read(Request):
    """A request whose body has been read."""

    def take(self, raw: bytes) -> None:
        self._body = raw
