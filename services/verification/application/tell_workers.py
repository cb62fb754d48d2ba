"""At the end of a unit of work: workers who agreed to messages are told whose turn it is, and their code.

Intake tells the code of a claim that begins with a report. One that begins at a hospital has none yet: when the worker
agreed at the counter, one is minted and told once (decisions 26), and kept as a keyed hash only.
"""

from collections.abc import Mapping, Sequence

from services.verification.application.ports import CaseStore
from services.verification.application.records import ClaimRecord
from services.verification.application.worker_status import birth_dates_of
from services.verification.domain.claim import ClaimView
from services.verification.domain.contacts import contacts
from services.verification.domain.evidence import MEDICAL_REPORT
from shared.identifiers import new_tracking_code

# State and whose turn it was, by case number, as the unit of work found them.
Turns = Mapping[str, tuple[str, str]]


async def tell_workers(store: CaseStore, changed: Sequence[ClaimRecord], turns: Turns) -> None:
    """Once a unit of work. Who has just got the code is told no turn beside it: the page says it. Nobody is told of a
    test claim: the number may be somebody's."""
    for claim in changed:
        view = claim.view
        if view is None or claim.is_test:
            continue
        whom = contacts(view.evidence, view.entries)
        if whom and not await _gave_code(store, claim.case_number, view):
            before, document = turns.get(claim.case_number), claim.document or {}
            if before is not None and before != (document["state"], document["waiting_on"]):
                await store.tell_turn(whom, document)


async def _gave_code(store: CaseStore, case_number: str, view: ClaimView) -> bool:
    """Whether the worker was given their code just now: nobody had one of this claim, a hospital says that the worker
    wants one, and a birth date is known, without which it would open nothing."""
    visits = [piece for piece in view.evidence if piece.kind == MEDICAL_REPORT and piece.message_contact]
    agreed = contacts(visits, view.entries)
    if not agreed or any(piece.tracking_code_hash for piece in view.evidence):
        return False
    if not any(birth_dates_of(piece) for piece in view.evidence):
        return False
    visit = next(piece for piece in visits if piece.message_contact == agreed[0].address)
    code = new_tracking_code()
    if not await store.codes.give_first(case_number, visit.id, [piece.id for piece in view.evidence], code):
        return False
    await store.tell_code(agreed[0], code)
    return True
