"""The letters of a claim."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from services.verification.application.letter_paper import Language
from services.verification.entrypoints.http.coded import Title, coded
from services.verification.entrypoints.http.desk import CaseNumber, json_response, moved_to
from services.verification.entrypoints.http.letter_desk import LetterDesk, PdfResponse
from shared.receipts.answer import ReceiptAnswer
from shared.web.door import Caller, secured
from shared.web.openapi import refusals

_MERGED: dict[int | str, dict[str, Any]] = {308: {"description": "Merged; `Location` is the survivor."}}
_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}, "description": "The PDF."}
}
WantedLetter = Annotated[
    str,
    Path(max_length=40, description="A letter's id, or a code of the list `letter_kinds` for the last of its kind."),
]
CopyFor = Annotated[
    str, Query(alias="copy", max_length=60, description="One of the letter's `copies`; left out, the letter itself.")
]


class LetterAnswer(BaseModel):
    """One letter as it was issued. `to` and `copies` are parties of the claim; `replaces` and `replaced_by` are numbers
    of letters; `sha256` is of what is kept of it; whoever has the PDF can check it at the receipt's page."""

    id: str
    kind: Annotated[str, coded("letter_kinds")]
    title: Title
    number: str
    dated_at: datetime
    claim_version: int
    to: str
    copies: list[str]
    replaces: str | None
    replaced_by: str | None
    sha256: str
    receipt: ReceiptAnswer


class LettersAnswer(BaseModel):
    """Those that were issued, the latest first."""

    case_number: str
    items: list[LetterAnswer]


def letter_routes(desk: LetterDesk) -> APIRouter:
    router = APIRouter(tags=["claims"])

    @router.get(
        "/v1/claims/{case_number}/letters",
        summary="The letters that were issued for a claim",
        response_model=LettersAnswer,
        responses={**_MERGED, **refusals(404, 503)},
        **secured("claims.read"),
    )
    async def listed(caller: Caller, case_number: CaseNumber) -> Response:
        """A request for completion, the conclusion, and the benefit, each issued by what makes it. What changes later
        makes another letter, which says which one it replaces."""
        merged_into, letters = await desk.listed(caller, case_number)
        if merged_into is not None:
            return moved_to(merged_into, "/letters")
        return json_response({"case_number": case_number, "items": letters})

    @router.get(
        "/v1/claims/{case_number}/letters/{letter}",
        summary="One letter of a claim as PDF",
        response_class=PdfResponse,
        responses={**_PDF, **_MERGED, **refusals(404, 409, 422, 503)},
        **secured("claims.read"),
    )
    async def letter(
        caller: Caller, case_number: CaseNumber, letter: WantedLetter, lang: Language = "id", copy: CopyFor = ""
    ) -> Response:
        """As it was issued: the same bytes whenever it is asked for. 409 `letter.nothing-to-write` when none of this
        kind was issued. `lang=en` is a translation; a copy leaves out what is only for the addressee."""
        opened = await desk.opened(caller, case_number, letter, copy, lang)
        if isinstance(opened, str):
            return moved_to(opened, f"/letters/{letter}?{urlencode({'lang': lang, 'copy': copy})}")
        return await desk.pdf(opened)

    return router
