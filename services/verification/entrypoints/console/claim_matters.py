"""What goes along with a claim, done at its page: objections, complaints, return to work, payments, companions."""

from fastapi import APIRouter, Request, Response

from services.verification.application.accompany import record_return_to_work
from services.verification.application.accompany_worker import end_companion
from services.verification.application.complain import ComplaintRequest, answer_complaint, receive_complaint
from services.verification.application.confirm_payment import PaymentRequest, confirm_payment
from services.verification.application.console_people import DECIDERS
from services.verification.application.dispute import AnswerRequest, answer_objection, lodge_objection
from services.verification.application.matter_receipts import accepted_matter
from services.verification.application.workplace import Person, Workplace
from services.verification.domain.entries import ComplaintReceived, Objection, Payment
from services.verification.entrypoints.console.claim_sheet import CaseNumber, act_on_claim
from services.verification.entrypoints.console.fields import code_in, day_in, moment_in, rupiah_in
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.http.work.acting import uuid_text
from shared.errors import Problem, Refusal
from shared.identifiers import zone_of
from shared.regulation.codes import codes_of
from shared.web.door import page
from shared.web.pages.forms import Form

_ANSWERS = ("upheld", "dismissed", "withdrawn")
_OUTCOMES = ("work_accident", "occupational_disease", "not_covered")
_DOCUMENTS_MAX, _LINE_MAX = 50, 200


def matter_routes(console: Console) -> APIRouter:
    router = APIRouter()
    _add_objections(router, console)
    _add_complaints(router, console)
    _add_return_to_work(router, console)
    _add_payments(router, console)
    _add_companions(router, console)
    return router


def _add_objections(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/objections", **page(*DECIDERS))
    async def lodge(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> Objection:
            by, reason = code_in(form, "by", codes_of("objectors")), form.required("reason")
            papers = _lines(form.text("documents") or "")
            objection, _ = await lodge_objection(place, case_number, person, by, reason, papers)
            return objection

        return await act_on_claim(console, request, case_number, "claim.object", work, form, accepted_matter)

    @router.post("/console/claims/{case_number}/objections/{objection_id}/answer", **page(*DECIDERS))
    async def answer(request: Request, case_number: CaseNumber, objection_id: str, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            asked = AnswerRequest(
                code_in(form, "answer", _ANSWERS),
                code_in(form, "outcome", _OUTCOMES) if form.text("outcome") else None,
                form.required("reason"),
                form.text("legal_basis", length_max=200),
                form.text("letter_number", length_max=200),
            )
            await answer_objection(place, case_number, uuid_text(objection_id, "objection"), person, asked)

        return await act_on_claim(console, request, case_number, "claim.answer-objection", work, form)


def _lines(text: str) -> tuple[str, ...]:
    """Papers that go with an objection, one a line. Raises Refusal."""
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if len(lines) > _DOCUMENTS_MAX or any(len(line) > _LINE_MAX for line in lines):
        detail = "Write one paper a line, in a few words."
        raise Refusal("form.text", detail, [Problem("/documents", "too-long", detail)])
    return lines


def _add_complaints(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/complaints", **page(*DECIDERS))
    async def complain(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> ComplaintReceived:
            # The field shows and takes legal time of the place.
            zone = zone_of(form.text("region", length_max=20) or "")
            wanted = ComplaintRequest(
                code_in(form, "kind", codes_of("complaint_kinds")),
                code_in(form, "by", codes_of("complainants")),
                form.text("channel", length_max=200),
                form.required("text"),
                moment_in(form, "received_at", zone),
            )
            complaint, _ = await receive_complaint(place, case_number, person, wanted)
            return complaint.received

        return await act_on_claim(console, request, case_number, "complaint.receive", work, form, accepted_matter)

    @router.post("/console/claims/{case_number}/complaints/{complaint_id}/answer", **page(*DECIDERS))
    async def answer(request: Request, case_number: CaseNumber, complaint_id: str, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            id_, upheld = uuid_text(complaint_id, "complaint"), form.text("upheld") is not None
            await answer_complaint(place, case_number, id_, person, form.required("text"), upheld=upheld)

        return await act_on_claim(console, request, case_number, "complaint.answer", work, form)


def _add_return_to_work(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/return-to-work", **page(*DECIDERS))
    async def step(request: Request, case_number: CaseNumber, form: Form) -> Response:
        async def work(place: Workplace, person: Person) -> None:
            taken = code_in(form, "step", codes_of("return_to_work_steps"))
            await record_return_to_work(place, case_number, person, taken, form.text("note"))

        return await act_on_claim(console, request, case_number, "return-to-work.record", work, form)


def _add_payments(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/payments", **page(*DECIDERS))
    async def pay(request: Request, case_number: CaseNumber, form: Form) -> Response:
        """Written down by a person where BPJS core could not confirm it: somebody else than who approved."""

        async def work(place: Workplace, person: Person) -> Payment:
            paid = rupiah_in(form, "paid")
            if not paid:
                raise Refusal(
                    "claim.amount", "This is no amount in rupiah.", [Problem("/paid", "invalid", "Write whole rupiah.")]
                )
            benefit = code_in(form, "benefit", codes_of("benefits"))
            asked = PaymentRequest(
                benefit, paid, day_in(form, "paid_on"), form.required("reference", length_max=_LINE_MAX)
            )
            payment, _ = await confirm_payment(place, case_number, person.org, asked, person=person)
            return payment

        return await act_on_claim(console, request, case_number, "payment.confirm", work, form, accepted_matter)


def _add_companions(router: APIRouter, console: Console) -> None:
    @router.post("/console/claims/{case_number}/companions/{companion_id}/end", **page(*DECIDERS))
    async def end(request: Request, case_number: CaseNumber, companion_id: str, form: Form) -> Response:
        """The worker asks for it at the counter or by telephone, and the reason says so."""

        async def work(place: Workplace, person: Person) -> None:
            id_, reason = uuid_text(companion_id, "companion"), form.required("reason")
            await end_companion(place, case_number, person, id_, reason)

        return await act_on_claim(console, request, case_number, "companion.end", work, form)
