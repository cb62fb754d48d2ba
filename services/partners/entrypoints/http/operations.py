"""`/v1/operations`: what an operator may want to know of this service."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.partners.application.ports import Actor
from services.partners.application.read_registry import ReadRegistry
from shared.web.door import Caller, secured
from shared.web.openapi import refusals

_SCOPE = "operations.manage"


class OutboxView(BaseModel):
    """Events accepted and not yet published. They are published as soon as Kafka answers."""

    unsent: int
    oldest_unsent_seconds: float


class DeadLetterPage(BaseModel):
    """Always empty: this service consumes no events."""

    items: list[dict[str, str]] = Field(max_length=0)
    next_cursor: None = None


def operations_router(read: ReadRegistry) -> APIRouter:
    router = APIRouter(prefix="/v1/operations", tags=["operations"])

    @router.get("/outbox", summary="Events waiting to be published", responses=refusals(503), **secured(_SCOPE))
    async def get_outbox(caller: Caller) -> OutboxView:
        backlog = await read.backlog(Actor(caller.org, caller.client_id))
        return OutboxView(unsent=backlog.unsent, oldest_unsent_seconds=backlog.oldest_seconds)

    @router.get("/dead-letters", summary="Events that could not be handled: none here", **secured(_SCOPE))
    async def get_dead_letters() -> DeadLetterPage:
        return DeadLetterPage(items=[])

    return router
