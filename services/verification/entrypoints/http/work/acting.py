"""What all of verifiers' work shares: the body's parts, who acts, and acting once with a row in the audit log."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError, core_schema

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace
from services.verification.entrypoints.http.desk import Counter, audit
from shared.errors import NotFound, Unavailable
from shared.receipts.register import Acceptance, digest_of
from shared.regulation.codes import codes_of
from shared.web.door import Principal
from shared.web.idempotency import Answer, IdempotentRequest, idempotently

DECIDE = "claims.decide"
Line = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=4_000)]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
RUPIAH_MAX = 1_000_000_000_000
Act = Callable[[Workplace], Awaitable[Answer]]


class Body(BaseModel):
    """A request body: nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class Coded:
    """Marks a text as one code of a published list (`GET /v1/codes/{list}`)."""

    def __init__(self, list_name: str) -> None:
        self._list_name = list_name

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.literal_schema(list(codes_of(self._list_name)))


def _day_text(value: object) -> object:
    """pydantic alone would take a number of seconds for a day."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("date-format", "Expected a date as YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_day_text, json_schema_input_type=date)]


class OfficerBody(Body):
    """The person behind the action."""

    id: Line
    name: Line | None = None


def example(**body: JsonValue) -> ConfigDict:
    """The configuration of a body with one example."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [dict(body)]})


def person_of(caller: Principal, officer: OfficerBody | None) -> Person:
    """Who answers for it: the officer named, else the signed-in person, else the client."""
    if officer is not None:
        return Person(caller.org, officer.id, officer.name)
    return Person(caller.org, caller.subject or caller.client_id)


def claim_answer(claim: ClaimRecord) -> Answer:
    """200 with the claim as it is now."""
    return Answer(200, claim.document, {"ETag": f'"{claim.decision_version}"'})


async def acted_once(
    counter: Counter,
    request: Request,
    caller: Principal,
    key: str,
    action: str,
    object_id: str,
    act: Act,
    receipt: str = "",
) -> Response:
    """Do it once for this Idempotency-Key, with a row in the audit log, and with a receipt of the kind named for the
    answer's `id`."""
    same = await IdempotentRequest.of(request, caller, key)

    async def attempt() -> Response:
        async with counter.database.transaction(caller.org) as transaction:
            place = counter.workplace(transaction)

            async def acted() -> Answer:
                answer = await act(place)
                await audit(transaction, caller, action, object_id)
                if not receipt:
                    return answer
                digest, now = digest_of(same.body), counter.clock.now()
                accepted = Acceptance(receipt, (answer.body["id"],), now, digest)
                given = await counter.receipts.give(transaction, caller.org, caller.client_id, accepted)
                return replace(answer, body={**answer.body, "receipt": given.told()})

            return await idempotently(same, transaction, counter.sealer, acted)

    return await begun_again(attempt)


async def begun_again(attempt: Callable[[], Awaitable[Response]]) -> Response:
    """One unit of work, begun a second time when it did not come to its end.

    Units of work take their locks all at once and in order (docs/decisions/0094), but an import of participants locks
    before its desk does, and may wait for one of them in a circle. PostgreSQL ends one of both; a verifier need not
    hear of it.
    """
    try:
        return await attempt()
    except Unavailable:
        return await attempt()


def uuid_text(text: str, what: str) -> str:
    """The id as written canonically. Raises NotFound for what is no id."""
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound(f"{what}.not-found", f"There is no such {what}.") from None
