"""Which evidence belongs to one accident (decisions 4 and 21): a pure function of a set, so order cannot matter.

1. Evidence is laid into blocks by what a person linked, then by explicit case and report numbers (never across two
   NIKs, never against a person's split).
2. Anchors of one worker that lie within a day are one accident.
3. Other blocks join the nearest anchor within the window, the earlier one on a tie.
4. What is left without an anchor forms groups from its earliest piece.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.verification.domain.evidence import Evidence, Identity, apart

ONE_ACCIDENT_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class PersonLinks:
    """What verifiers decided about pairs of evidence ids; `together` wins nothing over `apart` and vice versa: the
    use case that records one removes the other."""

    together: frozenset[frozenset[str]] = frozenset()
    apart: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Pair:
    """Two pieces of evidence whose claims may be one; a person decides."""

    one: str
    other: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """The evidence of each accident, by id; and the doubtful pairs, with NIK conflicts named."""

    groups: tuple[frozenset[str], ...]
    pairs: tuple[Pair, ...]
    shared_kpj_evidence: frozenset[str]
    nik_conflict_evidence: frozenset[str]


@dataclass
class _Blocks:
    """Union-find over evidence ids that refuses unions across two NIKs or against a person's split."""

    evidence: Mapping[str, Evidence]
    apart: frozenset[frozenset[str]]
    block_of: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for id_ in self.evidence:
            self.block_of[id_], self.members[id_] = id_, {id_}

    def niks(self, id_: str) -> set[str]:
        return {
            nik
            for member in self.members[self.block_of[id_]]
            if (nik := self.evidence[member].identity.nik) is not None
        }

    def may_join(self, one: str, other: str, *, across_niks: bool = False) -> bool:
        if not across_niks and len(self.niks(one) | self.niks(other)) > 1:
            return False
        ones, others = self.members[self.block_of[one]], self.members[self.block_of[other]]
        return not any(frozenset((a, b)) in self.apart for a in ones for b in others) if self.apart else True

    def join(self, one: str, other: str) -> None:
        keep, drop = sorted((self.block_of[one], self.block_of[other]))
        if keep == drop:
            return
        for member in self.members.pop(drop):
            self.block_of[member] = keep
            self.members[keep].add(member)

    def blocks(self) -> list[set[str]]:
        return list(self.members.values())


def group_evidence(
    evidence: Iterable[Evidence], links: PersonLinks, founders: Mapping[str, str], window: timedelta
) -> Grouping:
    """Group the evidence of workers. `founders` maps each case number to the id of the evidence that opened it."""
    pieces = {piece.id: piece for piece in sorted(evidence, key=_when)}
    workers, ambiguous = _workers(pieces.values())
    blocks = _Blocks(pieces, links.apart)
    for together in sorted(links.together, key=sorted):
        if len(together) == 2 and together <= pieces.keys():
            one, other = sorted(together)
            if blocks.may_join(one, other, across_niks=True):
                blocks.join(one, other)
    pairs, conflicts = _join_explicit(blocks, pieces, founders)
    by_worker: dict[str, list[Evidence]] = {}
    for piece in pieces.values():
        by_worker.setdefault(workers[piece.id], []).append(piece)
    for own in by_worker.values():
        _join_anchors(blocks, own)
        _join_nearest(blocks, own, window)
        _join_unanchored(blocks, own, window)
    groups = tuple(
        sorted((frozenset(block) for block in blocks.blocks()), key=lambda group: _when_group(group, pieces))
    )
    pairs += _ambiguous_pairs(ambiguous, pieces, blocks, window)
    pairs += _follow_up_pairs(by_worker, blocks)
    shared = _shared_kpj(pieces.values())
    return Grouping(groups, _unsettled(pairs, links, blocks), shared, frozenset(conflicts))


def _when(piece: Evidence) -> tuple[object, str]:
    return (piece.occurred_at, piece.id)


def _when_group(group: frozenset[str], pieces: Mapping[str, Evidence]) -> tuple[object, str]:
    return min(_when(pieces[id_]) for id_ in group)


def _workers(pieces: Iterable[Evidence]) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Evidence id → worker; and the evidence whose KPJ or passport two NIKs use, with those NIKs."""
    pieces = list(pieces)
    niks_of: dict[tuple[str, str], set[str]] = {}
    for piece in pieces:
        if piece.identity.nik:
            for number in _numbers(piece.identity):
                niks_of.setdefault(number, set()).add(piece.identity.nik)
    workers: dict[str, str] = {}
    ambiguous: dict[str, set[str]] = {}
    for piece in pieces:
        numbers = _numbers(piece.identity)
        if piece.identity.nik:
            workers[piece.id] = f"nik:{piece.identity.nik}"
            continue
        niks = set().union(*(niks_of.get(number, set()) for number in numbers))
        if len(niks) == 1:
            workers[piece.id] = f"nik:{next(iter(niks))}"
        elif len(niks) > 1:
            # Two NIKs are two workers; a KPJ alone cannot say which of them is meant, so it stays by itself.
            workers[piece.id] = f"evidence:{piece.id}"
            ambiguous[piece.id] = niks
        else:
            workers[piece.id] = ":".join(numbers[0]) if numbers else f"evidence:{piece.id}"
    return workers, ambiguous


def _numbers(identity: Identity) -> list[tuple[str, str]]:
    named = (("kpj", identity.kpj), ("passport", identity.passport))
    return [(kind, value) for kind, value in named if value]


def _join_explicit(
    blocks: _Blocks, pieces: Mapping[str, Evidence], founders: Mapping[str, str]
) -> tuple[list[Pair], set[str]]:
    pairs: list[Pair] = []
    conflicts: set[str] = set()
    for number in ("case_number", "report_id"):
        for piece in pieces.values():
            named = getattr(piece, number)
            target = founders.get(named) if number == "case_number" else named
            if target is None or target not in pieces or target == piece.id:
                continue
            if blocks.may_join(piece.id, target):
                blocks.join(piece.id, target)
            elif len(blocks.niks(piece.id) | blocks.niks(target)) > 1:
                pairs.append(_pair(piece.id, target, 0.9, f"explicit-{number.replace('_', '-')}", "nik-differs"))
                conflicts |= {piece.id, target}
    return pairs, conflicts


def _join_anchors(blocks: _Blocks, own: Sequence[Evidence]) -> None:
    """Anchors in order of time; each joins the accident begun by the earliest anchor that lies within a day."""
    first: list[Evidence] = []
    for anchor in (piece for piece in own if piece.is_anchor):
        fitting = (
            begun
            for begun in first
            if apart(begun, anchor) <= ONE_ACCIDENT_WITHIN and blocks.may_join(begun.id, anchor.id)
        )
        begun = next(fitting, None)
        if begun is None:
            first.append(anchor)
        else:
            blocks.join(begun.id, anchor.id)


def _join_nearest(blocks: _Blocks, own: Sequence[Evidence], window: timedelta) -> None:
    anchors = [piece for piece in own if piece.is_anchor]
    anchored = {blocks.block_of[anchor.id] for anchor in anchors}
    moves: list[tuple[str, str]] = []
    for piece in own:
        if blocks.block_of[piece.id] in anchored or any(
            blocks.evidence[member].is_anchor for member in blocks.members[blocks.block_of[piece.id]]
        ):
            continue
        near = [a for a in anchors if apart(a, piece) <= window and blocks.may_join(a.id, piece.id)]
        if near:
            nearest = min(near, key=lambda anchor: (apart(anchor, piece), *_when(anchor)))
            moves.append((nearest.id, piece.id))
    # Decided first and joined afterwards, so that no piece's choice depends on another's.
    for anchor_id, piece_id in moves:
        if blocks.may_join(anchor_id, piece_id):
            blocks.join(anchor_id, piece_id)


def _join_unanchored(blocks: _Blocks, own: Sequence[Evidence], window: timedelta) -> None:
    earliest: list[Evidence] = []
    for piece in own:
        if any(blocks.evidence[member].is_anchor for member in blocks.members[blocks.block_of[piece.id]]):
            continue
        begun = next(
            (first for first in earliest if apart(first, piece) <= window and blocks.may_join(first.id, piece.id)), None
        )
        if begun is None:
            earliest.append(piece)
        else:
            blocks.join(begun.id, piece.id)


def _ambiguous_pairs(
    ambiguous: Mapping[str, set[str]], pieces: Mapping[str, Evidence], blocks: _Blocks, window: timedelta
) -> list[Pair]:
    pairs = []
    for id_, niks in sorted(ambiguous.items()):
        for other in pieces.values():
            near = apart(pieces[id_], other) <= window
            if other.identity.nik in niks and near and blocks.block_of[other.id] != blocks.block_of[id_]:
                pairs.append(_pair(id_, other.id, 0.5, "kpj-equal", "kpj-shared-by-two-niks"))
    return pairs


def _follow_up_pairs(by_worker: Mapping[str, Sequence[Evidence]], blocks: _Blocks) -> list[Pair]:
    """A later visit of a worker with an earlier accident may belong to its treatment; a person decides."""
    pairs = []
    for own in by_worker.values():
        anchors = [piece for piece in own if piece.is_anchor]
        for piece in own:
            if piece.is_anchor or any(
                blocks.evidence[member].is_anchor for member in blocks.members[blocks.block_of[piece.id]]
            ):
                continue
            earlier = [anchor for anchor in anchors if anchor.occurred_at <= piece.occurred_at]
            if earlier:
                pairs.append(_pair(piece.id, max(earlier, key=_when).id, 0.4, "same-worker", "visit-after-accident"))
    return pairs


def _unsettled(pairs: Sequence[Pair], links: PersonLinks, blocks: _Blocks) -> tuple[Pair, ...]:
    """One pair for each two groups, the best reason first; without those a person has decided."""
    best: dict[frozenset[str], Pair] = {}
    for pair in pairs:
        groups = frozenset((blocks.block_of[pair.one], blocks.block_of[pair.other]))
        decided = frozenset((pair.one, pair.other)) in links.apart
        if len(groups) == 2 and not decided and (groups not in best or best[groups].score < pair.score):
            best[groups] = pair
    return tuple(sorted(best.values(), key=lambda pair: (pair.one, pair.other)))


def _shared_kpj(pieces: Iterable[Evidence]) -> frozenset[str]:
    pieces = list(pieces)
    niks: dict[str, set[str]] = {}
    for piece in pieces:
        if piece.identity.kpj and piece.identity.nik:
            niks.setdefault(piece.identity.kpj, set()).add(piece.identity.nik)
    return frozenset(piece.id for piece in pieces if len(niks.get(piece.identity.kpj or "", ())) > 1)


def _pair(one: str, other: str, score: float, *reasons: str) -> Pair:
    first, second = sorted((one, other))
    return Pair(first, second, score, reasons)
