"""A form of the console that is sent twice (a button pressed twice, a page reloaded) has one effect."""

from collections.abc import Awaitable, Callable

import orjson
from fastapi import Request

from services.verification.entrypoints.console.frame import Console
from shared.postgres.database import Transaction
from shared.web.idempotency import Answer, IdempotentRequest, idempotently
from shared.web.pages.forms import PageForm

# The code of the refusal while the first is under way.
UNDER_WAY = "idempotency.in-flight"


async def begin_once(
    console: Console,
    request: Request,
    form: PageForm,
    transaction: Transaction,
    act: Callable[[], Awaitable[str | None]],
) -> str | None:
    """`act()`, or what it told when this very form (`once`, with the same fields, from the same person) was sent
    before.

    Raises Conflict while the first is under way, Refusal when it was sent with something else in it.
    """
    caller = console.caller(request)

    async def acted() -> Answer:
        return Answer(200, await act())

    said = "\n".join(f"{name}={value}" for name, value in form.fields())
    route = f"{request.method} {request.url.path}"
    same = IdempotentRequest(caller.org, caller.client_id, route, f"{caller.subject} {form.once()}", said.encode())
    answer = await idempotently(same, transaction, console.counter.sealer, acted)
    told: str | None = orjson.loads(answer.body)
    return told
