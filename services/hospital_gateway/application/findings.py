"""What is wrong with an input, so that a hospital can act on it: where, which rule, in two languages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shared.errors import (
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    Problem,
    Refusal,
    SimpulError,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreadable,
    UnsupportedType,
)


@dataclass(frozen=True)
class Finding(Problem):
    """One problem. `pointer` is a FHIRPath here, empty for the whole input; `kind` is FHIR's issue type; `code` is
    ours and never changes; `detail` is the English text. No text repeats what was sent but codes and element names."""

    kind: str = "invalid"
    text_id: str = ""
    severity: str = "error"

    def under(self, prefix: str) -> "Finding":
        """The same finding seen from the whole Bundle: `prefix` replaces the resource's type in the expression."""
        _, _, rest = self.pointer.partition(".")
        return replace(self, pointer=f"{prefix}.{rest}" if rest else prefix)


class MethodNotAllowed(Refusal):
    """405: this resource exists and the method is not for it."""


class NotAcceptable(Refusal):
    """406: an answer in a format that is not given here."""


AGAINST_THE_RULES = 422
_ERRORS: dict[int, type[SimpulError]] = {
    400: Unreadable,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    406: NotAcceptable,
    409: Conflict,
    410: Gone,
    412: Stale,
    413: TooLarge,
    415: UnsupportedType,
    422: Refusal,
}


@cache
def _messages() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "messages.yaml").read_text("utf-8"))
    return loaded


def finding(code: str, expression: str = "", /, **names: object) -> Finding:
    """The finding `code` of `messages.yaml`, its placeholders filled with `names`."""
    message = _messages()[code]
    return Finding(
        pointer=expression,
        code=code,
        detail=message["en"].format(**names),
        kind=message["kind"],
        text_id=message["id"].format(**names),
        severity=message.get("severity", "error"),
    )


def refused(findings: Sequence[Finding], status: int | None = None) -> SimpulError:
    """The error that carries these findings, to be raised. Without `status` the first finding's own decides."""
    first = findings[0]
    error = _ERRORS[status or _messages()[first.code].get("status", 422)]
    return error(first.code, first.detail, findings)


def refusal(code: str, expression: str = "", /, **names: object) -> SimpulError:
    """The error for one finding."""
    return refused([finding(code, expression, **names)])


def findings_of(error: SimpulError) -> tuple[Finding, ...]:
    """What an error says, as findings: its own, else one that stands for errors of the shared parts."""
    own = tuple(problem for problem in error.problems if isinstance(problem, Finding))
    if own:
        return own
    if error.code in _messages() and "{" not in _messages()[error.code]["en"]:
        return (finding(error.code),)
    return (finding(_STAND_INS.get(status_of(error), "internal-error")),)


_STAND_INS = {
    401: "token-required",
    403: "scope-missing",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    503: "unavailable",
}
_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    503: "Service Unavailable",
}


def status_of(error: SimpulError) -> int:
    """The HTTP status an error is told with."""
    if isinstance(error, Unauthenticated):
        return 401
    if isinstance(error, Unavailable):
        return 503
    return next((status for status, kind in _ERRORS.items() if type(error) is kind), _nearest(error))


def _nearest(error: SimpulError) -> int:
    """Subclasses of the known errors, such as the door's, keep their parent's status."""
    for status, kind in _ERRORS.items():
        if status != 422 and isinstance(error, kind):
            return status
    return 422 if isinstance(error, Refusal) else 500


def status_line(error: SimpulError) -> str:
    """The status as a Bundle's response writes it: `404 Not Found`."""
    status = status_of(error)
    return f"{status} {_REASONS.get(status, 'Error')}"
