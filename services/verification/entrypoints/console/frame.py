"""What all pages of the console share: where they stand, who looks, and in whose name things are read and done."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.verification.application.console_claim import ClaimFiles, Papers
from services.verification.application.console_people import OPERATOR, READERS
from services.verification.application.console_queue import QueueReader
from services.verification.application.workplace import Person
from services.verification.entrypoints.http.desk import Counter, audit
from services.verification.entrypoints.http.letter_desk import LetterDesk
from shared.errors import SimpulError, Unauthenticated
from shared.postgres.database import Transaction
from shared.web.pages.catalogues import N_
from shared.web.pages.rendering import Pages, Visitor, visitor_of
from shared.web.problem import status_of
from shared.web.tokens import Principal

FOLDER = Path(__file__).parent
_CONSOLE_CLIENT = "console"

# Path, name, and whose tab it is. The first a role may see is where it begins.
TABS = (
    ("/console", N_("Queue"), READERS),
    ("/console/unmatched", N_("Unmatched"), READERS),
    ("/console/coordination", N_("Coordination"), READERS),
    ("/console/operations", N_("Operations"), (OPERATOR,)),
    ("/console/partners", N_("Partners"), (OPERATOR,)),
    ("/console/notices", N_("Notices"), (OPERATOR,)),
)
_ROLE_NAMES = (N_("verifier"), N_("supervisor"), N_("auditor"), N_("operator"))
del _ROLE_NAMES


@dataclass(frozen=True)
class Console:
    """What every page works with. `open_queue` and `open_claims` read on an open transaction; `lasts` says whether a
    session has not ended, without using it. Without `papers` none can be shown."""

    counter: Counter
    pages: Pages
    open_queue: Callable[[Transaction], QueueReader]
    open_claims: Callable[[Transaction], ClaimFiles]
    letters: LetterDesk
    lasts: Callable[[str], Awaitable[bool]]
    papers: Papers | None = None

    def page(
        self,
        request: Request,
        template: str,
        *,
        here: str = "",
        status: int = 200,
        error: SimpulError | None = None,
        **shown: Any,
    ) -> Response:
        """A page inside the console's frame; `here` is the tab it belongs to. `error` is why something was not done;
        without one the page knows what was (`done`), as the redirect after it says (`after`)."""
        if error is not None:
            status = status_of(error)
        done = _done_in(request) if error is None else None
        framed = {"here": here, "navigation": navigation, "error": error, "done": done}
        return self.pages.page(request, template, status=status, **framed, **shown)

    def after(self, request: Request, path: str, done: str = "1", **told: str) -> Response:
        """On to `path` (perhaps with a `#place`), which may say that something was `done`, and `told` with it. The
        address bears a mark of the session: no link that somebody else made lets a page say so."""
        path, hash_, place = path.partition("#")
        query = urlencode({"done": done, "mark": _mark(signed_in(request), done), **told})
        return RedirectResponse(f"{path}?{query}{hash_}{place}", status_code=303)

    def caller(self, request: Request) -> Principal:
        """The signed-in person as the API knows callers; the audit log names them as the officer."""
        visitor = signed_in(request)
        expires_at = self.counter.clock.now() + timedelta(hours=self.counter.settings.console_session_hours)
        return Principal(_CONSOLE_CLIENT, self.counter.settings.console_org, frozenset(), expires_at, visitor.id)

    def person(self, request: Request) -> Person:
        """In whose name something is done."""
        visitor = signed_in(request)
        return Person(self.counter.settings.console_org, visitor.id, visitor.name)

    def officer(self, request: Request) -> dict[str, str | None]:
        """The same person, as other services of the hub are told who asks."""
        person = self.person(request)
        return {"id": person.id, "name": person.name}

    async def audited(self, request: Request, action: str, object_id: str) -> None:
        """A row of who did what, where the doing was another service's."""
        caller = self.caller(request)
        async with self.counter.database.transaction(caller.org) as transaction:
            await audit(transaction, caller, action, object_id, officer=caller.subject)


def _done_in(request: Request) -> str | None:
    """What was done in this very session, as `after` said it."""
    visitor, asked = visitor_of(request), request.query_params
    done = asked.get("done", "")
    if visitor is None or not hmac.compare_digest(asked.get("mark", "").encode(), _mark(visitor, done).encode()):
        return None
    return done


def _mark(visitor: Visitor, done: str) -> str:
    return hmac.new(visitor.session.encode(), b"simpul done " + done.encode(), hashlib.sha256).hexdigest()


def signed_in(request: Request) -> Visitor:
    """Raises Unauthenticated; the door has seen to it on pages that name roles."""
    visitor = visitor_of(request)
    if visitor is None:
        raise Unauthenticated("session.missing", "Sign in first.")
    return visitor


def navigation(role: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """The tabs of a role."""
    return [tab for tab in TABS if role in tab[2]]


def home_of(role: str) -> str:
    """Where a role begins."""
    return next((path for path, _, roles in TABS if role in roles), "/console/sign-in")
