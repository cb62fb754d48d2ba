"""Who is meant: which evidence tells of one worker, by numbers first and by likeness where numbers say nothing.

1. A NIK is a worker, and two NIKs are two (decisions 4). A KPJ or passport without a NIK means the only NIK that uses
   it. Evidence without any number that names a case or report means the worker of that one.
2. Evidence of a worker without a NIK joins the worker it is surely like (`likeness.py`): only when nobody else, who
   cannot be the same person, is nearly as like. Twins and namesakes are therefore left to a person.
3. What a person said of two pieces outweighs likeness.

A pure function of a set, so order cannot matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations

from services.verification.domain.evidence import Evidence, Identity
from services.verification.domain.likeness import Likeness, alike, compare

# A second candidate within this many bits of the best leaves the word to a person: at most one in sixty-four.
_AHEAD_BITS = 6.0


@dataclass(frozen=True)
class Match:
    """Two pieces without a common number, and how like they are. `one` sorts before `other`."""

    one: str
    other: str
    likeness: Likeness


@dataclass(frozen=True)
class Said:
    """What was said outright: by persons, of pairs of evidence ids; and by case numbers, of the evidence that opened
    each (`founders`)."""

    together: frozenset[frozenset[str]]
    apart: frozenset[frozenset[str]]
    founders: Mapping[str, str]


@dataclass(frozen=True)
class Workers:
    """`of` gives each evidence id its worker; `ambiguous` the evidence whose KPJ or passport several NIKs use, with
    those NIKs; `joined` what likeness decided and `doubts` what it left to a person."""

    of: Mapping[str, str]
    ambiguous: Mapping[str, frozenset[str]]
    joined: tuple[Match, ...] = ()
    doubts: tuple[Match, ...] = ()


def workers_of(pieces: Sequence[Evidence], said: Said, window: timedelta) -> Workers:
    """The worker of each piece."""
    numbered, ambiguous = _by_numbers(pieces, said.founders)
    settled = ambiguous.keys() | {id_ for pair in said.together for id_ in pair}
    resolution = _Resolution(pieces, numbered, settled, said.apart, window)
    cluster_of = resolution.clusters()
    joined = [match for pair, match in resolution.edges.items() if len({cluster_of[node] for node in pair}) == 1]
    doubts = [match for pair, match in resolution.edges.items() if len({cluster_of[node] for node in pair}) == 2]
    return Workers(
        {id_: cluster_of[worker] for id_, worker in numbered.items()},
        {id_: frozenset(niks) for id_, niks in ambiguous.items()},
        tuple(sorted(joined, key=lambda match: (match.one, match.other))),
        tuple(sorted(doubts, key=lambda match: (match.one, match.other))),
    )


def shared_kpj(pieces: Iterable[Evidence]) -> frozenset[str]:
    """The evidence whose KPJ appears under two NIKs."""
    pieces = list(pieces)
    niks: dict[str, set[str]] = {}
    for piece in pieces:
        if piece.identity.kpj and piece.identity.nik:
            niks.setdefault(piece.identity.kpj, set()).add(piece.identity.nik)
    return frozenset(piece.id for piece in pieces if len(niks.get(piece.identity.kpj or "", ())) > 1)


def _by_numbers(pieces: Sequence[Evidence], founders: Mapping[str, str]) -> tuple[dict[str, str], dict[str, set[str]]]:
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
    by_id = {piece.id: piece for piece in pieces}
    for piece in pieces:
        if not piece.identity.is_numbered:
            workers[piece.id] = workers[_meant_by(piece, by_id, founders)]
    return workers, ambiguous


def _meant_by(piece: Evidence, pieces: Mapping[str, Evidence], founders: Mapping[str, str]) -> str:
    """The evidence that `piece` names by case or report, and so on while that bears no number of a worker either."""
    seen: list[str] = []
    while piece.id not in seen:
        seen.append(piece.id)
        named = founders.get(piece.case_number or "") or piece.report_id
        if piece.identity.is_numbered or named is None or named not in pieces:
            return piece.id
        piece = pieces[named]
    # They name each other in a circle.
    return min(seen[seen.index(piece.id) :])


def _numbers(identity: Identity) -> list[tuple[str, str]]:
    named = (("kpj", identity.kpj), ("passport", identity.passport))
    return [(kind, value) for kind, value in named if value]


def _has_nik(worker: str) -> bool:
    return worker.startswith("nik:")


@dataclass
class _Resolution:
    """Workers as numbers tell them, and how like those are of whom at most one has a NIK."""

    pieces: Sequence[Evidence]
    numbered: Mapping[str, str]
    settled: frozenset[str] | set[str]
    apart: frozenset[frozenset[str]]
    window: timedelta
    nodes: dict[str, list[Evidence]] = field(default_factory=dict)
    edges: dict[tuple[str, str], Match] = field(default_factory=dict)
    # Each node's partners, with how like they are in bits.
    partners: dict[str, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for piece in sorted(self.pieces, key=lambda piece: piece.id):
            self.nodes.setdefault(self.numbered[piece.id], []).append(piece)
        if all(map(_has_nik, self.nodes)):
            return
        for one, other in combinations(sorted(self.nodes), 2):
            found = self._edge(one, other)
            if found is not None:
                self.edges[one, other] = found
                self.partners.setdefault(one, {})[other] = found.likeness.bits
                self.partners.setdefault(other, {})[one] = found.likeness.bits

    def _edge(self, one: str, other: str) -> Match | None:
        """The best pair of pieces of two workers; None when numbers or a person rule on them."""
        if _has_nik(one) and _has_nik(other):
            return None
        best: Match | None = None
        for a in self.nodes[one]:
            for b in self.nodes[other]:
                if a.id in self.settled or b.id in self.settled:
                    continue
                if frozenset((a.id, b.id)) in self.apart:
                    return None
                found = alike(a, b, self.window)
                if found is not None and (best is None or found.bits > best.likeness.bits):
                    best = Match(min(a.id, b.id), max(a.id, b.id), found)
        return best

    def clusters(self) -> dict[str, str]:
        """Worker by numbers → worker after likeness. Never two NIKs in one."""
        cluster_of = {node: node for node in self.nodes}
        accepted = [
            (pair, match)
            for pair, match in self.edges.items()
            if match.likeness.is_sure and not any(self._has_rival(node, pair, match) for node in pair)
        ]
        for (one, other), _ in sorted(accepted, key=lambda item: (-item[1].likeness.bits, item[0])):
            # A NIK sorts last, and gives the cluster its name.
            drop, keep = sorted((cluster_of[one], cluster_of[other]), key=lambda worker: (_has_nik(worker), worker))
            if _has_nik(drop):
                continue
            cluster_of = {node: keep if cluster == drop else cluster for node, cluster in cluster_of.items()}
        return cluster_of

    def _has_rival(self, node: str, pair: tuple[str, str], match: Match) -> bool:
        """Whether somebody who is not the one `pair` names is nearly as like, or liker."""
        (partner,) = set(pair) - {node}
        near = match.likeness.bits - _AHEAD_BITS
        return any(
            bits > near and rival != partner and self._are_two(partner, rival)
            for rival, bits in self.partners[node].items()
        )

    def _are_two(self, one: str, other: str) -> bool:
        """Whether two workers cannot be the same person."""
        if _has_nik(one) and _has_nik(other):
            return True
        return any(compare(a, b).contradicts for a in self.nodes[one] for b in self.nodes[other])
