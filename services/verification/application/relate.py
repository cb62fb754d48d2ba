"""A verifier says which evidence is one accident: joins and splits claims, settles pairs of the basket."""

from collections.abc import Sequence

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace, open_claim, unmerged
from shared.errors import Conflict, NotFound, Problem, Refusal


async def join_claims(place: Workplace, case_number: str, other: str, person: Person) -> ClaimRecord:
    """Two claims are one accident. Raises Refusal when both numbers stand for one claim already."""
    await place.desk.open([], [], [case_number, other])
    one, two = unmerged(place.desk, case_number), place.desk.survivor(other)
    if one is two:
        detail = "Both numbers stand for the same claim."
        raise Refusal("claim.already-joined", detail, [Problem("/join", "already-joined", detail)])
    place.desk.link(one.founder_id, two.founder_id, person.id)
    await place.desk.close()
    return place.desk.survivor(case_number)


async def split_claim(place: Workplace, case_number: str, evidence_ids: Sequence[str], person: Person) -> ClaimRecord:
    """These pieces of evidence are another accident. Raises Refusal unless they are some of the claim's, not all."""
    claim = await open_claim(place, case_number)
    held = {piece.id for piece in place.desk.view(case_number).evidence}
    if not set(evidence_ids) < held or not evidence_ids:
        detail = "Name some of the claim's own pieces of evidence, and not all of them."
        raise Refusal("claim.cannot-split", detail, [Problem("/split", "cannot-split", detail)])
    place.desk.split(case_number, evidence_ids, person.id)
    await place.desk.close()
    return claim


async def settle_pair(
    place: Workplace, pair_id: str, person: Person, *, link: bool, join: str | None = None
) -> ClaimRecord:
    """A person's word on a doubtful pair; evidence that stands alone in the basket is linked with the claim `join`.

    Raises NotFound, Conflict when it was settled before, Refusal when `join` is missing or out of place.
    """
    pair = await place.store.pair(pair_id)
    if pair is None:
        raise NotFound("pair.not-found", "There is no such pair.")
    if pair.state != "open":
        raise Conflict("pair.settled", "This pair is settled already.")
    _refuse_join_out_of_place(alone=pair.other is None, link=link, join=join)
    await place.desk.open([], [id_ for id_ in (pair.one, pair.other) if id_], [join] if join else [])
    other = place.desk.survivor(join).founder_id if join else pair.other
    if other is not None and link:
        place.desk.link(pair.one, other, person.id)
    elif other is not None:
        place.desk.keep_apart(pair.one, other, person.id)
    await place.desk.close()
    await place.store.close_pair(pair_id, "linked" if link else "dismissed", person.id)
    return place.desk.claim_of(pair.one)


def _refuse_join_out_of_place(*, alone: bool, link: bool, join: str | None) -> None:
    if join is None and alone and link:
        code, detail = "join-required", "Nothing else is like this evidence: name the claim it belongs to."
    elif join is not None and not (alone and link):
        code, detail = (
            "join-not-expected",
            "Only evidence alone in the basket is linked with a named claim.",
        )
    else:
        return
    raise Refusal("pair.join", detail, [Problem("/join", code, detail)])
