"""The letters of a claim: read at a page of their own, and as PDF."""

from fastapi import APIRouter, Request, Response

from services.verification.application.console_people import DECIDERS, READERS
from services.verification.application.issue_again import issue_again
from services.verification.application.issue_letters import letter_document
from services.verification.application.letter_paper import Language
from services.verification.application.letters import KINDS
from services.verification.application.workplace import Person, Workplace
from services.verification.entrypoints.console.claim_sheet import CaseNumber, act_on_claim
from services.verification.entrypoints.console.fields import code_in
from services.verification.entrypoints.console.frame import Console, signed_in
from services.verification.entrypoints.http.letter_desk import Opened
from services.verification.entrypoints.http.letters import CopyFor, WantedLetter
from shared.errors import NotFound
from shared.web.door import page
from shared.web.pages.forms import Form


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
        return console.page(
            request,
            "console/letter.html",
            here="/console",
            case_number=case_number,
            letter=letter_document(found.letter, found.known, console.counter.letter_check),
            opened=found,
            may_decide=signed_in(request).role in DECIDERS,
        )

    @router.post("/console/claims/{case_number}/letters", **page(*DECIDERS))
    async def issue(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            kind = code_in(form, "kind", tuple(KINDS))
            await issue_again(place, case_number, person, kind, form.required("reason", length_max=200))

        return await act_on_claim(console, request, case_number, "letter.issue", work, form)

    return router
