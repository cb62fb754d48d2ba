"""`Idempotency-Key`: the same request may be sent again after any failure and has its effect once.

Everything happens in the caller's transaction, so a stored answer and the effect it tells of commit together.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request, Response

from shared.errors import Conflict, Problem, Refusal, Unreadable
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.sealing import Sealer
from shared.web.door import Principal

_KEY_LENGTH_MAX = 255
_IN_FLIGHT = "The first request with this Idempotency-Key is still under way."


@dataclass(frozen=True)
class Answer:
    """What a use case answers over HTTP: status, a JSON value and headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return orjson.dumps(self.body)


async def _idempotency_key(request: Request) -> str:
    # Async, so that FastAPI calls it at once: a plain function would take a turn in the thread pool.
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= _KEY_LENGTH_MAX:
        detail = f"Send an Idempotency-Key header of 1 to {_KEY_LENGTH_MAX} characters."
        raise Unreadable(
            "idempotency-key-required", detail, [Problem("/header/idempotency-key", "idempotency-key-required", detail)]
        )
    return key


# Read from the raw request, so that the key is checked before the body is validated; described in the OpenAPI by
# `idempotent_route()`.
IdempotencyKey = Annotated[str, Depends(_idempotency_key)]

IDEMPOTENCY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "1–255 characters, kept 30 days: the same key with the same bytes answers the stored response.",
    "schema": {"type": "string", "minLength": 1, "maxLength": _KEY_LENGTH_MAX},
}

# hashtextextended makes 64 bits of the scope; two different keys on one lock would only refuse one for a moment.
_BEGIN = """SELECT pg_try_advisory_xact_lock(hashtextextended($1 || '|' || $2 || '|' || encode($3, 'hex'), 0)) AS alone,
    (SELECT row(i.fingerprint, i.status, i.headers::text, i.sealed_body) FROM idempotency_key i
      WHERE i.client_id = $1 AND i.route = $2 AND i.key_sha256 = $3) AS stored"""


def _overtaken() -> Conflict:
    """The first request committed between our look and our lock; the next try will find its answer."""
    return Conflict("idempotency.in-flight", _IN_FLIGHT)


_STORED = RowsInto(
    """INSERT INTO idempotency_key (org, client_id, route, key_sha256, fingerprint, status, headers, sealed_body)
    SELECT k.org, k.client_id, k.route, k.key_sha256, k.fingerprint, k.status, k.headers::jsonb, k.sealed_body
      FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::int[], $7::text[], $8::bytea[])
           AS k(org, client_id, route, key_sha256, fingerprint, status, headers, sealed_body)
        ON CONFLICT DO NOTHING RETURNING 1""",
    short=_overtaken,
)


@dataclass(frozen=True)
class IdempotentRequest:
    """What makes two requests the same: who sends, where to, under which key, with which bytes."""

    org: str
    client_id: str
    route: str
    key: str
    body: bytes

    @classmethod
    async def of(cls, request: Request, principal: Principal, key: str) -> "IdempotentRequest":
        route = f"{request.method} {request.url.path}"
        return cls(principal.org, principal.client_id, route, key, await request.body())


async def idempotently(
    request: IdempotentRequest,
    transaction: Transaction,
    sealer: Sealer,
    act: Callable[[], Awaitable[Answer]],
) -> Response:
    """Answer as before when this request was answered before, else `act()` and keep its answer.

    Raises Conflict `idempotency.in-flight` while the first is under way (at the transaction's end when it was overtaken
    by it), Refusal `idempotency.key-reused` when the
    bytes differ. What `act` raises is not stored.
    """
    key = hashlib.sha256(request.key.encode()).digest()
    fingerprint = hashlib.sha256(request.body).digest()
    scope = hashlib.sha256(f"{request.client_id}\n{request.route}\n".encode() + key).hexdigest()
    found = await transaction.driver.fetchrow(_BEGIN, request.client_id, request.route, key)
    assert found is not None
    if not found["alone"]:
        raise Conflict("idempotency.in-flight", _IN_FLIGHT)
    if found["stored"] is not None:
        stored_fingerprint, status, headers, sealed = found["stored"]
        if stored_fingerprint != fingerprint:
            raise Refusal("idempotency.key-reused", "This Idempotency-Key was used with another body.")
        body = sealer.open_bytes(sealed, type="idempotency_key", id=scope, version=1)
        return Response(body, status, {**orjson.loads(headers), "Idempotency-Replayed": "true"}, "application/json")
    answer = await act()
    body = answer.encoded()
    transaction.late.add(
        _STORED,
        [
            (
                request.org,
                request.client_id,
                request.route,
                key,
                fingerprint,
                answer.status,
                orjson.dumps(answer.headers).decode(),
                sealer.seal_bytes(body, type="idempotency_key", id=scope, version=1),
            )
        ],
    )
    return Response(body, answer.status, answer.headers, "application/json")
