"""What the pages for employers work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.application.employers import EMPLOYER, Credentials, Issuer, Known
from services.intake.application.import_results import ImportBook, ImportFiles
from services.intake.application.ports import Asker
from services.intake.entrypoints.http.desk import Desk
from services.intake.settings import IntakeSettings
from shared.errors import Unauthenticated
from shared.postgres.database import Transaction
from shared.web.door import page
from shared.web.pages.rendering import Pages, Visitor, visitor_of
from shared.web.throttle import Throttle

HOME = "/perusahaan"
SIGN_IN = f"{HOME}/masuk"
IMPORTS = f"{HOME}/impor"
REPORTS = f"{HOME}/laporan"


class SignIns(Protocol):
    """Sessions of employers."""

    async def begin(self, client: Known, credentials: Credentials, *, instead_of: str | None) -> str:
        """A session under a fresh token, which is answered; `instead_of` ends with it."""
        ...

    async def end(self, token: str) -> None: ...


@dataclass(frozen=True)
class EmployerPages:
    """`open_book` gives the imports of the employer on an open transaction."""

    desk: Desk
    pages: Pages
    sessions: SignIns
    issuer: Issuer
    throttle: Throttle
    settings: IntakeSettings
    files: ImportFiles
    open_book: Callable[[Transaction], ImportBook]

    def page(self, request: Request, template: str, *, status: int = 200, **shown: Any) -> Response:
        return self.pages.page(request, template, status=status, **shown)


def employers_only() -> dict[str, Any]:
    """Route arguments: a signed-in employer."""
    return page(EMPLOYER)


def employer_of(request: Request) -> Visitor:
    """`id` is the client's, `name` its organisation."""
    visitor = visitor_of(request)
    if visitor is None:
        raise Unauthenticated("session.missing", "Sign in first.")
    return visitor


def asker_at(request: Request) -> Asker:
    """In whose name things are done: the registered client's, as through the API."""
    visitor = employer_of(request)
    return Asker(visitor.name, visitor.id)


def to(path: str) -> Response:
    """On to another page, so that reloading it repeats nothing."""
    return RedirectResponse(path, 303)
