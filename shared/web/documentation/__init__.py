"""`/docs`: what a service's OpenAPI says, for a developer with a browser. The files are the hub's own, so it reads the
same where no other host can be reached (docs/decisions/0111)."""

from functools import cache
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from shared.web.door import public
from shared.web.pages.assets import Assets

_FOLDER = Path(__file__).parent / "assets"
_FROM_NPM = {
    "swagger-ui.css": ("node_modules/swagger-ui-dist/swagger-ui.css",),
    "swagger-ui.js": ("node_modules/swagger-ui-dist/swagger-ui-bundle.js",),
}
_HEADERS = {
    # Swagger UI writes styles into its own elements; its scripts are files.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def documentation_router(title: str) -> APIRouter:
    """`title` is the service's, in words."""
    router = APIRouter()

    @router.get("/docs", include_in_schema=False, **public())
    async def documentation() -> Response:
        return HTMLResponse(_page(title, _assets()), headers=_HEADERS)

    @router.get("/docs/{name}", include_in_schema=False, **public())
    async def asset(request: Request, name: str) -> Response:
        return _assets().response(request, name)

    return router


@cache
def _assets() -> Assets:
    """Read at the first look: most processes are never asked."""
    return Assets([_FOLDER], _FROM_NPM, path="/docs")


def _page(title: str, assets: Assets) -> str:
    # Without what npm fetches there is still the document itself, which a developer's own tools read.
    loaded = "" if assets.missing else _loading(assets)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}: API</title>
{loaded}
</head>
<body>
<main id="documentation"><p><a href="/openapi.json">OpenAPI</a></p></main>
</body>
</html>
"""


def _loading(assets: Assets) -> str:
    styles = f'<link rel="stylesheet" href="{assets.url("swagger-ui.css")}">'
    scripts = [f'<script src="{assets.url(name)}" defer></script>' for name in ("swagger-ui.js", "documentation.js")]
    return "\n".join((styles, *scripts))
