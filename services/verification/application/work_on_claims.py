"""What verifiers do: decide, note, assign, link and split. Each is one unit of work on the case desk."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.verification.application.case_desk import CaseDesk
from services.verification.application.ports import CaseStore
from services.verification.application.records import ClaimRecord
from services.verification.domain.claim import Decision, Note
from services.verification.domain.deciding import check_allowed
from services.verification.domain.derivation import Policy
from services.verification.domain.evidence import Determination
from services.verification.domain.stance import fold
from shared.clock import Clock
from shared.errors import Conflict, NotFound, Problem, Refusal, Stale
from shared.identifiers import new_id
from shared.regulation.rule_sets import rule_set_named


@dataclass(frozen=True)
class Person:
    """Who answers for an action: the officer named, else the signed-in person, else the token's subject."""

    org: str
    id: str
    name: str | None = None


@dataclass(frozen=True)
class DecisionRequest:
    """A decision as asked for."""

    kind: str
    outcome: str | None
    amount_rupiah: int | None
    reason_code: str | None
    reason: str | None
    legal_basis: str | None


@dataclass(frozen=True)
class Workplace:
    """What a use case works with, on one transaction."""

    desk: CaseDesk
    store: CaseStore
    clock: Clock
    policy: Policy


async def take_decision(
    place: Workplace, case_number: str, decision_version: int | None, person: Person, request: DecisionRequest
) -> tuple[Decision, ClaimRecord]:
    """Record a decision. Raises NotFound, Stale when the claim has moved on in what matters, Conflict when the
    claim's state does not allow it, Refusal when it lacks something."""
    desk = place.desk
    await desk.open([], [], [case_number])
    claim = _unmerged(desk, case_number)
    if decision_version != claim.decision_version:
        raise Stale(
            "claim.changed-meanwhile", f"The claim is at decision version {claim.decision_version}; look at it again."
        )
    view = desk.view(case_number)
    rules = rule_set_named(view.rule_set)
    decision = Decision(
        id=str(new_id()),
        kind=request.kind,
        decided_at=place.clock.now(),
        org=person.org,
        person=person.id,
        officer_name=person.name,
        outcome=request.outcome,
        amount_rupiah=request.amount_rupiah,
        reason_code=request.reason_code,
        reason=request.reason,
        legal_basis=request.legal_basis,
        rule_set=f"{rules.rule_set}:{rules.content_hash}",
    )
    entries = desk.entries_of(case_number)
    stance = fold(
        [entry for entry in entries if isinstance(entry, Decision)],
        [entry for entry in entries if isinstance(entry, Determination)],
        place.policy.four_eyes_rupiah,
    )
    check_allowed(view, stance, decision)
    changed = desk.add_entry(case_number, decision, "decision-taken")
    await desk.close()
    return decision, changed


async def add_note(place: Workplace, case_number: str, person: Person, text: str) -> tuple[Note, ClaimRecord]:
    """Write something down; raises NotFound."""
    await place.desk.open([], [], [case_number])
    _unmerged(place.desk, case_number)
    note = Note(str(new_id()), place.clock.now(), person.org, person.id, text)
    changed = place.desk.add_entry(case_number, note, "note-added")
    await place.desk.close()
    return note, changed


async def assign_claim(place: Workplace, case_number: str, officer: str | None) -> ClaimRecord:
    """Give a claim to an officer, or to nobody."""
    await place.desk.open([], [], [case_number])
    _unmerged(place.desk, case_number)
    changed = place.desk.assign_to(case_number, officer)
    await place.desk.close()
    return changed


async def join_claims(place: Workplace, case_number: str, other: str, person: Person) -> ClaimRecord:
    """Two claims are one accident. Raises Refusal when both numbers stand for one claim already."""
    await place.desk.open([], [], [case_number, other])
    one, two = _unmerged(place.desk, case_number), place.desk.survivor(other)
    if one is two:
        detail = "Both numbers stand for the same claim."
        raise Refusal("claim.already-joined", detail, [Problem("/join", "already-joined", detail)])
    place.desk.link(one.founder_id, two.founder_id, person.id)
    await place.desk.close()
    return place.desk.survivor(case_number)


async def split_claim(place: Workplace, case_number: str, evidence_ids: Sequence[str], person: Person) -> ClaimRecord:
    """These pieces of evidence are another accident. Raises Refusal unless they are some of the claim's, not all."""
    await place.desk.open([], [], [case_number])
    claim = _unmerged(place.desk, case_number)
    held = {piece.id for piece in place.desk.view(case_number).evidence}
    if not set(evidence_ids) < held or not evidence_ids:
        detail = "Name some of the claim's own pieces of evidence, and not all of them."
        raise Refusal("claim.cannot-split", detail, [Problem("/split", "cannot-split", detail)])
    place.desk.split(case_number, evidence_ids, person.id)
    await place.desk.close()
    return claim


async def settle_pair(place: Workplace, pair_id: str, person: Person, *, link: bool) -> ClaimRecord:
    """A person's word on a doubtful pair. Raises NotFound, and Conflict when it was settled before."""
    pair = await place.store.pair(pair_id)
    if pair is None:
        raise NotFound("pair.not-found", "There is no such pair.")
    if pair.state != "open":
        raise Conflict("pair.settled", "This pair is settled already.")
    await place.desk.open([], [pair.one, pair.other], [])
    if link:
        place.desk.link(pair.one, pair.other, person.id)
    else:
        place.desk.keep_apart(pair.one, pair.other, person.id)
    await place.desk.close()
    await place.store.close_pair(pair_id, "linked" if link else "dismissed", person.id)
    return place.desk.claim_of(pair.one)


def _unmerged(desk: CaseDesk, case_number: str) -> ClaimRecord:
    claim = desk.claim(case_number)
    if claim.is_merged:
        raise Conflict("claim.merged", f"This claim was merged into {desk.survivor(case_number).case_number}.")
    return claim
