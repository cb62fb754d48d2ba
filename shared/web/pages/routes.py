"""The addresses that every service with pages has: assets, and the choice of the language."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.errors import NotFound
from shared.web.door import page
from shared.web.pages.assets import ASSETS_PATH
from shared.web.pages.catalogues import LANGUAGES
from shared.web.pages.cookies import set_language
from shared.web.pages.rendering import Pages


def page_routes(pages: Pages) -> APIRouter:
    router = APIRouter()

    @router.get(ASSETS_PATH + "/{name}", **page())
    async def asset(request: Request, name: str) -> Response:
        return pages.assets.response(request, name)

    @router.get("/language/{language}", **page())
    async def choose_language(language: str, back: str = "/") -> Response:
        if language not in LANGUAGES:
            raise NotFound("not-found", "There is nothing at this address.")
        response = RedirectResponse(own_path(back), status_code=303)
        set_language(response, language, secure=pages.secure)
        return response

    return router


def own_path(wanted: str | None, *, otherwise: str = "/") -> str:
    """A path of this service, never an address elsewhere: `//host` and `/\\host` are addresses to a browser."""
    ours = wanted is not None and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if ours and wanted is not None and wanted.isprintable() and "\\" not in wanted else otherwise
