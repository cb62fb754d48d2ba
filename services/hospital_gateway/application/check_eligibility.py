"""Is this worker covered by JKK on that day, and is there an accident report? Answered at once, from what this gateway
has learned itself, so that it works while verification is away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.hospital_gateway.application.documents import (
    Caller,
    Done,
    EligibilityAnswer,
    EligibilityAsked,
    Entry,
    Held,
    Outcome,
    VisitMarks,
)
from services.hospital_gateway.application.findings import refusal
from services.hospital_gateway.application.ports import Records, ResourceFormat, Vault
from services.hospital_gateway.application.retried import retried
from services.hospital_gateway.application.write_resources import ResourceWriter
from services.hospital_gateway.domain.eligibility import Insured, eligibility_on
from shared.clock import Clock
from shared.identifiers import WIB, is_made_up, is_test

REQUEST, RESPONSE = "CoverageEligibilityRequest", "CoverageEligibilityResponse"


@dataclass(frozen=True)
class Known:
    """What is known of a worker. `as_of` is when BPJS core last told of this one, else of anybody."""

    insured: tuple[Insured, ...] = ()
    as_of: datetime | None = None


class Participants(Protocol):
    """What the gateway has learned of memberships."""

    async def known(self, marks: VisitMarks) -> Known:
        """Of the worker with these numbers. Raises Unavailable."""


@dataclass(frozen=True)
class CheckEligibility:
    """The use case behind `POST /CoverageEligibilityRequest`, and behind the same inside a Bundle."""

    vault: Vault
    format: ResourceFormat
    writer: ResourceWriter
    participants: Participants
    clock: Clock

    async def __call__(self, caller: Caller, raw: bytes) -> Done:
        """The response, stored beside the request. Raises the refusal that names every problem."""
        draft = await self.format.resource(raw, REQUEST, None)
        entry = Entry(REQUEST, "POST", REQUEST, draft=draft)
        searches = self.format.searches([entry])

        async def once() -> Done:
            async with self.vault.of(caller) as records:
                prepared = await records.prepare(self.writer.keys([entry], searches), None)
                request = (await self.writer.write(records, caller, [entry], searches, prepared))[0].held
                # Read from what is stored, where conditional references stand resolved; a refusal undoes it.
                asked = self.format.eligibility_asked(self.format.parse(request.text))
                marks = await self._marks(records, asked)
                if not marks.numbers:
                    raise refusal("patient-unknown", f"{REQUEST}.patient")
                return Done("201 Created", await self._answered(records, caller, request, asked, marks))

        return await retried(once)

    async def within(self, records: Records, caller: Caller, done: Sequence[Outcome]) -> list[Outcome]:
        """What became of a Bundle's entries, each new request in it with its answer. Who cannot be told by a number
        is answered with an error of its own, since a visit is not refused for a question that goes along with it."""
        return [await self._with_answer(records, caller, one) if _is_asked(one) else one for one in done]

    async def _with_answer(self, records: Records, caller: Caller, done: Outcome) -> Outcome:
        if not isinstance(done, Done):
            return done
        asked = self.format.eligibility_asked(self.format.parse(done.held.text))
        marks = await self._marks(records, asked)
        return replace(done, answer=await self._answered(records, caller, done.held, asked, marks))

    async def _marks(self, records: Records, asked: EligibilityAsked) -> VisitMarks:
        """The worker's numbers: the request's own, else those of the patient held here."""
        if asked.patient is None:
            return asked.marks
        held = await records.held([link for link in [self.format.link_of(asked.patient)] if link is not None])
        return self.format.numbers_in(self.format.parse(held[0].text)) if held else asked.marks

    async def _answered(
        self, records: Records, caller: Caller, request: Held, asked: EligibilityAsked, marks: VisitMarks
    ) -> Held:
        answer = await self._answer(records, caller, asked, marks)
        raw = self.format.eligibility_response(request, answer)
        entry = Entry(RESPONSE, "POST", RESPONSE, draft=await self.format.resource(raw, RESPONSE, None))
        done = (await self.writer.write(records, caller, [entry], {}, await records.prepare([], None)))[0]
        code = answer.eligibility.code if answer.eligibility else "patient-unknown"
        detail: dict[str, object] = {"code": code, "reported": answer.reported}
        await records.audit("eligibility.check", REQUEST, str(request.id), detail)
        return done.held

    async def _answer(
        self, records: Records, caller: Caller, asked: EligibilityAsked, marks: VisitMarks
    ) -> EligibilityAnswer:
        """A test client is told of people who do not exist, and of nobody else. Without a day in the request it is
        today's in WIB, by which BPJS counts the days of a membership: between midnight and seven the day in UTC is
        still yesterday."""
        now = self.clock.now()
        day = asked.day or now.astimezone(WIB).date()
        if not marks.numbers:
            return EligibilityAnswer(None, day, False, None, now)
        is_told = is_made_up(marks.nik) or not is_test(caller.org)
        known = await self.participants.known(marks) if is_told else Known()
        reported = await records.is_reported(marks, day)
        return EligibilityAnswer(eligibility_on(day, known.insured), day, reported, known.as_of, now)


def _is_asked(done: Outcome) -> bool:
    return isinstance(done, Done) and done.held.type == REQUEST and done.status == "201 Created"
