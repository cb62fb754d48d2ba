"""The participants that BPJS core tells of, line by line."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import Message
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from services.verification.application.import_participants import (
    RECORDED,
    REFUSED,
    UNCHANGED,
    ImportLimits,
    ImportNotes,
    ImportPlace,
    ParticipantImport,
    ParticipantStore,
    Progress,
)
from services.verification.entrypoints.http.desk import Counter, audit
from services.verification.entrypoints.http.insurance_answers import ImportAnswer
from services.verification.entrypoints.http.participant_line import ParticipantLine, line_parser
from shared.errors import TooLarge, Unreadable, UnsupportedType
from shared.postgres.database import Transaction
from shared.web.door import Caller, Principal, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals

_NDJSON = "application/x-ndjson"
_TAKEN = frozenset({_NDJSON, "application/ndjson", "application/jsonl", "application/json"})


def _one_line() -> dict[str, Any]:
    """The schema of a line; a body is many of them, each ended by a line feed."""
    schema = ParticipantLine.model_json_schema()
    return {**schema, "description": f"One line. {schema['description']}"}


_BODY = {"requestBody": {"required": True, "content": {_NDJSON: {"schema": _one_line()}}}}


@dataclass(frozen=True)
class ParticipantOffice:
    """Storage of participants: their sets and the notes of an import (by org, client and key) on an open transaction;
    `sole_import` keeps others from importing under the same client and key meanwhile."""

    open_register: Callable[[Transaction], ParticipantStore]
    open_notes: Callable[[Transaction, str, str, str], ImportNotes]
    sole_import: Callable[[str, str], AbstractAsyncContextManager[None]]


def participant_routes(counter: Counter, office: ParticipantOffice) -> APIRouter:
    router = APIRouter(tags=["participants"])

    @router.post(
        "/v1/participants/import",
        summary="Tell of memberships, wages and contributions",
        response_model=ImportAnswer,
        responses=refusals(400, 409, 413, 415, 422, 503),
        **secured("participants.write", extra=idempotent(**_BODY)),
    )
    async def import_participants(request: Request, caller: Caller, key: IdempotencyKey) -> Response:
        """NDJSON, one membership a line, read as it comes. Lines are taken in batches, each for good; wrong lines are
        left out and named. After an interruption send the same body with the same key: what was taken is skipped."""
        _require_ndjson(request)
        _require_size(request, counter.settings.participants_import_bytes_max)
        return await _Import(counter, office, caller, key, request).answered()

    return router


class _Import:
    """One request's import."""

    def __init__(
        self, counter: Counter, office: ParticipantOffice, caller: Principal, key: str, request: Request
    ) -> None:
        self._counter = counter
        self._office = office
        self._caller = caller
        self._key = key
        self._request = request

    async def answered(self) -> Response:
        settings, caller = self._counter.settings, self._caller
        limits = ImportLimits(
            settings.participants_import_batch_lines,
            settings.participants_import_lines_max,
            settings.participants_import_refused_lines_max,
        )
        parse = line_parser(self._counter.clock, settings.participants_import_line_bytes_max)
        async with self._office.sole_import(caller.client_id, self._key):
            async with self._counter.database.transaction(caller.org) as transaction:
                retention = timedelta(days=settings.idempotency_retention_days)
                progress = await self._notes(transaction).begin(retention)
            done = await ParticipantImport(self._opened, parse, limits, progress).run(self._lines())
            return await self._finished(done)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[ImportPlace]:
        counter = self._counter
        async with counter.database.transaction(self._caller.org) as transaction:
            yield ImportPlace(
                self._office.open_register(transaction),
                self._notes(transaction),
                counter.open_store(transaction),
                counter.desk(transaction),
                counter.clock,
            )

    def _notes(self, transaction: Transaction) -> ImportNotes:
        return self._office.open_notes(transaction, self._caller.org, self._caller.client_id, self._key)

    async def _lines(self) -> AsyncIterator[bytes]:
        """The body's lines without their ends. A line beyond the limit comes cut, and is refused as too long."""
        settings = self._counter.settings
        reader = LineReader(settings.participants_import_line_bytes_max)
        size = 0
        try:
            async for chunk in self._request.stream():
                size += len(chunk)
                if size > settings.participants_import_bytes_max:
                    raise TooLarge("body.too-large", "The body is over the limit; the lines before it were taken.")
                for line in reader.lines_of(chunk):
                    yield line
        except ClientDisconnect:
            # Nobody hears this answer; the line that was cut is no line.
            raise Unreadable(
                "body.cut-off", "The body ended before its time; send it again with the same key."
            ) from None
        for line in reader.rest():
            yield line

    async def _finished(self, done: Progress) -> Response:
        """Keep the answer under the key. What makes two imports the same is the digest of their lines."""
        route = f"{self._request.method} {self._request.url.path}"
        caller = self._caller
        same = IdempotentRequest(caller.org, caller.client_id, route, self._key, done.digest)
        async with self._counter.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                await self._notes(transaction).save_progress(done, replace(done, finished=True))
                counts: dict[str, Any] = {"lines": done.lines, **done.counts}
                await audit(transaction, caller, "participants.import", "", **counts)
                return Answer(200, _answer(done))

            return await idempotently(same, transaction, self._counter.sealer, act)


class LineReader:
    """Cuts a stream of bytes into lines, holding no more than one line of `bytes_max` and a byte."""

    def __init__(self, bytes_max: int) -> None:
        self._keep = bytes_max + 1
        self._begun = b""

    def lines_of(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that end in this chunk."""
        *ended, begun = chunk.split(b"\n")
        for part in ended:
            yield (self._begun + part[: self._keep])[: self._keep]
            self._begun = b""
        self._begun = (self._begun + begun[: self._keep])[: self._keep]

    def rest(self) -> Iterator[bytes]:
        """The last line, where no line feed ends it."""
        if self._begun:
            yield self._begun


def _require_ndjson(request: Request) -> None:
    """Raises UnsupportedType for a body that says it is something else. One JSON object is a body of one line."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", _NDJSON)
    charset = (message.get_content_charset() or "utf-8").lower()
    if message.get_content_type() not in _TAKEN or charset not in ("utf-8", "us-ascii"):
        raise UnsupportedType("body.unsupported-type", f"Send the lines as {_NDJSON} in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedType("body.unsupported-encoding", "Send the body without content-encoding.")


def _require_size(request: Request, bytes_max: int) -> None:
    """Raises TooLarge for a body that says beforehand that it is over the limit: nothing of it is taken."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > bytes_max:
        raise TooLarge("body.too-large", f"The body is larger than {bytes_max} bytes.")


def _answer(done: Progress) -> dict[str, Any]:
    accepted = done.counts[RECORDED] + done.counts[UNCHANGED]
    return {
        "lines": done.lines,
        "accepted": accepted,
        **done.counts,
        "refused_lines": [
            {
                "line": item.line,
                "problems": [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in item.problems],
            }
            for item in done.refused
        ],
        "refused_lines_left_off": done.counts[REFUSED] - len(done.refused),
    }
