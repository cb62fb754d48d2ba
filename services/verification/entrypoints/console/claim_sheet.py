"""The claim's page as all its forms answer it: shown, or shown again with what was refused and what was typed."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Path, Request, Response
from fastapi.responses import RedirectResponse

from services.verification.application.console_claim import (
    ClaimFile,
    comparison,
    decisions_for,
    first_approval_of,
    history_of,
    notes_of,
    persons_of,
)
from services.verification.application.console_matters import matters_of
from services.verification.application.console_people import DECIDERS
from services.verification.application.console_queue import about_of, due_of
from services.verification.application.issue_letters import letters_document
from services.verification.application.matter_receipts import receipts_of_matters
from services.verification.application.received import code_of_paper, codes_of_sources
from services.verification.application.workplace import Person, Workplace
from services.verification.entrypoints.console.claim_words import REFUSED, SEEN_BY, WHAT
from services.verification.entrypoints.console.frame import Console, signed_in
from services.verification.entrypoints.console.sent_once import UNDER_WAY, begin_once
from services.verification.entrypoints.http.desk import audit
from services.verification.entrypoints.http.work.acting import begun_again
from shared.errors import SimpulError
from shared.identifiers import WIB, in_fours, zone_of
from shared.receipts.codes import Receipt, read_code
from shared.receipts.register import Acceptance, given_among
from shared.regulation.codes import CODE_LISTS
from shared.web.pages.forms import PageForm

CaseNumber = Annotated[str, Path(max_length=40)]
Work = Callable[[Workplace, Person], Awaitable[Any]]
# What of the work's outcome is to have a receipt.
Accepted = Callable[[Any], Acceptance]


async def show_claim(
    console: Console,
    request: Request,
    case_number: str,
    *,
    revealed: bool = False,
    error: SimpulError | None = None,
    entered: PageForm | None = None,
    new_code: str | None = None,
) -> Response:
    """The page, with a row in the audit log; a merged number leads to the claim that stands for it. Raises NotFound."""
    caller, counter = console.caller(request), console.counter
    async with counter.database.transaction(caller.org) as transaction:
        position = await console.open_queue(transaction).head()
        file = await console.open_claims(transaction).file(case_number)
        letters = await counter.open_letters(transaction).of_claims([case_number])
        action = "claim.reveal-identity" if revealed else "claim.read"
        await audit(transaction, caller, action, case_number, officer=caller.subject)
    if file.merged_into is not None:
        return RedirectResponse(f"/console/claims/{file.merged_into}", status_code=303)
    shown = _parts(console, file, revealed=revealed)
    receipts = await _receipts_given(console, file)
    new_receipt = read_code(request.query_params.get("receipt", "")) if error is None else None
    return console.page(
        request,
        "console/claim.html",
        here="/console",
        claim=file.document,
        revealed=revealed,
        error=error,
        live=f"/console/claims/{case_number}/live?after={position}",
        may_decide=signed_in(request).role in DECIDERS,
        refused=REFUSED.get(error.code, error.detail) if error else None,
        # The form that was refused is open again with what was typed, and no other form has it.
        sent_to=request.url.path if error else "",
        typed_in=lambda path: entered.typed if entered and path == request.url.path else _nothing,
        # Of the form that splits the claim: the only field that is sent several times.
        ticked=entered.texts("evidence") if entered else [],
        new_code=new_code,
        status_page=f"{counter.settings.public_url}/status",
        letters=letters_document(letters, counter.letter_check),
        receipts=receipts,
        new_receipt=next((each for each in receipts.values() if each.code == new_receipt), None),
        **shown,
    )


def _nothing(field: str) -> str:
    """What was typed into a form that was not sent."""
    return ""


async def _receipts_given(console: Console, file: ClaimFile) -> dict[str, Receipt]:
    """By the ids of payments, objections and complaints; what is older than receipts has none. Whoever brought
    something got its receipt, so the rows are of several organisations."""
    counter = console.counter
    named = receipts_of_matters(counter.receipts, file.document)
    if not named:
        return {}
    async with counter.database.system_transaction() as transaction:
        given = await given_among(transaction, [receipt.code for receipt in named.values()])
    return {id_: receipt for id_, receipt in named.items() if receipt.code in given}


def _parts(console: Console, file: ClaimFile, *, revealed: bool) -> dict[str, Any]:
    document, counter = file.document, console.counter
    region, receipts = document["region_code"], counter.receipts
    sources = codes_of_sources(file.evidence, file.entries, receipts.codes)
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
        "papers": [(paper, receipts.known(code_of_paper(paper, receipts.codes))) for paper in file.papers],
        "source_receipts": {id_: receipts.known(code) for id_, code in sources.items()},
        "code_given_at": file.code_given_at,
        "papers_shown": console.papers is not None,
        "decisions": decisions_for(document["state"]),
        "codes": {name: [code.code for code in codes] for name, codes in CODE_LISTS.items()},
        "first_approval": first_approval_of(file),
        "rejectable": [item for item in document["checklist"] if item["state"] == "provided"],
        "four_eyes_rupiah": counter.settings.four_eyes_rupiah,
        "words": WHAT,
        "seen_by": SEEN_BY,
        "matters": matters_of(file, counter.settings.four_eyes_rupiah),
        "today": counter.clock.now().astimezone(WIB).date(),
    }


async def act_on_claim(
    console: Console,
    request: Request,
    case_number: str,
    action: str,
    work: Work,
    form: PageForm,
    accepted: Accepted | None = None,
) -> Response:
    """Do it, leave a row in the audit log and show the claim again; a refusal is told above it, with what was typed.

    A form that carries `once` and is sent again does nothing more. What is `accepted` gets a receipt, which is shown.
    """
    caller, person, counter = console.caller(request), console.person(request), console.counter

    async def attempt() -> Response:
        async with counter.database.transaction(caller.org) as transaction:

            async def acted() -> str | None:
                outcome = await work(counter.workplace(transaction), person)
                await audit(transaction, caller, action, case_number, officer=person.id)
                if accepted is None:
                    return None
                given = await counter.receipts.give(transaction, caller.org, caller.client_id, accepted(outcome))
                return in_fours(given.code)

            receipt = await begin_once(console, request, form, transaction, acted)
        told = {"receipt": receipt} if receipt else {}
        return console.after(request, f"/console/claims/{case_number}", action, **told)

    try:
        return await begun_again(attempt)
    except SimpulError as error:
        if error.code == UNDER_WAY:
            # The button was pressed twice: the first is being done.
            return RedirectResponse(f"/console/claims/{case_number}", status_code=303)
        return await show_claim(console, request, case_number, error=error, entered=form)
