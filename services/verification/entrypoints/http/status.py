"""The worker's own look at their claim, without an account: `POST /v1/status`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.verification.application.accompany_worker import end_companion, name_companion
from services.verification.application.answer_completion import answer_completion
from services.verification.application.complain import ComplaintRequest, receive_complaint
from services.verification.application.matter_receipts import Matter, accepted_matter
from services.verification.application.status_document import status_document
from services.verification.application.stop_messages import stop_messages
from services.verification.application.worker_status import CodeReader, Followed, follow_claim, written
from services.verification.application.workplace import Person
from services.verification.entrypoints.http.desk import Counter, json_response
from services.verification.entrypoints.http.status_answers import StatusAnswer
from services.verification.entrypoints.http.work.acting import Body, Day, example
from shared.audit import AuditEntry, record
from shared.errors import Forbidden, NotFound
from shared.postgres.database import Transaction
from shared.receipts.codes import Receipt
from shared.web.door import public
from shared.web.openapi import refusals
from shared.web.strict_json import StrictRoute
from shared.web.throttle import Subject, Throttle

_CLIENT = "status"
_NO_STORE = {"Cache-Control": "no-store"}


class StatusQuestion(Body):
    model_config = example(tracking_code="7K3M-9Q2X-TA5B", birth_date="1990-03-12")

    tracking_code: str = Field(max_length=40, description="As it was given out; spaces, hyphens and case don't matter.")
    birth_date: Day


@dataclass(frozen=True)
class StatusDesk:
    """Where workers ask. `open_codes` gives look-ups on an open transaction of the hub's own."""

    counter: Counter
    throttle: Throttle
    open_codes: Callable[[Transaction], CodeReader]

    async def follow(self, request: Request, question: StatusQuestion) -> Followed:
        """The claim behind a code and a birth date, with a row in the log of who looked.

        Raises NotFound, alike and after the same time for a wrong code and a wrong date, and TooManyRequests.
        """
        tries = self._tries(request, question)
        await self.throttle.spend(tries)
        loop, settings = asyncio.get_running_loop(), self.counter.settings
        answered_at = loop.time() + settings.status_refusal_seconds
        followed = await self.found(question)
        if followed is None:
            # How long the answer takes must not tell what was wrong.
            await asyncio.sleep(max(answered_at - loop.time(), 0))
            detail = "There is no claim with this code and birth date. A report of just now can be seen in a minute."
            raise NotFound("status.not-found", detail)
        await self.throttle.give_back(tries)
        return followed

    async def found(self, question: StatusQuestion) -> Followed | None:
        """The claim, without counting a try: for who has been let in already. Logged like every look."""
        async with self.counter.database.system_transaction() as transaction:
            followed = await follow_claim(
                self.open_codes(transaction), question.tracking_code, question.birth_date, self.counter.clock.now()
            )
            if followed is not None:
                entry = AuditEntry(followed.holder, _CLIENT, "claim.status", "claim", followed.case_number)
                await record(transaction, entry)
        return followed

    async def complain(self, followed: Followed, wanted: ComplaintRequest, complaint_id: str) -> Receipt:
        """A complaint of the worker's side; the same id again is the same complaint with the same receipt.

        Raises TooManyRequests when this claim has had its share for now, NotFound or Conflict when it was merged away
        just now.
        """
        number, settings = followed.case_number, self.counter.settings
        await self.throttle.spend([self.throttle.subject("complaint", number, settings.status_complaints_max)])
        async with self.counter.database.system_transaction() as transaction:
            place = self.counter.workplace(transaction)
            person = Person(followed.holder, _CLIENT)
            complaint, _ = await receive_complaint(place, number, person, wanted, complaint_id)
            await record(transaction, AuditEntry(followed.holder, _CLIENT, "complaint.receive", "claim", number))
            return await self._receipt(transaction, followed, complaint.received)

    async def answer(self, followed: Followed, text: str, answer_id: str) -> Receipt:
        """What BPJS had asked the worker for; the same id again is the same answer with the same receipt.

        Raises Conflict when nothing is asked (any more), NotFound when the claim was merged away just now.
        """
        number = followed.case_number
        async with self.counter.database.system_transaction() as transaction:
            place, person = self.counter.workplace(transaction), Person(followed.holder, _CLIENT)
            answer = await answer_completion(place, number, person, answer_id, text)
            await record(transaction, AuditEntry(followed.holder, _CLIENT, "completion.answer", "claim", number))
            return await self._receipt(transaction, followed, answer)

    async def _receipt(self, transaction: Transaction, followed: Followed, matter: Matter) -> Receipt:
        return await self.counter.receipts.give(transaction, followed.holder, _CLIENT, accepted_matter(matter))

    async def stop_messages(self, followed: Followed) -> None:
        """Nobody gets messages of this claim any more."""
        async with self.counter.database.system_transaction() as transaction:
            await stop_messages(
                self.counter.workplace(transaction), followed.case_number, Person(followed.holder, _CLIENT)
            )
            await record(
                transaction, AuditEntry(followed.holder, _CLIENT, "messages.stop", "claim", followed.case_number)
            )

    async def name_companion(
        self, followed: Followed, companion_id: str, name: str, relation: str, *, letters: bool
    ) -> str | None:
        """The companion's code, told this once. Raises Conflict, and Forbidden for a companion: only the worker names
        any."""
        number = self._workers_own(followed)
        async with self.counter.database.system_transaction() as transaction:
            place, person = self.counter.workplace(transaction), Person(followed.holder, _CLIENT)
            code = await name_companion(place, number, person, companion_id, name, relation, letters=letters)
            await record(transaction, AuditEntry(followed.holder, _CLIENT, "companion.name", "claim", number))
        return code

    async def end_companion(self, followed: Followed, companion_id: str) -> None:
        """Their code opens nothing any more. Raises Forbidden for a companion."""
        number = self._workers_own(followed)
        async with self.counter.database.system_transaction() as transaction:
            place, person = self.counter.workplace(transaction), Person(followed.holder, _CLIENT)
            await end_companion(place, number, person, companion_id)
            await record(transaction, AuditEntry(followed.holder, _CLIENT, "companion.end", "claim", number))

    def _workers_own(self, followed: Followed) -> str:
        if followed.companion_id is not None:
            raise Forbidden("companion.not-the-worker", "Only the worker names and ends companions.")
        return followed.case_number

    def _tries(self, request: Request, question: StatusQuestion) -> list[Subject]:
        """Guessing dates to one code, and guessing codes from one address, are both bounded; codes that don't exist
        count as those that do."""
        settings = self.counter.settings
        return [
            self.throttle.subject("status-code", written(question.tracking_code), settings.status_tries_per_code_max),
            self.throttle.caller("status-address", request, settings.status_tries_per_address_max),
        ]


def status_routes(desk: StatusDesk) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["worker"])

    @router.post(
        "/v1/status",
        summary="For the worker: where the claim stands, in plain words",
        response_model=StatusAnswer,
        responses=refusals(400, 404, 413, 415, 422, 429, 503),
        **public(),
    )
    async def status(request: Request, question: StatusQuestion) -> Response:
        """Needs no token and no Idempotency-Key: the tracking code and the worker's birth date open it. Tells what is
        missing, who must act until when, which rights follow, and who has looked at the claim; no medical detail. A
        wrong code and a wrong birth date get the same answer, and tries are limited."""
        followed = await desk.follow(request, question)
        document = status_document(followed, desk.counter.clock.now(), desk.counter.receipts)
        return json_response(document, headers=_NO_STORE)

    return router
