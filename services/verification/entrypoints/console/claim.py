"""One claim: everything the four parties said, what is missing and contradicts, and what a verifier does about it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from services.verification.application.accept_first_alert import accept_first_alert
from services.verification.application.annotate import add_note, assign_claim
from services.verification.application.console_claim import (
    ClaimFile,
    comparison,
    decisions_for,
    first_approval_of,
    history_of,
    notes_of,
    persons_of,
)
from services.verification.application.console_people import DECIDERS, READERS
from services.verification.application.console_queue import QueueFilter, Spectator, about_of, due_of
from services.verification.application.decide import DecisionRequest, take_decision
from services.verification.application.relate import join_claims, split_claim
from services.verification.application.settle_findings import dismiss_flag, resolve_discrepancy
from services.verification.application.workplace import Person, Workplace
from services.verification.entrypoints.console.claim_words import SEEN_BY, WHAT
from services.verification.entrypoints.console.frame import Console, signed_in
from services.verification.entrypoints.console.papers import paper_routes
from services.verification.entrypoints.console.queue import QueueDesk, position_of, while_signed_in
from services.verification.entrypoints.http.desk import audit
from services.verification.entrypoints.http.work.acting import RUPIAH_MAX, begun_again
from shared.errors import Problem, Refusal, SimpulError
from shared.identifiers import WIB, zone_of
from shared.regulation.codes import CODE_LISTS
from shared.web.door import page
from shared.web.pages.forms import Form, PageForm
from shared.web.problem import status_of

CaseNumber = Annotated[str, Path(max_length=40)]
Work = Callable[[Workplace, Person], Awaitable[Any]]
_LIVE = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def claim_page_routes(desk: QueueDesk) -> APIRouter:
    router = APIRouter()
    _add_reading(router, desk)
    router.routes.extend(paper_routes(desk.console).routes)
    _add_deciding(router, desk.console)
    _add_notes(router, desk.console)
    _add_findings(router, desk.console)
    _add_relations(router, desk.console)
    return router


def _add_reading(router: APIRouter, desk: QueueDesk) -> None:
    console = desk.console

    @router.get("/console/claims/{case_number}", **page(*READERS))
    async def claim(request: Request, case_number: CaseNumber) -> Response:
        return await _shown(console, request, case_number)

    @router.post("/console/claims/{case_number}/identity", **page(*READERS))
    async def reveal(request: Request, case_number: CaseNumber, form: Form) -> Response:
        """Who it is, in full; that somebody asked is in the audit log."""
        return await _shown(console, request, case_number, revealed=True)

    @router.get("/console/claims/{case_number}/live", **page(*READERS))
    async def live(request: Request, case_number: CaseNumber) -> Response:
        """Tells that this claim has changed."""
        visitor, wanted = signed_in(request), QueueFilter(q=case_number, everything=True)
        language, position = console.pages.language(request), position_of(request)
        told = desk.live.follow(Spectator(language, wanted, visitor.id, frozenset({case_number}), position))
        first = await anext(told)
        lasting = while_signed_in(console, visitor.session, first, told)
        return StreamingResponse(lasting, media_type="text/event-stream", headers=_LIVE)


async def _shown(
    console: Console,
    request: Request,
    case_number: str,
    *,
    revealed: bool = False,
    error: SimpulError | None = None,
    entered: PageForm | None = None,
) -> Response:
    caller, counter = console.caller(request), console.counter
    async with counter.database.transaction(caller.org) as transaction:
        position = await console.open_queue(transaction).head()
        file = await console.open_claims(transaction).file(case_number)
        action = "claim.reveal-identity" if revealed else "claim.read"
        await audit(transaction, caller, action, case_number, officer=caller.subject)
    if file.merged_into is not None:
        return RedirectResponse(f"/console/claims/{file.merged_into}", status_code=303)
    shown = _parts(console, file, revealed=revealed)
    return console.page(
        request,
        "console/claim.html",
        here="/console",
        status=status_of(error) if error else 200,
        claim=file.document,
        revealed=revealed,
        live=f"/console/claims/{case_number}/live?after={position}",
        may_decide=signed_in(request).role in DECIDERS,
        error=error,
        entered=entered.text if entered else lambda _: None,
        done=request.query_params.get("done") if error is None else None,
        **shown,
    )


def _parts(console: Console, file: ClaimFile, *, revealed: bool) -> dict[str, Any]:
    document, counter = file.document, console.counter
    region = document["region_code"]
    reason, _, about = (document["waiting_reason"] or "").partition(":")
    return {
        "waits_about": about_of(reason, about),
        "due": due_of(document, counter.clock.now(), counter.counting),
        "zone": zone_of(region) if region else WIB,
        "persons": persons_of(file, revealed=revealed),
        "compared": comparison(file, revealed=revealed),
        "sources": {piece["id"]: piece["kind"] for piece in document["evidence"]},
        "history": history_of(file),
        "notes": notes_of(file),
        "papers": file.papers,
        "papers_shown": console.papers is not None,
        "decisions": decisions_for(document["state"]),
        "conclusions": [code.code for code in CODE_LISTS["conclusions"]],
        "first_approval": first_approval_of(file),
        "rejectable": [item for item in document["checklist"] if item["state"] == "provided"],
        "four_eyes_rupiah": counter.settings.four_eyes_rupiah,
        "words": WHAT,
        "seen_by": SEEN_BY,
    }


async def _acted(
    console: Console, request: Request, case_number: str, action: str, work: Work, form: PageForm
) -> Response:
    """Do it, leave a row in the audit log and show the claim again; a refusal is told above it, with what was typed."""
    caller, person, counter = console.caller(request), console.person(request), console.counter

    async def attempt() -> Response:
        async with counter.database.transaction(caller.org) as transaction:
            await work(counter.workplace(transaction), person)
            await audit(transaction, caller, action, case_number, officer=person.id)
        return RedirectResponse(f"/console/claims/{case_number}?done={action}", status_code=303)

    try:
        return await begun_again(attempt)
    except SimpulError as error:
        return await _shown(console, request, case_number, error=error, entered=form)


def _add_deciding(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/decisions", **page(*DECIDERS))
    async def decide(request: Request, case_number: CaseNumber, form: Form) -> Response:
        """Under the decision version that the page showed: what changed meanwhile in what matters refuses it."""
        kind = form.required("decision")

        async def work(place: Workplace, person: Person) -> None:
            asked = DecisionRequest(
                kind,
                form.text("outcome") if kind == "conclude" else None,
                _rupiah(form) if kind == "approve_benefit" else None,
                form.text("reason_code", length_max=200),
                form.text("reason"),
                form.text("legal_basis", length_max=200),
            )
            await take_decision(place, case_number, _seen(form), person, asked)

        return await _acted(console, request, case_number, f"claim.{kind.replace('_', '-')[:40]}", work, form)


def _seen(form: PageForm) -> int:
    text = form.text("seen", length_max=18) or ""
    if not text.isascii() or not text.isdigit():
        raise Refusal("claim.version", "Open the claim again and decide there.")
    return int(text)


def _rupiah(form: PageForm) -> int | None:
    """As people write it: `24.000.000`, `Rp 24,000,000`."""
    text = form.text("amount", length_max=30)
    if text is None:
        return None
    digits = text.removeprefix("Rp").replace(".", "").replace(",", "").replace("\xa0", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or int(digits) > RUPIAH_MAX:
        raise Refusal(
            "claim.amount", "This is no amount in rupiah.", [Problem("/amount", "invalid", "Write whole rupiah.")]
        )
    return int(digits)


def _add_notes(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/notes", **page(*DECIDERS))
    async def note(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await add_note(place, case_number, person, form.required("text"))

        return await _acted(console, request, case_number, "claim.note", work, form)

    @router.post("/console/claims/{case_number}/assignment", **page(*DECIDERS))
    async def assign(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await assign_claim(place, case_number, person.id if form.text("to") == "me" else None)

        return await _acted(console, request, case_number, "claim.assign", work, form)


def _add_findings(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/discrepancies/{discrepancy_id}/resolution", **page(*DECIDERS))
    async def resolve(request: Request, case_number: CaseNumber, discrepancy_id: str, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            keep, reason = form.required("keep", length_max=200), form.required("reason")
            await resolve_discrepancy(place, case_number, discrepancy_id, person, keep, reason)

        return await _acted(console, request, case_number, "claim.resolve-discrepancy", work, form)

    @router.post("/console/claims/{case_number}/flags/{flag_id}/dismissal", **page(*DECIDERS))
    async def dismiss(request: Request, case_number: CaseNumber, flag_id: str, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await dismiss_flag(place, case_number, flag_id, person, form.required("reason"))

        return await _acted(console, request, case_number, "claim.dismiss-flag", work, form)

    @router.post("/console/claims/{case_number}/first-alert", **page(*DECIDERS))
    async def accept(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await accept_first_alert(place, case_number, person, form.required("reason"))

        return await _acted(console, request, case_number, "claim.accept-first-alert", work, form)


def _add_relations(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/join", **page(*DECIDERS))
    async def join(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await join_claims(place, case_number, form.required("other", length_max=40).upper(), person)

        return await _acted(console, request, case_number, "claim.link", work, form)

    @router.post("/console/claims/{case_number}/split", **page(*DECIDERS))
    async def split(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await split_claim(place, case_number, form.texts("evidence"), person)

        return await _acted(console, request, case_number, "claim.link", work, form)
