"""Letters to the worker, read on a telephone or saved as PDF, while the claim is open there."""

from typing import Protocol

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.verification.application.letter_paper import Language
from services.verification.application.worker_status import Followed
from services.verification.entrypoints.http.letter_desk import LetterDesk, Opened
from shared.web.door import page
from shared.web.pages.rendering import Pages


class LetterPages(Protocol):
    """What these routes need of the pages."""

    @property
    def letters(self) -> LetterDesk: ...

    @property
    def pages(self) -> Pages: ...

    async def followed(self, request: Request) -> Followed | None: ...


def letter_routes(here: LetterPages) -> APIRouter:
    router = APIRouter()

    async def opened(request: Request, letter: str) -> Opened | None:
        """In the reader's language, with a row in the log of who looked; None when the visit is over."""
        followed = await here.followed(request)
        language: Language = "en" if here.pages.language(request) == "en" else "id"
        return await here.letters.opened_by_worker(followed, letter, language) if followed else None

    # Before the page, whose address it fits too.
    @router.get("/status/letters/{letter}.pdf", **page())
    async def print_letter(request: Request, letter: str) -> Response:
        found = await opened(request, letter)
        return await here.letters.pdf(found) if found else RedirectResponse("/status", 303)

    @router.get("/status/letters/{letter}", **page())
    async def read_letter(request: Request, letter: str) -> Response:
        found = await opened(request, letter)
        if found is None:
            return RedirectResponse("/status", 303)
        return here.pages.page(request, "status/letter.html", opened=found)

    return router
