"""`…/dead-letters/{id}/payload`, `/reveal` and `/edits`: what a dead letter says, and mending it before it is handled
again. Masked unless a purpose is named; who saw and changed what is in the audit log, never what it said."""

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.audit import AuditEntry, record
from shared.events.opened import masked
from shared.outbox import Consumer, Payload
from shared.outbox.payloads import EDITS_MAX
from shared.postgres.database import Database
from shared.web.door import Caller, Principal, secured
from shared.web.openapi import refusals

_Version = Annotated[int, Field(ge=0, le=EDITS_MAX)]
_VERSION_TEXT = "Which version: 0 as it was read, 1, 2, … as it was edited; the last one when left out."


class Purpose(StrEnum):
    """Why somebody looks. A code, so that no free text about a person comes into the audit log."""

    MEND = "mend"
    ASK_SENDER = "ask_sender"
    INSPECTION = "inspection"


class OperatingOfficer(BaseModel):
    """The person who does it; without one it is the client itself."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=200)]
    name: Annotated[str | None, Field(max_length=200)] = None


class Reveal(BaseModel):
    """Why it is looked at, and by whom."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"purpose": "mend"}]})

    purpose: Purpose = Field(
        description="To mend the event, to tell its sender what is wrong, or for an inspection or audit."
    )
    edit: _Version | None = Field(None, description=_VERSION_TEXT)
    officer: OperatingOfficer | None = None


class NewEdit(BaseModel):
    """What the event is to say when it is handled again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"based_on": 0, "facts": {}, "content": {}, "reason": "The sender told the right region."}]
        },
    )

    based_on: _Version = Field(description="The version that was edited, as `edit` of the payload tells it.")
    facts: dict[str, Any] = Field(description="All of them, also those that stay.")
    content: dict[str, Any] | None = Field(None, description="All of it; null for a type without content.")
    reason: Annotated[str, Field(min_length=1, max_length=1_000)]
    officer: OperatingOfficer | None = None


class EditView(BaseModel):
    """Who changed what, when and why; `changed` are pointers into facts and content."""

    number: int
    edited_at: datetime
    edited_by: str
    reason: str
    changed: list[str]


class ProblemView(BaseModel):
    """What is not as the event's schema wants it."""

    pointer: str
    code: str
    detail: str


class PayloadView(BaseModel):
    """One version of what a dead letter says. `form`: `event`, `text` for what is no event, or `empty`. While it is
    `masked`, values about a person read •••, and text is left out."""

    letter_id: UUID
    topic: str
    event_type: str | None
    state: str
    edit: int
    edits: list[EditView]
    form: str
    masked: bool
    editable: bool
    size_bytes: int
    facts: dict[str, Any] | None
    content: dict[str, Any] | None
    text: str | None
    truncated: bool
    problems: list[ProblemView]


def add_payload_routes(router: APIRouter, path: str, database: Database, consumer: Consumer) -> None:
    """Below `path`, which is where this service's dead letters are."""
    scope = secured("operations.manage")

    @router.get(
        f"{path}/{{letter_id}}/payload",
        summary="What it says, masked",
        response_model=PayloadView,
        responses=refusals(404, 422, 503),
        **scope,
    )
    async def payload(
        caller: Caller, letter_id: UUID, edit: Annotated[_Version | None, Query(description=_VERSION_TEXT)] = None
    ) -> Response:
        async with database.system_transaction() as transaction:
            read = await consumer.payloads.read(transaction, letter_id, edit)
            await record(transaction, audit_entry(caller, "read-masked", letter_id, {"edit": read.edit}))
        return json_answer(_view(read, reveal=False))

    @router.post(
        f"{path}/{{letter_id}}/reveal",
        summary="What it says, in the clear; who looked and why is recorded",
        response_model=PayloadView,
        responses=refusals(400, 404, 413, 415, 422, 503),
        **scope,
    )
    async def reveal(caller: Caller, letter_id: UUID, body: Reveal) -> Response:
        async with database.system_transaction() as transaction:
            read = await consumer.payloads.read(transaction, letter_id, body.edit)
            detail = {"edit": read.edit, "purpose": body.purpose.value}
            await record(transaction, audit_entry(caller, "reveal", letter_id, detail, body.officer))
        return json_answer(_view(read, reveal=True))

    @router.post(
        f"{path}/{{letter_id}}/edits",
        status_code=201,
        summary="Change what it says before it is handled again; the original is kept",
        response_model=EditView,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **scope,
    )
    async def edit(caller: Caller, letter_id: UUID, body: NewEdit) -> Response:
        by = body.officer.id if body.officer else caller.client_id
        async with database.system_transaction() as transaction:
            made = await consumer.payloads.edit(
                transaction, letter_id, body.facts, body.content, based_on=body.based_on, reason=body.reason, by=by
            )
            detail = {"edit": made.number, "changed": made.changed}
            await record(transaction, audit_entry(caller, "edit", letter_id, detail, body.officer))
        return json_answer(asdict(made), status=201)


def _view(payload: Payload, *, reveal: bool) -> dict[str, Any]:
    opened = payload.opened if reveal else masked(payload.opened)
    return {
        "letter_id": str(payload.letter_id),
        "topic": payload.topic,
        "event_type": payload.event_type,
        "state": payload.state,
        "edit": payload.edit,
        "edits": [asdict(each) for each in payload.edits],
        "form": opened.form,
        "masked": not reveal,
        "editable": payload.editable,
        "size_bytes": payload.size_bytes,
        "facts": opened.facts,
        "content": opened.content,
        "text": opened.text,
        "truncated": opened.truncated,
        "problems": [asdict(each) for each in opened.problems],
    }


def audit_entry(
    caller: Principal,
    action: str,
    letter_id: UUID | str,
    detail: dict[str, Any],
    officer: OperatingOfficer | None = None,
) -> AuditEntry:
    """What was done to a dead letter, and by whom."""
    return AuditEntry(
        caller.org,
        caller.client_id,
        f"dead-letter.{action}",
        "dead-letter",
        str(letter_id),
        officer=officer.id if officer else None,
        detail=detail,
    )


def json_answer(body: Any, *, status: int = 200) -> Response:
    # The driver's ids are a class of its own, which orjson does not know.
    return Response(orjson.dumps(body, default=str), status, media_type="application/json")
