"""The letters of a claim, to be opened at its page."""

from fastapi import APIRouter, Request, Response

from services.verification.application.console_people import READERS
from services.verification.application.letter_paper import Language
from services.verification.application.letters import known
from services.verification.entrypoints.console.claim_sheet import CaseNumber
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.http.letters import LetterKind
from shared.errors import NotFound
from shared.web.door import page


def letter_page_routes(console: Console) -> APIRouter:
    router = APIRouter()

    @router.get("/console/claims/{case_number}/letters/{kind}.pdf", **page(*READERS))
    async def letter(request: Request, case_number: CaseNumber, kind: LetterKind, lang: Language = "id") -> Response:
        """The PDF. It names the worker, so that the looking is recorded."""
        caller, desk = console.caller(request), console.letters
        detail = {"officer": caller.subject, "letter": known(kind), "lang": lang}
        file = await desk.file(caller, case_number, "claim.letter", **detail)
        if file.merged_into is not None:
            raise NotFound("letter.merged", "This claim was merged; open the one that stands for it.")
        return await desk.printed(file, kind, lang)

    return router
