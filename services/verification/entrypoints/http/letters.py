"""The letters of a claim."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from services.verification.application.console_claim import ClaimFile, ClaimFiles
from services.verification.application.letter_paper import Language, Office, Printer
from services.verification.application.letters import Letters, known
from services.verification.entrypoints.http.coded import Title, coded
from services.verification.entrypoints.http.desk import CaseNumber, Counter, audit, json_response, moved_to
from shared.postgres.database import Transaction
from shared.web.door import Caller, Principal, secured
from shared.web.openapi import refusals
from shared.web.pages import formats

_MERGED: dict[int | str, dict[str, Any]] = {308: {"description": "Merged; `Location` is the survivor."}}
_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}, "description": "The PDF."}
}
LetterKind = Annotated[str, Path(max_length=40, description="A code of the list `letter_kinds`.")]


class PdfResponse(Response):
    media_type = "application/pdf"


class LetterAnswer(BaseModel):
    kind: Annotated[str, coded("letter_kinds")]
    title: Title
    number: str
    dated_at: datetime


class LettersAnswer(BaseModel):
    """Those that can be written of the claim as it stands."""

    case_number: str
    items: list[LetterAnswer]


@dataclass(frozen=True)
class LetterDesk:
    """Where letters are written; `open_claims` reads on an open transaction."""

    counter: Counter
    letters: Letters
    printer: Printer
    open_claims: Callable[[Transaction], ClaimFiles]

    @classmethod
    def of(cls, counter: Counter, printer: Printer, open_claims: Callable[[Transaction], ClaimFiles]) -> "LetterDesk":
        """With the letterhead of the settings."""
        told = counter.settings
        office = Office(told.letter_office, told.letter_office_lines, told.letter_objection_days)
        return cls(counter, Letters(office, formats, told.four_eyes_rupiah), printer, open_claims)

    async def file(self, caller: Principal, case_number: str, action: str, **detail: Any) -> ClaimFile:
        """The claim, with a row in the audit log; `detail` may name the officer. Raises NotFound."""
        async with self.counter.database.transaction(caller.org) as transaction:
            file = await self.open_claims(transaction).file(case_number)
            await audit(transaction, caller, action, case_number, **detail)
        return file

    async def printed(self, file: ClaimFile, kind: str, language: Language) -> Response:
        """The letter to be shown in place. Raises NotFound, Conflict, Unavailable and TooLarge."""
        letter = self.letters.letter(file, kind, language)
        name = f"{file.document['case_number']}-{kind}-{language}.pdf"
        headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
        return PdfResponse(await self.printer.pdf(letter), headers=headers)


def letter_routes(desk: LetterDesk) -> APIRouter:
    router = APIRouter(tags=["claims"])

    @router.get(
        "/v1/claims/{case_number}/letters",
        summary="The letters that can be written of a claim now",
        response_model=LettersAnswer,
        responses={**_MERGED, **refusals(404, 503)},
        **secured("claims.read"),
    )
    async def listed(caller: Caller, case_number: CaseNumber) -> Response:
        """A request for completion while it is not answered, the conclusion, and the benefit once it is approved."""
        file = await desk.file(caller, case_number, "claim.letters")
        if file.merged_into is not None:
            return moved_to(file.merged_into, "/letters")
        return json_response({"case_number": case_number, "items": desk.letters.listed(file)})

    @router.get(
        "/v1/claims/{case_number}/letters/{kind}",
        summary="One letter of a claim as PDF",
        response_class=PdfResponse,
        responses={**_PDF, **_MERGED, **refusals(404, 409, 422, 503)},
        **secured("claims.read"),
    )
    async def letter(caller: Caller, case_number: CaseNumber, kind: LetterKind, lang: Language = "id") -> Response:
        """Made from the claim as it stands now: it is not kept, and the same letter asked for later may say more. 409
        `letter.nothing-to-write` when the claim has no letter of this kind. `lang=en` is a translation."""
        file = await desk.file(caller, case_number, "claim.letter", letter=known(kind), lang=lang)
        if file.merged_into is not None:
            return moved_to(file.merged_into, f"/letters/{kind}?lang={lang}")
        return await desk.printed(file, kind, lang)

    return router
