"""The letters of a claim: read at a page of their own, and as PDF."""

from fastapi import APIRouter, Request, Response

from services.verification.application.console_people import READERS
from services.verification.application.issue_letters import letters_document
from services.verification.application.letter_paper import Language
from services.verification.entrypoints.console.claim_sheet import CaseNumber
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.http.letter_desk import Opened
from services.verification.entrypoints.http.letters import CopyFor, WantedLetter
from shared.errors import NotFound
from shared.web.door import page


def letter_page_routes(console: Console) -> APIRouter:
    router = APIRouter()

    async def opened(request: Request, case_number: str, letter: str, lang: Language, copy: str) -> Opened:
        """It names the worker, so that the looking is recorded."""
        caller = console.caller(request)
        found = await console.letters.opened(caller, case_number, letter, copy, lang, officer=caller.subject)
        if isinstance(found, str):
            raise NotFound("letter.merged", "This claim was merged; open the one that stands for it.")
        return found

    # Before the page, whose address it fits too.
    @router.get("/console/claims/{case_number}/letters/{letter}.pdf", **page(*READERS))
    async def print_letter(
        request: Request, case_number: CaseNumber, letter: WantedLetter, lang: Language = "id", copy: CopyFor = ""
    ) -> Response:
        return await console.letters.pdf(await opened(request, case_number, letter, lang, copy))

    @router.get("/console/claims/{case_number}/letters/{letter}", **page(*READERS))
    async def read_letter(
        request: Request, case_number: CaseNumber, letter: WantedLetter, lang: Language = "id", copy: CopyFor = ""
    ) -> Response:
        found = await opened(request, case_number, letter, lang, copy)
        (told,) = letters_document([found.letter], console.counter.letter_check)
        return console.page(
            request, "console/letter.html", here="/console", case_number=case_number, letter=told, opened=found
        )

    return router
