"""What every route needs: transactions in the caller's name, and the caller."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request, Response

from services.disnaker_gateway.application.ports import Officer, UnitOfWork
from services.disnaker_gateway.settings import DisnakerGatewaySettings
from shared.clock import Clock
from shared.errors import NotFound
from shared.postgres.database import Database, Transaction
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
    ) -> Response:
        """Act in one transaction with the stored answer of the Idempotency-Key."""
        wanted = await IdempotentRequest.of(request, caller, key)
        async with self.database.transaction(caller.org) as transaction:
            work = self.unit_of_work(transaction)
            return await idempotently(wanted, transaction, self.sealer, lambda: act(work))


def officer_of(caller: Principal, named: str | None = None) -> Officer:
    """The person is who the body names, else who is signed in, else the client."""
    return Officer(caller.client_id, caller.org, named or caller.subject or caller.client_id)


def as_id(text: str, code: str) -> UUID:
    """Ids that cannot exist are unknown, not malformed. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(code, "There is no such thing.") from None
