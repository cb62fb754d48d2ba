"""`/status`: where a worker's claim stands, on a telephone, in plain Indonesian, without a script."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import get_month_names
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.verification.application.answer_completion import is_asked
from services.verification.application.complain import ComplaintRequest
from services.verification.application.status_document import status_document
from services.verification.application.worker_status import Followed
from services.verification.domain import claim as states
from services.verification.entrypoints.http.letter_desk import LetterDesk
from services.verification.entrypoints.http.status import StatusDesk, StatusQuestion
from services.verification.entrypoints.worker_pages.companions import companion_routes
from services.verification.entrypoints.worker_pages.letters import letter_routes
from services.verification.entrypoints.worker_pages.visit import Visits
from shared.errors import Conflict, NotFound, Refusal, TooManyRequests
from shared.identifiers import in_fours, zone_of
from shared.receipts.codes import Receipt
from shared.web.door import page
from shared.web.pages.catalogues import N_
from shared.web.pages.forms import Form, PageForm
from shared.web.pages.rendering import Pages

FOLDER = Path(__file__).parent
_ASK, _CLAIM = "/status", "/status/claim"
_CHANNEL = "status-page"
_KINDS, _SENDERS = ("complaint", "feedback"), ("worker", "family", "union")

_STEPS = (
    N_("Report the accident"),
    N_("Gather the papers"),
    N_("The claim is looked at"),
    N_("The money is approved"),
    N_("The money is paid"),
)
# Which step is going on. A claim that was refused, withdrawn or lapsed has left the way.
_STEP_OF = {
    states.SUSPECTED: 0,
    states.REPORTED: 1,
    states.AWAITING_DOCUMENTS: 1,
    states.READY_FOR_REVIEW: 2,
    states.AWAITING_DETERMINATION: 2,
    states.CONCLUDED_WORK_ACCIDENT: 3,
    states.CONCLUDED_OCCUPATIONAL_DISEASE: 3,
    states.AWAITING_SECOND_APPROVAL: 3,
    states.BENEFIT_APPROVED: 4,
    states.PAID: 5,
    states.CLOSED: 5,
}
_NOT_FOUND = N_(
    "We found no claim with this code and birth date. Look again at both. "
    "Was it reported just now? Then try again in a few minutes."
)
_NOT_A_DATE = N_("Fill in the code and the whole birth date, such as 12 March 1990.")
_TOO_MANY = N_("There were too many tries. Wait a quarter of an hour, then try again.")
_NOTHING_WRITTEN = N_("Write what you want to tell us.")
_TOO_LONG = N_("That is too long. Write less than 4,000 characters.")
_SENT = N_("We have received what you wrote.")
_TEXTS = ("told", "fault", "companion_fault", "answer_fault")


@dataclass(frozen=True)
class StatusPages:
    """What the pages work with. `report_url` leads to the page for reporting an accident."""

    desk: StatusDesk
    pages: Pages
    visits: Visits
    letters: LetterDesk
    report_url: str

    def ask(self, request: Request, form: PageForm | None = None, *, fault: str = "", status: int = 200) -> Response:
        """The form, with what was typed if it did not fit."""
        typed = {name: form.typed(name) if form else "" for name in ("day", "month", "year")}
        code = form.typed("tracking_code") if form else ""
        language = self.pages.language(request)
        shown: dict[str, Any] = {**typed, "code": code, "months": list(get_month_names(locale=language).items())}
        told = self.pages.translated(fault, language) if fault else ""
        return self.pages.page(
            request, "status/ask.html", status=status, fault=told, report_url=self.report_url, **shown
        )

    async def followed(self, request: Request) -> Followed | None:
        """The claim that this visit looks at; None when the visit is over, or the code is good no more."""
        question = self.visits.of(request)
        return await self.desk.found(question) if question else None

    def claim(self, request: Request, followed: Followed, *, status: int = 200, **shown: str) -> Response:
        """The claim as it stands now; `shown` are texts to tell, in English."""
        language = self.pages.language(request)
        texts = {name: self.pages.translated(shown[name], language) if shown.get(name) else "" for name in _TEXTS}
        counter = self.desk.counter
        document = status_document(followed, counter.clock.now(), counter.receipts)
        receipts = [item["receipt"] for item in document["received"] if item["receipt"]]
        return self.pages.page(
            request,
            "status/claim.html",
            status=status,
            claim=document,
            # Only of this claim: nobody is shown a code because an address says so.
            new_receipt=next((each for each in receipts if each["code"] == shown.get("receipt")), None),
            zone=zone_of(followed.document["region_code"] or ""),
            gets_messages=followed.gets_messages,
            companions=[each for each in followed.document["companions"] if each["ended_at"] is None],
            is_companion=followed.companion_id is not None,
            companion_code=shown.get("companion_code", ""),
            steps=_STEPS,
            step=_STEP_OF.get(followed.document["state"]),
            written=shown.get("written", ""),
            is_asked=is_asked(followed.document),
            **texts,
        )


def status_pages(here: StatusPages) -> APIRouter:
    router = APIRouter()
    _add_asking(router, here)
    _add_complaints(router, here)
    _add_messages(router, here)
    _add_answers(router, here)
    for routes in (companion_routes(here), letter_routes(here)):
        router.routes.extend(routes.routes)
    return router


def _add_asking(router: APIRouter, here: StatusPages) -> None:
    @router.get(_ASK, **page())
    async def ask(request: Request) -> Response:
        return RedirectResponse(_CLAIM, 303) if here.visits.of(request) else here.ask(request)

    @router.post(_ASK, **page())
    async def look(request: Request, form: Form) -> Response:
        question = _question(form)
        if question is None:
            return here.ask(request, form, fault=_NOT_A_DATE, status=422)
        try:
            await here.desk.follow(request, question)
        except NotFound:
            return here.ask(request, form, fault=_NOT_FOUND, status=404)
        except TooManyRequests as error:
            response = here.ask(request, form, fault=_TOO_MANY, status=429)
            response.headers["Retry-After"] = str(error.retry_after_seconds)
            return response
        response = RedirectResponse(_CLAIM, 303)
        here.visits.begin(response, question)
        return response

    @router.get(_CLAIM, **page())
    async def claim(request: Request, sent: bool = False, receipt: str = "") -> Response:
        followed = await here.followed(request)
        if followed is None:
            return _left(here)
        return here.claim(request, followed, told=_SENT if sent else "", receipt=receipt)

    @router.post("/status/leave", **page())
    async def leave(form: Form) -> Response:
        return _left(here)


def _add_complaints(router: APIRouter, here: StatusPages) -> None:
    @router.post("/status/complaint", **page())
    async def complain(request: Request, form: Form) -> Response:
        followed = await here.followed(request)
        if followed is None:
            return _left(here)
        try:
            wanted, once = _complaint(form)
            receipt = await here.desk.complain(followed, wanted, once)
        except TooManyRequests:
            return here.claim(request, followed, fault=_TOO_MANY, status=429)
        except Refusal as refusal:
            fault = _TOO_LONG if refusal.code == "form.text" else _NOTHING_WRITTEN
            return here.claim(request, followed, fault=fault, status=422)
        return _sent(receipt)


def _add_messages(router: APIRouter, here: StatusPages) -> None:
    @router.post("/status/messages", **page())
    async def stop(request: Request, form: Form) -> Response:
        followed = await here.followed(request)
        if followed is None:
            return _left(here)
        if followed.gets_messages:
            await here.desk.stop_messages(followed)
        return RedirectResponse(_CLAIM, 303)


def _add_answers(router: APIRouter, here: StatusPages) -> None:
    @router.post("/status/answer", **page())
    async def answer(request: Request, form: Form) -> Response:
        followed = await here.followed(request)
        if followed is None:
            return _left(here)
        try:
            receipt = await here.desk.answer(followed, form.required("text"), form.once())
        except Conflict:
            # Somebody has answered meanwhile, or BPJS went on: the page shows where the claim stands now.
            return RedirectResponse(_CLAIM, 303)
        except Refusal as refusal:
            fault = _TOO_LONG if refusal.code == "form.text" else _NOTHING_WRITTEN
            return here.claim(request, followed, answer_fault=fault, status=422)
        return _sent(receipt)


def _sent(receipt: Receipt) -> Response:
    return RedirectResponse(f"{_CLAIM}?sent=true&receipt={in_fours(receipt.code)}", 303)


def _left(here: StatusPages) -> Response:
    response = RedirectResponse(_ASK, 303)
    here.visits.end(response)
    return response


def _question(form: PageForm) -> StatusQuestion | None:
    """What was asked, None when it is not all there or names no day."""
    try:
        day, month, year = (int(form.required(name, length_max=4)) for name in ("day", "month", "year"))
        code = form.required("tracking_code", length_max=40)
        born = date(year, month, day).isoformat()
        return StatusQuestion.model_validate({"tracking_code": code, "birth_date": born})
    except (Refusal, ValueError):
        return None


def _complaint(form: PageForm) -> tuple[ComplaintRequest, str]:
    """What was written, and the id that keeps it from being taken twice. Raises Refusal."""
    kind, by = form.required("kind", length_max=20), form.required("by", length_max=20)
    text = form.required("text")
    if kind not in _KINDS or by not in _SENDERS:
        raise Refusal("form.incomplete", "Something is not filled in.")
    return ComplaintRequest(kind, by, _CHANNEL, text, None), form.once()
