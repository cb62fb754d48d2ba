"""The worker's tracking code, made at the claim's page and shown in that one answer."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.verification.application.annotate import add_note
from services.verification.application.console_people import DECIDERS
from services.verification.application.give_code import give_code
from services.verification.entrypoints.console.claim_sheet import CaseNumber, show_claim
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.console.sent_once import begin_once
from services.verification.entrypoints.http.desk import audit
from services.verification.entrypoints.http.work.acting import begun_again
from shared.errors import SimpulError
from shared.web.door import page
from shared.web.pages.forms import Form


def tracking_code_routes(console: Console) -> APIRouter:
    router = APIRouter()

    @router.post("/console/claims/{case_number}/tracking-code", **page(*DECIDERS))
    async def give(request: Request, case_number: CaseNumber, form: Form) -> Response:
        """The form sent again makes no other code and shows none. Why it was given is kept as a note."""
        caller, person, counter = console.caller(request), console.person(request), console.counter
        made: list[str] = []

        async def attempt() -> Response:
            made.clear()
            async with counter.database.transaction(caller.org) as transaction:

                async def work() -> None:
                    reason = form.required("reason", length_max=200)
                    note = f"Kode pelacakan baru: {reason}"
                    await add_note(counter.workplace(transaction), case_number, person, note)
                    code, _ = await give_code(counter.workplace(transaction), case_number)
                    await audit(transaction, caller, "tracking-code.give", case_number, officer=person.id)
                    made.append(code)

                await begin_once(console, request, form, transaction, work)
            return RedirectResponse(f"/console/claims/{case_number}", status_code=303)

        try:
            seen_before = await begun_again(attempt)
        except SimpulError as error:
            return await show_claim(console, request, case_number, error=error, entered=form)
        return await show_claim(console, request, case_number, new_code=made[0]) if made else seen_before

    return router
