"""`/v1/operations/contacts` of every service: which partners have asked it for something, and how they fared."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.audit import AuditEntry, record
from shared.identifiers import ORGANISATION_PATTERN
from shared.operations.contacts import Contacts, list_contacts
from shared.web.door import Caller, secured
from shared.web.openapi import refusals
from shared.web.paging import Cursor, Limit, cut, decode_cursor

_Days = Annotated[int, Query(ge=1, le=90, description="How many days are counted, today included (UTC).")]
_Org = Annotated[str | None, Query(max_length=80, pattern=ORGANISATION_PATTERN, description="Of this one only.")]


class ContactView(BaseModel):
    """Requests of one organisation: `answered` (2xx, 3xx), `refused` (4xx) and `failed` (5xx) in the days asked for,
    and when the last one came and how it was answered, also before those days. An organisation that has asked nothing
    for so long as that is kept (90 days) is not listed."""

    org: str
    answered: int
    refused: int
    failed: int
    last_at: datetime
    last_status: int


class ContactPage(BaseModel):
    """`since` is the first day that is counted."""

    since: date
    items: list[ContactView]
    next_cursor: str | None


def contact_routes(contacts: Contacts) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get(
        "/v1/operations/contacts",
        summary="Partners' requests to this service: how many, how they were answered, when the last one came",
        responses=refusals(422, 503),
        **secured("operations.manage"),
    )
    async def list_partners(
        caller: Caller, days: _Days = 7, org: _Org = None, cursor: Cursor = None, limit: Limit = 50
    ) -> ContactPage:
        (after,) = decode_cursor(cursor, str) or (None,)
        since = contacts.today - timedelta(days=days - 1)
        # What was counted just now belongs to the answer.
        await contacts.write()
        async with contacts.database.system_transaction() as transaction:
            found = await list_contacts(transaction, since=since, org=org, after=after, limit=limit + 1)
            shown, next_cursor = cut(found, limit, lambda last: [last.org])
            entry = AuditEntry(caller.org, caller.client_id, "contact.list", "contact", org or "*")
            await record(transaction, entry)
        return ContactPage(since=since, items=[ContactView(**asdict(one)) for one in shown], next_cursor=next_cursor)

    return router
