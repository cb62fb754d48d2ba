"""What every route needs: transactions in the caller's name, and the caller."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import Request, Response

from services.disnaker_gateway.application.ports import Officer, UnitOfWork
from services.disnaker_gateway.settings import DisnakerGatewaySettings
from shared.clock import Clock
from shared.errors import NotFound
from shared.postgres.database import Database, Transaction
from shared.receipts.register import Acceptance, Receipts, digest_of
from shared.sealing import Sealer
from shared.web.door import Principal
from shared.web.idempotency import Answer, IdempotentRequest, idempotently
from shared.webhooks.subscriptions import Subscriptions


@dataclass(frozen=True)
class Context:
    """Made once in the wiring."""

    settings: DisnakerGatewaySettings
    database: Database
    sealer: Sealer
    clock: Clock
    subscriptions: Subscriptions
    unit_of_work: Callable[[Transaction], UnitOfWork]
    receipts: Receipts

    @asynccontextmanager
    async def begin(self, caller: Principal) -> AsyncIterator[UnitOfWork]:
        """A transaction that sees the caller's office only."""
        async with self.database.transaction(caller.org) as transaction:
            yield self.unit_of_work(transaction)

    async def once(
        self,
        request: Request,
        caller: Principal,
        key: str,
        act: Callable[[UnitOfWork], Awaitable[Answer]],
        kind: str,
    ) -> Response:
        """Act in one transaction with the stored answer of the Idempotency-Key, and give a receipt of `kind` for the
        answer's `id`."""
        wanted = await IdempotentRequest.of(request, caller, key)
        async with self.database.transaction(caller.org) as transaction:
            work = self.unit_of_work(transaction)

            async def acted() -> Answer:
                answer = await act(work)
                accepted = Acceptance(kind, (answer.body["id"],), self.clock.now(), digest_of(wanted.body))
                given = await self.receipts.give(transaction, caller.org, caller.client_id, accepted)
                return replace(answer, body={**answer.body, "receipt": given.told()})

            return await idempotently(wanted, transaction, self.sealer, acted)


def officer_of(caller: Principal, named: str | None = None) -> Officer:
    """The person is who the body names, else who is signed in, else the client."""
    return Officer(caller.client_id, caller.org, named or caller.subject or caller.client_id)


def as_id(text: str, code: str) -> UUID:
    """Ids that cannot exist are unknown, not malformed. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(code, "There is no such thing.") from None
