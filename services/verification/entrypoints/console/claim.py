"""One claim: everything the four parties said, what is missing and contradicts, and what a verifier does about it."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from services.verification.application.accept_first_alert import accept_first_alert
from services.verification.application.annotate import add_note, assign_claim
from services.verification.application.console_people import DECIDERS, READERS
from services.verification.application.console_queue import QueueFilter, Spectator
from services.verification.application.decide import DecisionRequest, take_decision
from services.verification.application.relate import join_claims, split_claim
from services.verification.application.settle_findings import dismiss_flag, resolve_discrepancy
from services.verification.application.workplace import Person, Workplace
from services.verification.entrypoints.console.claim_matters import matter_routes
from services.verification.entrypoints.console.claim_sheet import CaseNumber, act_on_claim, show_claim
from services.verification.entrypoints.console.fields import rupiah_in
from services.verification.entrypoints.console.frame import Console, signed_in
from services.verification.entrypoints.console.letters import letter_page_routes
from services.verification.entrypoints.console.papers import paper_routes
from services.verification.entrypoints.console.queue import QueueDesk, position_of, while_signed_in
from services.verification.entrypoints.console.tracking_code import tracking_code_routes
from shared.errors import Refusal
from shared.web.door import page
from shared.web.pages.forms import Form, PageForm

_LIVE = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def claim_page_routes(desk: QueueDesk) -> APIRouter:
    router = APIRouter()
    _add_reading(router, desk)
    router.routes.extend(paper_routes(desk.console).routes)
    router.routes.extend(letter_page_routes(desk.console).routes)
    _add_deciding(router, desk.console)
    _add_notes(router, desk.console)
    _add_findings(router, desk.console)
    _add_relations(router, desk.console)
    router.routes.extend(matter_routes(desk.console).routes)
    router.routes.extend(tracking_code_routes(desk.console).routes)
    return router


def _add_reading(router: APIRouter, desk: QueueDesk) -> None:
    console = desk.console

    @router.get("/console/claims/{case_number}", **page(*READERS))
    async def claim(request: Request, case_number: CaseNumber) -> Response:
        return await show_claim(console, request, case_number)

    @router.post("/console/claims/{case_number}/identity", **page(*READERS))
    async def reveal(request: Request, case_number: CaseNumber, form: Form) -> Response:
        """Who it is, in full; that somebody asked is in the audit log."""
        return await show_claim(console, request, case_number, revealed=True)

    @router.get("/console/claims/{case_number}/live", **page(*READERS))
    async def live(request: Request, case_number: CaseNumber) -> Response:
        """Tells that this claim has changed."""
        visitor, wanted = signed_in(request), QueueFilter(q=case_number, everything=True)
        language, position = console.pages.language(request), position_of(request)
        told = desk.live.follow(Spectator(language, wanted, visitor.id, frozenset({case_number}), position))
        first = await anext(told)
        lasting = while_signed_in(console, visitor.session, first, told)
        return StreamingResponse(lasting, media_type="text/event-stream", headers=_LIVE)


def _add_deciding(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/decisions", **page(*DECIDERS))
    async def decide(request: Request, case_number: CaseNumber, form: Form) -> Response:
        """Under the decision version that the page showed: what changed meanwhile in what matters refuses it."""
        kind = form.required("decision")

        async def work(place: Workplace, person: Person) -> None:
            asked = DecisionRequest(
                kind,
                form.text("outcome") if kind == "conclude" else None,
                rupiah_in(form) if kind == "approve_benefit" else None,
                form.text("reason_code", length_max=200),
                form.text("reason"),
                form.text("legal_basis", length_max=200),
            )
            await take_decision(place, case_number, _seen(form), person, asked)

        return await act_on_claim(console, request, case_number, f"claim.{kind.replace('_', '-')[:40]}", work, form)


def _seen(form: PageForm) -> int:
    text = form.text("seen", length_max=18) or ""
    if not text.isascii() or not text.isdigit():
        raise Refusal("claim.version", "Open the claim again and decide there.")
    return int(text)


def _add_notes(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/notes", **page(*DECIDERS))
    async def note(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await add_note(place, case_number, person, form.required("text"))

        return await act_on_claim(console, request, case_number, "claim.note", work, form)

    @router.post("/console/claims/{case_number}/assignment", **page(*DECIDERS))
    async def assign(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await assign_claim(place, case_number, person.id if form.text("to") == "me" else None)

        return await act_on_claim(console, request, case_number, "claim.assign", work, form)


def _add_findings(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/discrepancies/{discrepancy_id}/resolution", **page(*DECIDERS))
    async def resolve(request: Request, case_number: CaseNumber, discrepancy_id: str, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            keep, reason = form.required("keep", length_max=200), form.required("reason")
            await resolve_discrepancy(place, case_number, discrepancy_id, person, keep, reason)

        return await act_on_claim(console, request, case_number, "claim.resolve-discrepancy", work, form)

    @router.post("/console/claims/{case_number}/flags/{flag_id}/dismissal", **page(*DECIDERS))
    async def dismiss(request: Request, case_number: CaseNumber, flag_id: str, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await dismiss_flag(place, case_number, flag_id, person, form.required("reason"))

        return await act_on_claim(console, request, case_number, "claim.dismiss-flag", work, form)

    @router.post("/console/claims/{case_number}/first-alert", **page(*DECIDERS))
    async def accept(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await accept_first_alert(place, case_number, person, form.required("reason"))

        return await act_on_claim(console, request, case_number, "claim.accept-first-alert", work, form)


def _add_relations(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/join", **page(*DECIDERS))
    async def join(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await join_claims(place, case_number, form.required("other", length_max=40).upper(), person)

        return await act_on_claim(console, request, case_number, "claim.link", work, form)

    @router.post("/console/claims/{case_number}/split", **page(*DECIDERS))
    async def split(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            await split_claim(place, case_number, form.texts("evidence"), person)

        return await act_on_claim(console, request, case_number, "claim.link", work, form)
