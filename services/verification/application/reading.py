"""Looking at claims: what can be asked for, and what is answered."""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

# Among a claim's terms, by which queue and stream look for it: that it is a test claim.
TEST_TERM = "~test"


@dataclass(frozen=True)
class ClaimFilter:
    """What queue and stream can be narrowed to; None means any. `region` is a prefix of a region code, `test` asks for
    test claims alone or for none of them."""

    state: str | None = None
    waiting_on: str | None = None
    region: str | None = None
    flag: str | None = None
    q: str | None = None
    test: bool | None = None


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    items: list[dict[str, Any]]
    next_cursor: str | None


class ClaimReader(Protocol):
    """Reads on one open transaction."""

    async def queue(self, wanted: ClaimFilter, cursor: str | None, limit: int) -> Page:
        """The most urgent first: by the nearest due time that still runs."""

    async def claim(self, case_number: str, now: datetime) -> tuple[dict[str, Any], str | None]:
        """The public claim, and the survivor's number when it was merged. Raises NotFound."""

    async def survivor_of(self, case_number: str) -> str | None:
        """The number of the claim that this one was merged into. Raises NotFound."""

    async def unmatched(self, cursor: str | None, limit: int) -> Page:
        """The open pairs of the basket."""

    async def audit(self, filters: Sequence[str | None], cursor: str | None, limit: int) -> Page:
        """`filters`: object id, object type, action, org. The latest first."""


@dataclass(frozen=True)
class Following:
    """Who follows the stream: what they want to see, after which position, until when their token holds. `terms` is
    everything that `wanted.q` may mean."""

    org: str
    wanted: ClaimFilter
    terms: Collection[str] | None
    after: int
    expires_at: datetime


class Stream(Protocol):
    """The claim stream."""

    async def head(self) -> int:
        """The last position given so far."""

    def follow(self, following: Following) -> AsyncGenerator[bytes, None]:
        """Bytes of Server-Sent Events. Raises TooManyRequests at the first item."""
