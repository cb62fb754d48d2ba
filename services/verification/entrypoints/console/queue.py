"""The work queue: the most urgent first, live, narrowed, searched, assigned, asked for completion in bulk, exported."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from services.verification.application.annotate import assign_claim
from services.verification.application.console_people import DECIDERS, READERS, ROLES
from services.verification.application.console_queue import (
    MINE,
    REAL,
    UNASSIGNED,
    KeptFilters,
    LiveQueue,
    QueueClaim,
    QueueFilter,
    QueuePage,
    Spectator,
    row_of,
)
from services.verification.application.decide import DecisionRequest, take_decision
from services.verification.domain.stance import REQUEST_COMPLETION
from services.verification.entrypoints.console.frame import Console, home_of, signed_in
from services.verification.entrypoints.console.queue_filters import SEARCH_LENGTH_MAX, filter_of, query_of
from services.verification.entrypoints.http.desk import audit
from shared.errors import Refusal, SimpulError
from shared.regulation.codes import CODE_LISTS
from shared.regulation.provinces import PROVINCES
from shared.web.door import page
from shared.web.pages.catalogues import N_
from shared.web.pages.forms import Form, PageForm

_POSITION_MAX = 2**63 - 1
_EXPORT_ROWS_MAX = 5_000
_EXPORTED = (
    "case_number", "state", "waiting_on", "reason", "due_at", "employer", "province", "occurred_at", "flags",
    "discrepancies", "assigned_to",
)  # fmt: skip
BULK_MAX = 50
_LIVE = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
# The views that everybody has.
_VIEWS = (
    (N_("BPJS's turn"), QueueFilter(waiting_on="bpjs")),
    (N_("My claims"), QueueFilter(assigned=MINE)),
    (N_("Unassigned"), QueueFilter(assigned=UNASSIGNED)),
    (N_("Overdue"), QueueFilter(overdue=True)),
    (N_("All open"), QueueFilter()),
)


@dataclass(frozen=True)
class QueueDesk:
    """What the queue's pages work with."""

    console: Console
    live: LiveQueue
    kept: KeptFilters

    def wanted(self, request: Request) -> QueueFilter:
        return filter_of(request.query_params, self.console.counter.sealer)

    def query(self, wanted: QueueFilter, **more: str) -> str:
        return query_of(wanted, self.console.counter.sealer, **more)

    def terms(self, wanted: QueueFilter) -> list[str] | None:
        """Everything that a search may mean."""
        if not wanted.q:
            return None
        return [*self.console.counter.search_terms(wanted.q), wanted.q.strip().upper()]

    def row(self, claim: QueueClaim) -> dict[str, Any]:
        return row_of(claim, self.console.counter.clock.now(), self.console.counter.counting)


def queue_routes(desk: QueueDesk) -> APIRouter:
    router = APIRouter()
    _add_pages(router, desk)
    _add_live(router, desk)
    _add_acts(router, desk)
    _add_export(router, desk)
    return router


def _add_pages(router: APIRouter, desk: QueueDesk) -> None:
    @router.get("/console", **page(*ROLES))
    async def queue(request: Request) -> Response:
        role = signed_in(request).role
        if role not in READERS:
            return RedirectResponse(home_of(role), status_code=303)
        return await _shown(desk, request)

    @router.post("/console/search", **page(*READERS))
    async def search(request: Request, form: Form) -> Response:
        q = form.text("q", length_max=SEARCH_LENGTH_MAX)
        wanted = QueueFilter(q=q, everything=bool(q))
        if q is not None:
            found = await _found(desk, request, wanted, None, 2)
            if len(found.claims) == 1:
                return RedirectResponse(f"/console/claims/{found.claims[0].case_number}", status_code=303)
        return RedirectResponse(f"/console?{desk.query(wanted)}", status_code=303)


async def _found(desk: QueueDesk, request: Request, wanted: QueueFilter, cursor: str | None, limit: int) -> QueuePage:
    counter, caller = desk.console.counter, desk.console.caller(request)
    async with counter.database.transaction(caller.org) as transaction:
        reader = desk.console.open_queue(transaction)
        found = await reader.page(wanted, caller.subject, desk.terms(wanted), counter.clock.now(), cursor, limit)
        await audit(transaction, caller, "claims.list", "", officer=caller.subject, count=len(found.claims))
    return found


async def _shown(desk: QueueDesk, request: Request, *, told: list[tuple[str, str]] | None = None) -> Response:
    console, wanted, visitor = desk.console, desk.wanted(request), signed_in(request)
    async with console.counter.database.transaction(console.counter.settings.console_org) as transaction:
        position = await console.open_queue(transaction).head()
    cursor = request.query_params.get("cursor")
    found = await _found(desk, request, wanted, cursor, console.counter.settings.console_page_rows)
    views = [(name, view, desk.query(view), view == wanted) for name, view in _VIEWS]
    kept = [(each, desk.query(each.wanted), each.wanted == wanted) for each in await desk.kept.of(visitor.id)]
    part = request.headers.get("hx-request") == "true"
    return console.page(
        request,
        "console/queue_table.html" if part else "console/queue.html",
        here="/console",
        rows=[desk.row(claim) for claim in found.claims],
        wanted=wanted,
        views=views,
        kept=kept,
        lists=CODE_LISTS,
        provinces=PROVINCES.values(),
        query=desk.query(wanted),
        live=f"/console/live?{desk.query(wanted, after=str(position))}",
        next_page=found.next_cursor and f"/console?{desk.query(wanted, cursor=found.next_cursor)}",
        may_decide=visitor.role in DECIDERS,
        told=told,
    )


def _add_live(router: APIRouter, desk: QueueDesk) -> None:
    @router.get("/console/live", **page(*READERS))
    async def live(request: Request) -> Response:
        wanted, visitor = desk.wanted(request), signed_in(request)
        terms = desk.terms(wanted)
        spectator = Spectator(
            desk.console.pages.language(request),
            wanted,
            visitor.id,
            None if terms is None else frozenset(terms),
            position_of(request),
        )
        told = desk.live.follow(spectator)
        # The first item is taken here, so that a refusal still has its own status.
        first = await anext(told)
        lasting = while_signed_in(desk.console, visitor.session, first, told)
        return StreamingResponse(lasting, media_type="text/event-stream", headers=_LIVE)


async def while_signed_in(
    console: Console, session: str, first: bytes, told: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """A heartbeat asks whether the session lasts; an open queue alone does not keep it."""
    yield first
    async for item in told:
        if item == b":\n\n" and not await console.lasts(session):
            return
        yield item


def position_of(request: Request) -> int:
    text = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not text.isascii() or not text.isdigit() or int(text[:20]) > _POSITION_MAX:
        raise Refusal("queue.position", "This is not a position of the queue.")
    return int(text)


def _add_acts(router: APIRouter, desk: QueueDesk) -> None:
    @router.post("/console/assignment", **page(*DECIDERS))
    async def assign(request: Request, form: Form) -> Response:
        """Take claims, or give them back."""
        officer = signed_in(request).id if form.text("to") == "me" else None
        for case_number, _ in _chosen(form):
            await _assign(desk, request, case_number, officer)
        return RedirectResponse(_back(form), status_code=303)

    @router.post("/console/completion", **page(*DECIDERS))
    async def completion(request: Request, form: Form) -> Response:
        """Ask for completion of many claims at once; each under the decision version that was seen."""
        reason = form.required("reason")
        told: list[tuple[str, str]] = []
        for case_number, seen in _chosen(form):
            try:
                await _ask(desk, request, case_number, seen, reason)
                told.append((case_number, ""))
            except SimpulError as error:
                told.append((case_number, error.detail))
        return desk.console.page(request, "console/bulk_told.html", here="/console", told=told, back=_back(form))

    @router.post("/console/filters", **page(*READERS))
    async def keep(request: Request, form: Form) -> Response:
        wanted = filter_of(dict(_parsed(form.text("query") or "")), desk.console.counter.sealer)
        await desk.kept.keep(signed_in(request).id, form.required("name", length_max=60), wanted)
        return RedirectResponse(f"/console?{desk.query(wanted)}", status_code=303)

    @router.post("/console/filters/{filter_id}/removal", **page(*READERS))
    async def forget(request: Request, filter_id: str, form: Form) -> Response:
        await desk.kept.forget(signed_in(request).id, filter_id)
        return RedirectResponse("/console", status_code=303)


async def _assign(desk: QueueDesk, request: Request, case_number: str, officer: str | None) -> None:
    counter, caller = desk.console.counter, desk.console.caller(request)
    async with counter.database.transaction(caller.org) as transaction:
        await assign_claim(counter.workplace(transaction), case_number, officer)
        await audit(transaction, caller, "claim.assign", case_number, officer=caller.subject)


async def _ask(desk: QueueDesk, request: Request, case_number: str, seen: int, reason: str) -> None:
    counter, caller = desk.console.counter, desk.console.caller(request)
    asked = DecisionRequest(REQUEST_COMPLETION, None, None, None, reason, None)
    async with counter.database.transaction(caller.org) as transaction:
        place = counter.workplace(transaction)
        decision, _ = await take_decision(place, case_number, seen, desk.console.person(request), asked)
        await audit(
            transaction,
            caller,
            "claim.request-completion",
            case_number,
            officer=caller.subject,
            decision_id=decision.id,
        )


def _chosen(form: PageForm) -> list[tuple[str, int]]:
    """The claims that were ticked, each with the decision version it was seen at."""
    chosen = []
    for text in form.texts("claim")[: BULK_MAX + 1]:
        case_number, _, seen = text.partition("|")
        if not seen.isascii() or not seen.isdigit() or len(seen) > 18:
            raise Refusal("queue.choice", "Choose claims from the list.")
        chosen.append((case_number, int(seen)))
    if not 0 < len(chosen) <= BULK_MAX:
        raise Refusal("queue.choice", "Choose between one and fifty claims from the list.")
    return chosen


def _parsed(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, max_num_fields=20)


def _back(form: PageForm) -> str:
    query = form.text("query") or ""
    return f"/console?{query}" if query else "/console"


def _add_export(router: APIRouter, desk: QueueDesk) -> None:
    @router.get("/console/export.csv", **page(*READERS))
    async def export(request: Request) -> Response:
        """The queue as narrowed, without names and numbers of people, and without test claims unless it is narrowed
        to them."""
        console, caller = desk.console, desk.console.caller(request)
        wanted = desk.wanted(request)
        wanted = replace(wanted, test=wanted.test or REAL)
        found = await _found(desk, request, wanted, None, _EXPORT_ROWS_MAX)
        async with console.counter.database.transaction(caller.org) as transaction:
            await audit(transaction, caller, "claims.export", "", officer=caller.subject, count=len(found.claims))
        text = _as_csv([desk.row(claim) for claim in found.claims], console.pages.language(request))
        headers = {"Content-Disposition": 'attachment; filename="simpul-queue.csv"'}
        return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


def _as_csv(rows: list[dict[str, Any]], language: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_EXPORTED)
    for row in rows:
        told = {
            **row,
            "reason": row["reason"][language] if row["reason"] else "",
            "due_at": row["due"]["due_at"] if row["due"] else "",
            "employer": (row["employer"] or {}).get("name"),
            "flags": "; ".join(flag[language] for flag in row["flags"]),
        }
        writer.writerow([_plain(told[name] or "") for name in _EXPORTED])
    return out.getvalue()


def _plain(cell: object) -> str:
    """A spreadsheet takes what begins so for a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
