"""The people at the console and what their roles let them do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

VERIFIER, SUPERVISOR, AUDITOR, OPERATOR = "verifier", "supervisor", "auditor", "operator"
ROLES = (VERIFIER, SUPERVISOR, AUDITOR, OPERATOR)
# Who may look at claims, and who may change them. An operator keeps the hub running and sees no person's claim.
READERS = (VERIFIER, SUPERVISOR, AUDITOR)
DECIDERS = (VERIFIER, SUPERVISOR)


@dataclass(frozen=True)
class SignedIn:
    """A person as a sign-in tells of them: `id` is what decisions are recorded under."""

    id: str
    name: str
    role: str


class IdentityProvider(Protocol):
    """Where people sign in outside the hub. Raises Unavailable when it does not answer."""

    async def begin(self, goes_to: str) -> tuple[str, str]:
        """Where the browser goes, and the cookie that it brings back."""

    async def finish(self, cookie: str | None, answer: Mapping[str, str]) -> tuple[SignedIn, str]:
        """The person and where they wanted to go. Raises Forbidden."""


class SignIns(Protocol):
    """Sessions of the console, and links that sign in once."""

    async def begin(self, person: SignedIn, *, instead_of: str | None) -> str:
        """The cookie of a new session; the one it takes the place of ends."""

    async def end(self, token: str) -> None:
        """Sign out."""

    async def make_link(self, person: SignedIn) -> tuple[str, datetime]:
        """A token that signs this person in once, and until when."""

    async def use_link(self, token: str) -> SignedIn:
        """Raises NotFound for a link that was used, has expired or never was."""
