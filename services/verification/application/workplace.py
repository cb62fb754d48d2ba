"""What every piece of verifiers' work needs: who does it, on which desk, and the claim it is about."""

from dataclasses import dataclass

from services.verification.application.case_desk import CaseDesk
from services.verification.application.ports import CaseStore
from services.verification.application.records import ClaimRecord
from services.verification.domain.derivation import Policy
from shared.clock import Clock
from shared.errors import Conflict


@dataclass(frozen=True)
class Person:
    """Who answers for an action: the officer named, else the signed-in person, else the token's subject."""

    org: str
    id: str
    name: str | None = None


@dataclass(frozen=True)
class Workplace:
    """What a use case works with, on one transaction."""

    desk: CaseDesk
    store: CaseStore
    clock: Clock
    policy: Policy


async def open_claim(place: Workplace, case_number: str) -> ClaimRecord:
    """Open the desk for one claim that still stands for itself. Raises NotFound, or Conflict when it was merged."""
    await place.desk.open([], [], [case_number])
    return unmerged(place.desk, case_number)


def unmerged(desk: CaseDesk, case_number: str) -> ClaimRecord:
    """The claim under this number. Raises NotFound, or Conflict when it was merged into another."""
    claim = desk.claim(case_number)
    if claim.is_merged:
        raise Conflict("claim.merged", f"This claim was merged into {desk.survivor(case_number).case_number}.")
    return claim
