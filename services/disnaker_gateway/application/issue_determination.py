"""The inspector's determination (penetapan) enters the hub. PP 44/2015 arts. 49 and 50."""

from uuid import UUID

from services.disnaker_gateway.application.ports import KnownCase, Officer, StoredDetermination, UnitOfWork
from services.disnaker_gateway.application.view_case import case_of_office
from services.disnaker_gateway.domain.determinations import decided_in_the_future, superseded_by_new
from shared.clock import Clock
from shared.errors import Conflict, NotFound, Problem, Refusal
from shared.events import Event, new_event
from shared.events.catalogue import DETERMINATION_ISSUED
from shared.events.determination import DeterminationContent, DeterminationFacts
from shared.identifiers import new_id

_MERGES_FOLLOWED_MAX = 5


async def issue_determination(
    work: UnitOfWork, clock: Clock, officer: Officer, content: DeterminationContent
) -> StoredDetermination:
    """Record and publish. Raises NotFound for a case elsewhere or unknown, Conflict `claim.closed`, Refusal for a day
    in the future or an unknown determination in `supersedes`."""
    known = await _surviving(work, content.case_number)
    if decided_in_the_future(content.decided_on, known.region_code, clock.now()):
        raise _refused("/decided_on", "date.in-future", "The determination can't be dated in the future.")
    if not known.open:
        raise Conflict("claim.closed", "The claim is closed; ask BPJS to reopen it.")
    await work.determinations.lock_case(known.case_number)
    now = clock.now()  # under the lock, so that the order of times is the order of coming
    earlier = await work.determinations.of_case(known.case_number)
    supersedes, holds = superseded_by_new(content.supersedes, [each.determination_id for each in earlier])
    if not holds:
        raise _refused("/supersedes", "determination.unknown", "There is no such determination of this case.")
    determination = StoredDetermination(
        determination_id=new_id(),
        org=officer.org,
        client_id=officer.client_id,
        case_number=known.case_number,
        region_code=known.region_code,
        decision=content.decision.value,
        supersedes=supersedes,
        superseded_by=None,
        received_at=now,
        content=content.model_dump(mode="json"),
    )
    await work.determinations.add(determination, len(earlier) + 1)
    await work.publish([_event(determination, content)])
    await work.audit(officer, "determination.issue", "determination", determination.determination_id)
    return determination


async def read_determination(work: UnitOfWork, officer: Officer, determination_id: UUID) -> StoredDetermination:
    """Raises NotFound for an unknown one and for another office's alike."""
    found = await work.determinations.get(determination_id)
    if found is None:
        raise NotFound("determination.unknown", "There is no such determination.")
    await work.audit(officer, "determination.read", "determination", determination_id)
    return found


async def _surviving(work: UnitOfWork, case_number: str) -> KnownCase:
    """The case, or the one it was merged into: the office knows the number that it was told."""
    known = await case_of_office(work, case_number)
    for _ in range(_MERGES_FOLLOWED_MAX):
        if known.merged_into is None:
            return known
        known = await case_of_office(work, known.merged_into)
    raise Conflict("claim.merged", "The claim was merged; use the number of the claim that remains.")


def _event(determination: StoredDetermination, content: DeterminationContent) -> Event:
    return new_event(
        DETERMINATION_ISSUED,
        subject=determination.determination_id,
        version=1,
        key=determination.case_number,
        facts=DeterminationFacts(
            determination_id=determination.determination_id,
            case_number=determination.case_number,
            org=determination.org,
            region_code=determination.region_code,
            decision=content.decision,
            decided_on=content.decided_on,
            supersedes=determination.supersedes,
            received_at=determination.received_at,
        ),
        content=content,
    )


def _refused(pointer: str, code: str, detail: str) -> Refusal:
    return Refusal("validation", "The request does not fit; see errors.", [Problem(pointer, code, detail)])
