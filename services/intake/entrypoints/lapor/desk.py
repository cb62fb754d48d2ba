"""What the pages for reporting work with: the draft of this telephone, and how often somebody may try."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.application.public_report import PUBLIC_CHANNEL, Draft, Drafts
from services.intake.entrypoints.http.desk import Desk
from services.intake.settings import IntakeSettings
from shared.postgres.database import Transaction
from shared.web.pages.cookies import cookie, set_token
from shared.web.pages.rendering import Pages
from shared.web.throttle import Throttle

START = "/lapor"
_COOKIE = "lapor"


@dataclass(frozen=True)
class ReportPages:
    """`open_drafts` gives the drafts on an open transaction."""

    desk: Desk
    pages: Pages
    throttle: Throttle
    settings: IntakeSettings
    open_drafts: Callable[[Transaction], Drafts]

    def token(self, request: Request) -> str | None:
        """This telephone's token."""
        return cookie(request, _COOKIE)

    def remember(self, response: Response, token: str) -> None:
        seconds = self.settings.lapor_draft_days * 86_400
        set_token(response, _COOKIE, token, secure=self.pages.secure, seconds=seconds, path=START)

    def forget(self, response: Response) -> None:
        response.delete_cookie(_COOKIE, path=START)

    async def draft(self, request: Request) -> Draft | None:
        """What this telephone has written so far, None when it has not begun."""
        token = self.token(request)
        if token is None:
            return None
        async with self.desk.database.transaction(PUBLIC_CHANNEL) as transaction:
            return await self.open_drafts(transaction).draft(token, self.desk.office.clock.now())

    def page(self, request: Request, template: str, *, status: int = 200, **shown: Any) -> Response:
        settings = self.settings
        told = {"status_page_url": settings.status_page_url, "draft_days": settings.lapor_draft_days, **shown}
        return self.pages.page(request, template, status=status, **told)


def to(path: str) -> Response:
    """On to another page, so that reloading it repeats nothing."""
    return RedirectResponse(path, 303)
