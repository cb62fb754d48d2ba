"""The error tree. Where an error is raised decides what it means; the edges decide how it is told.

SimpulError
├── Refusal                  422  the rules say no; the same request will be refused again
│   ├── Forbidden            403
│   ├── NotFound             404  also what belongs to somebody else
│   ├── Conflict             409
│   ├── Gone                 410
│   ├── Stale                412
│   ├── TooLarge             413
│   ├── UnsupportedType      415
│   ├── PreconditionRequired 428
│   └── TooManyRequests      429
├── Unreadable               400  not even parseable; at the Kafka edge: dead letter at once
├── Unauthenticated          401
└── Unavailable              503  try again later; at the Kafka edge: retried with back-off

Anything else is a bug: 500 at the HTTP edge, the dead letters at the Kafka edge.
No `detail` may repeat personal data: it reaches clients, logs and dead letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input. `pointer` is a JSON pointer (RFC 6901), empty for the whole document."""

    pointer: str
    code: str
    detail: str


class SimpulError(Exception):
    """Root of every error this project raises on purpose. `code` is stable, in kebab case."""

    def __init__(self, code: str, detail: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.problems = tuple(problems)


class Refusal(SimpulError):
    """The rules say no."""


class Forbidden(Refusal):
    """Known who asks, and they may not."""


class NotFound(Refusal):
    """There is no such thing for this caller."""


class Conflict(Refusal):
    """Not in the present state."""


class Gone(Refusal):
    """It was there and has been purged."""


class Stale(Refusal):
    """The caller's version is not the current one."""


class TooLarge(Refusal):
    """Over a documented limit."""


class UnsupportedType(Refusal):
    """A media type this route does not take."""


class PreconditionRequired(Refusal):
    """`If-Match` is missing."""


class TooManyRequests(Refusal):
    """Over the rate allowed."""

    def __init__(self, code: str, detail: str, retry_after_seconds: int = 1) -> None:
        super().__init__(code, detail)
        self.retry_after_seconds = retry_after_seconds


class Unreadable(SimpulError):
    """The bytes are not what they claim to be."""


class Unauthenticated(SimpulError):
    """No token, or one that does not hold."""


class Unavailable(SimpulError):
    """A dependency is away; the same request may succeed later."""

    def __init__(self, partner: str, retry_after_seconds: float = 1.0) -> None:
        super().__init__("unavailable", f"{partner} is not available at the moment")
        self.partner = partner
        self.retry_after_seconds = retry_after_seconds
