"""Which evidence belongs to one accident (decisions 4 and 21): a pure function of a set, so order cannot matter.

1. Evidence is laid into blocks by what a person linked, then by explicit case and report numbers (never across two
   NIKs, never against a person's split).
2. Whose evidence it is follows from numbers, and from likeness where numbers say nothing (workers.py).
3. Anchors of one worker that lie within a day are one accident.
4. Other blocks join the nearest anchor within the window, the earlier one on a tie.
5. What is left without an anchor forms groups from its earliest piece.

What test clients sent is grouped by itself: no number and no person's word joins it with what is real.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.verification.domain.evidence import Evidence, apart
from services.verification.domain.workers import Match, Said, shared_kpj, workers_of

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
    """The evidence of each accident, by id; the doubtful pairs, with NIK conflicts named; what was joined by likeness;
    and evidence whose group bears no number of its worker and stands in no pair."""

    groups: tuple[frozenset[str], ...]
    pairs: tuple[Pair, ...]
    shared_kpj_evidence: frozenset[str]
    nik_conflict_evidence: frozenset[str]
    matches: tuple[Match, ...] = ()
    unnamed: frozenset[str] = frozenset()

    def beside(self, other: "Grouping") -> "Grouping":
        """Both, of evidence that has nothing to do with each other."""
        return Grouping(
            self.groups + other.groups,
            self.pairs + other.pairs,
            self.shared_kpj_evidence | other.shared_kpj_evidence,
            self.nik_conflict_evidence | other.nik_conflict_evidence,
            self.matches + other.matches,
            self.unnamed | other.unnamed,
        )


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
    pieces = list(evidence)
    tried = [piece for piece in pieces if piece.is_test]
    if not tried:
        return _grouped(pieces, links, founders, window)
    real = [piece for piece in pieces if not piece.is_test]
    return _grouped(real, links, founders, window).beside(_grouped(tried, links, founders, window))


def _grouped(
    evidence: Iterable[Evidence], links: PersonLinks, founders: Mapping[str, str], window: timedelta
) -> Grouping:
    pieces = {piece.id: piece for piece in sorted(evidence, key=_when)}
    workers = workers_of(list(pieces.values()), Said(links.together, links.apart, founders), window)
    blocks = _Blocks(pieces, links.apart)
    for together in sorted(links.together, key=sorted):
        if len(together) == 2 and together <= pieces.keys():
            one, other = sorted(together)
            if blocks.may_join(one, other, across_niks=True):
                blocks.join(one, other)
    pairs, conflicts = _join_explicit(blocks, pieces, founders)
    by_worker: dict[str, list[Evidence]] = {}
    for piece in pieces.values():
        by_worker.setdefault(workers.of[piece.id], []).append(piece)
    for own in by_worker.values():
        _join_anchors(blocks, own)
        _join_nearest(blocks, own, window)
        _join_unanchored(blocks, own, window)
    groups = tuple(
        sorted((frozenset(block) for block in blocks.blocks()), key=lambda group: _when_group(group, pieces))
    )
    pairs += _ambiguous_pairs(workers.ambiguous, pieces, blocks, window)
    pairs += _follow_up_pairs(by_worker, blocks)
    pairs += [_pair(doubt.one, doubt.other, doubt.likeness.score, *doubt.likeness.reasons) for doubt in workers.doubts]
    unsettled = _unsettled(pairs, links, blocks)
    matches = tuple(match for match in workers.joined if blocks.block_of[match.one] == blocks.block_of[match.other])
    unnamed = _unnamed(groups, pieces, unsettled)
    return Grouping(groups, unsettled, shared_kpj(pieces.values()), frozenset(conflicts), matches, unnamed)


def _when(piece: Evidence) -> tuple[object, str]:
    return (piece.occurred_at, piece.id)


def _when_group(group: frozenset[str], pieces: Mapping[str, Evidence]) -> tuple[object, str]:
    return min(_when(pieces[id_]) for id_ in group)


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
    ambiguous: Mapping[str, frozenset[str]], pieces: Mapping[str, Evidence], blocks: _Blocks, window: timedelta
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


def _unnamed(groups: Iterable[frozenset[str]], pieces: Mapping[str, Evidence], pairs: Iterable[Pair]) -> frozenset[str]:
    """The earliest active piece of each group in which nobody names the worker by a number, unless a pair shows it."""
    shown = {id_ for pair in pairs for id_ in (pair.one, pair.other)}
    found = set()
    for group in groups:
        active = [pieces[id_] for id_ in group if pieces[id_].is_active]
        if active and not group & shown and not any(pieces[id_].identity.is_numbered for id_ in group):
            found.add(min(active, key=_when).id)
    return frozenset(found)


def _pair(one: str, other: str, score: float, *reasons: str) -> Pair:
    first, second = sorted((one, other))
    return Pair(first, second, score, reasons)
