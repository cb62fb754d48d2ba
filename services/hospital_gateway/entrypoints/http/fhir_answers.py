"""How requests under `/fhir` are read and answered: JSON only, errors as OperationOutcome, never a bare 500."""

import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from email.message import Message
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.hospital_gateway.application.documents import Caller, Done, Held
from services.hospital_gateway.application.findings import NotAcceptable, finding, refusal, refused, status_of
from shared.errors import SimpulError, Unavailable
from shared.observability import log
from shared.web.door import Principal, principal_of
from shared.web.problem import response_of
from shared.web.strict_json import read_limited

FHIR_JSON = "application/fhir+json; charset=utf-8"
SATUSEHAT_BASE = "/fhir-r4/v1"
BASES = ("/fhir", SATUSEHAT_BASE)
_TYPES = frozenset({"application/fhir+json", "application/json"})
DOCUMENT = "Bundle"
RECEIPT_RELATION = "urn:simpul:receipt"
JSON_PATCH = frozenset({"application/json-patch+json"})

Handler = Callable[[Request], Awaitable[Response]]
Outcome = Callable[[SimpulError], dict[str, Any]]


def is_fhir(path: str) -> bool:
    return any(path == base or path.startswith(f"{base}/") for base in BASES)


def base_of(request: Request) -> str:
    """The one of both bases under which a request came."""
    return next(base for base in BASES if f"{request.url.path}/".startswith(f"{base}/"))


def known_type(request: Request, types: Collection[str]) -> str:
    """The type in the address. Raises NotFound for one that is not kept here, MethodNotAllowed for a document where it
    is only read."""
    type_name: str = request.path_params["type_name"]
    if type_name not in types:
        raise refusal("method-not-allowed" if type_name == DOCUMENT else "not-supported")
    return type_name


class Answers:
    """Renders with the OperationOutcome it is given. `receipt_url` is where anybody checks the receipt of a request."""

    def __init__(self, outcome: Outcome, public_url: str, receipt_url: Callable[[UUID], str]) -> None:
        self.outcome = outcome
        self.public_url = public_url
        self._receipt_url = receipt_url

    def error(self, request: Request, error: SimpulError) -> Response:
        """An OperationOutcome under the FHIR bases, problem+json elsewhere; the door uses this too."""
        if not is_fhir(request.url.path):
            return response_of(error)
        headers = {}
        if isinstance(error, Unavailable):
            headers["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
        body = json.dumps(self.outcome(error), ensure_ascii=False).encode()
        return Response(body, status_of(error), headers, FHIR_JSON)

    async def guarded(self, request: Request, handler: Handler) -> Response:
        """The handler's answer, or the error's."""
        try:
            _require_json_accepted(request)
            return await handler(request)
        except SimpulError as error:
            return self.error(request, error)
        except Exception as error:
            log.error("fhir.failed", method=request.method, error=type(error).__name__, exc_info=error)
            body = self.outcome(refused([finding("internal-error")], 422))
            return Response(json.dumps(body, ensure_ascii=False).encode(), 500, media_type=FHIR_JSON)

    def resource(self, request: Request, held: Held, status: int = 200, *, created: bool = False) -> Response:
        """A stored resource with its version's headers; its body left out where the client prefers so."""
        headers = {
            "ETag": f'W/"{held.version}"',
            "Last-Modified": format_datetime(held.updated_at, usegmt=True),
        }
        if created:
            headers["Location"] = f"{self.public_url}{base_of(request)}/{held.path}/_history/{held.version}"
        preferred = request.headers.get("prefer", "").lower() if created else ""
        if "return=minimal" in preferred:
            return Response(b"", status, headers)
        if "return=operationoutcome" in preferred:
            outcome = json.dumps(self.outcome(refusal("valid")), ensure_ascii=False).encode()
            return Response(outcome, status, headers, FHIR_JSON)
        return Response(held.text.encode(), status, headers, FHIR_JSON)

    def done(self, request: Request, done: Done) -> Response:
        answer = self.resource(request, done.held, int(done.status[:3]), created=True)
        return self.receipted(answer, done.acknowledged)

    def receipted(self, answer: Response, acknowledged: UUID | None) -> Response:
        """The answer with the way to the receipt (RFC 8288): in a header, since the body is FHIR's own."""
        if acknowledged is not None:
            answer.headers["Link"] = f'<{self._receipt_url(acknowledged)}>; rel="{RECEIPT_RELATION}"'
        return answer


@dataclass(frozen=True)
class Granted:
    """What a token allows: called with a type and one of SMART's letters."""

    principal: Principal

    def __call__(self, type_name: str, letter: str) -> bool:
        return self.principal.has_scope(f"system/{type_name}.{letter}")


def caller_of(request: Request, type_name: str | None = None, letter: str = "") -> Caller:
    """Who asks. Raises Forbidden when the token is not good for this type of resource."""
    principal = principal_of(request)
    if type_name is not None and not principal.has_scope(f"system/{type_name}.{letter}"):
        raise refusal("scope-missing")
    return Caller(principal.org, principal.client_id)


async def body_of(request: Request, bytes_max: int, *, types: Collection[str] = _TYPES) -> bytes:
    """The body's bytes. Raises UnsupportedType, TooLarge."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    charset = (message.get_content_charset() or "utf-8").lower()
    if message.get_content_type() not in types or charset not in ("utf-8", "us-ascii"):
        raise refusal("body.unsupported-type")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise refusal("body.unsupported-encoding")
    return await read_limited(request, bytes_max)


_JSON_ACCEPTED = frozenset({"*/*", "application/*", *_TYPES, "text/json"})
_JSON_FORMATS = frozenset({"json", *_TYPES, "text/json"})


def _require_json_accepted(request: Request) -> None:
    """`_format` stands before `Accept` (FHIR R4, section 3.1.0.1.11). Raises NotAcceptable."""
    asked = request.query_params.get("_format")
    if asked is not None:
        # A plus that was not escaped arrives as a blank.
        fits = asked.partition(";")[0].strip().lower().replace(" ", "+") in _JSON_FORMATS
    else:
        fits = any(_is_json(one) for one in request.headers.get("accept", "*/*").lower().split(","))
    if not fits:
        raise NotAcceptable(
            "format-not-acceptable", "Answers are given as JSON only.", [finding("format-not-acceptable")]
        )


def _is_json(accepted: str) -> bool:
    """Whether one part of an Accept header takes FHIR R4 in JSON."""
    name, *parameters = (part.strip() for part in accepted.split(";"))
    given = dict(part.split("=", 1) for part in parameters if "=" in part)
    return (
        (name in _JSON_ACCEPTED or (not name and not parameters))
        and given.get("fhirversion", "4.0") in ("4.0", "4.0.1")
        and given.get("q", "1").strip("0.") != ""
    )
