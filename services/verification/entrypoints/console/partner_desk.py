"""What the parts of the Partners page share: how it is shown, and in whose name something is changed there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path, Request, Response

from services.verification.application.hub_operations import HubOperations
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.console.partner_forms import FIELDS, KINDS, unread
from services.verification.entrypoints.console.partner_runs import newest_runs
from services.verification.entrypoints.console.sent_once import UNDER_WAY, begin_once
from services.verification.entrypoints.http.desk import audit
from shared.errors import Conflict, SimpulError
from shared.web.pages.forms import PageForm

PARTNERS = "/console/partners"
ClientId = Annotated[str, Path(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._-]+$")]

_ORDER = {"requested": 0, "active": 1}


@dataclass(frozen=True)
class PartnerDesk:
    """The console as a client of the registry."""

    console: Console
    hub: HubOperations

    async def changed(self, request: Request, client_id: str, path: tuple[str, ...], **body: Any) -> Response:
        """Done below `/v1/clients/{client_id}` in the person's name, and back to the list."""
        try:
            await self.hub.change_client(client_id, path, {"officer": self.console.officer(request), **body})
        except SimpulError as error:
            return await self.shown(request, error=error)
        return await self.done(request, f"partners.{path[-1]}", client_id)

    async def once(
        self, request: Request, form: PageForm, action: str, act: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any] | None:
        """What `act()` answers (with a `client_id`), written down; None when this very form was sent before. Nothing of
        the answer is kept: credentials are shown to nobody a second time. Raises as `act` does."""
        made: list[dict[str, Any]] = []
        caller, counter = self.console.caller(request), self.console.counter

        async def attempt() -> None:
            made.append(await act())
            await audit(transaction, caller, action, made[0]["client_id"], officer=caller.subject)

        try:
            async with counter.database.transaction(caller.org) as transaction:
                await begin_once(self.console, request, form, transaction, attempt)
        except Conflict as error:
            # The button was pressed twice: the first is being done.
            if error.code != UNDER_WAY:
                raise
        return made[0] if made else None

    async def done(self, request: Request, action: str, client_id: str) -> Response:
        """Written down, and back to the list, there to the client."""
        await self.console.audited(request, action, client_id)
        return self.console.after(request, f"{PARTNERS}#c-{client_id}")

    async def shown(
        self,
        request: Request,
        *,
        error: SimpulError | None = None,
        filled: PageForm | None = None,
        made: dict[str, Any] | None = None,
        added: dict[str, Any] | None = None,
        credentials: str | None = None,
    ) -> Response:
        """The list; `made` or `added` is what has just been registered, with `credentials` to be shown this once."""
        found = await self.hub.clients()
        waiting = [client["org"] for client in found.items if client["status"] == "requested"]
        return self.console.page(
            request,
            "console/partners.html",
            here=PARTNERS,
            error=error,
            status=201 if made or added else 200,
            clients=sorted(found.items, key=lambda client: (_ORDER.get(client["status"], 9), client["org"])),
            silent=dict(found.silent),
            kinds=KINDS,
            unread=unread,
            runs=await newest_runs(self.hub, waiting),
            filled={name: filled.typed(name) if filled else "" for name in FIELDS},
            made=made,
            added=added,
            credentials=credentials,
        )
