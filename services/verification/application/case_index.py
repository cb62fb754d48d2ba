"""Evidence and claims in memory, findable by every number that can hold them together."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from services.verification.application.likeness_index import LikenessIndex
from services.verification.application.records import ClaimRecord, EvidenceRecord
from services.verification.domain.case_numbers import Founding
from services.verification.domain.claim import OtherClaim
from services.verification.domain.evidence import Evidence


class CaseIndex:
    """What one unit of work has read and changed."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self.clear()

    def clear(self) -> None:
        """Forget all."""
        self._likeness = LikenessIndex(self._window)
        self.evidence: dict[str, EvidenceRecord] = {}
        self.claims: dict[str, ClaimRecord] = {}
        # Case number → the evidence that opened it.
        self.founders: dict[str, str] = {}
        self._by_number: dict[tuple[str, str], set[str]] = {}
        self._numbers_of: dict[str, list[tuple[str, str]]] = {}
        self._founded_by: dict[str, list[ClaimRecord]] = {}

    def put_evidence(self, record: EvidenceRecord) -> None:
        """Add or replace one piece; a correction may have changed its numbers."""
        piece = record.evidence
        for number in self._numbers_of.get(piece.id, ()):
            self._by_number[number].discard(piece.id)
        identity = piece.identity
        pairs = (
            ("nik", identity.nik),
            ("kpj", identity.kpj),
            ("passport", identity.passport),
            # A piece and the one it names meet under the named number.
            ("evidence", piece.id),
            ("evidence", piece.report_id),
            ("case", piece.case_number),
        )
        numbers = [(kind, value) for kind, value in pairs if value]
        for number in numbers:
            self._by_number.setdefault(number, set()).add(piece.id)
        self._numbers_of[piece.id] = numbers
        self._likeness.put(piece)
        self.evidence[piece.id] = record

    def put_claim(self, claim: ClaimRecord) -> None:
        self.claims[claim.case_number] = claim
        self.founders[claim.case_number] = claim.founder_id
        self._founded_by.setdefault(claim.founder_id, []).append(claim)
        self._by_number.setdefault(("case", claim.case_number), set()).add(claim.founder_id)

    def component(self, start: Iterable[str], links: Mapping[frozenset[str], str]) -> set[str]:
        """All evidence that hangs together with `start` by any number, by likeness or by a person's word."""
        linked: dict[str, set[str]] = {}
        for pair in links:
            for id_ in pair:
                linked.setdefault(id_, set()).update(pair)
        seen: set[str] = set()
        waiting = [id_ for id_ in start if id_ in self.evidence]
        while waiting:
            id_ = waiting.pop()
            if id_ in seen:
                continue
            seen.add(id_)
            neighbours = linked.get(id_, set()) | self._likeness.neighbours(id_)
            for number in self._numbers_of[id_]:
                neighbours |= self._by_number[number]
            for claim in self._founded_by.get(id_, ()):
                neighbours |= self._by_number[("case", claim.case_number)]
            waiting += [other for other in neighbours if other not in seen and self._alike_real(other, id_)]
        return seen

    def _alike_real(self, other: str, one: str) -> bool:
        """Whether it is known, and sent by a test client if the other one is."""
        record = self.evidence.get(other)
        return record is not None and record.evidence.is_test == self.evidence[one].evidence.is_test

    def foundings(self, component: set[str]) -> list[Founding]:
        """The case numbers opened by evidence of `component`, with their age."""
        return [
            Founding(claim.case_number, claim.founder_id, (claim.opened_at,))
            for id_ in component
            for claim in self._founded_by.get(id_, ())
        ]

    def founded_in(self, group: Iterable[str]) -> list[str]:
        """Every case number that evidence of this group opened, sorted."""
        return sorted(claim.case_number for id_ in group for claim in self._founded_by.get(id_, ()))

    def group_of(self, claim: ClaimRecord) -> set[str]:
        """The evidence now held by this claim."""
        return {id_ for id_, record in self.evidence.items() if record.case_number == claim.case_number}

    def group_with(self, evidence_id: str) -> set[str]:
        """The evidence that now shares a claim with this piece."""
        return self.group_of(self.claims[self.evidence[evidence_id].case_number or ""])

    def others_of(self, group: Iterable[str]) -> tuple[OtherClaim, ...]:
        """The worker's other claims: by any of the group's numbers, never under another NIK (decisions 4)."""
        own = set(group)
        numbers = {number for id_ in own for number in self._numbers_of[id_] if number[0] in ("nik", "kpj", "passport")}
        niks = {value for kind, value in numbers if kind == "nik"}
        held: dict[str, list[Evidence]] = {}
        is_test = any(self.evidence[id_].evidence.is_test for id_ in own)
        for id_ in sorted({other for number in numbers for other in self._by_number[number]} - own):
            if self.evidence[id_].evidence.is_test != is_test:
                continue
            record = self.evidence[id_]
            nik = record.evidence.identity.nik
            if record.case_number is not None and (nik is None or not niks or nik in niks):
                held.setdefault(record.case_number, []).append(record.evidence)
        # In the order of their evidence: numbers are drawn by lot.
        return tuple(OtherClaim(number, tuple(pieces)) for number, pieces in held.items())

    def named_across(self, group: Iterable[str], conflicts: Iterable[str]) -> tuple[Evidence, ...]:
        """Evidence of other claims that names this one by an explicit number, or is named by it, under another NIK."""
        own, numbers = set(group), set(self.founded_in(group))
        named = {self.evidence[id_].evidence.report_id for id_ in own}
        cases = {self.evidence[id_].evidence.case_number for id_ in own} - numbers
        found = []
        for id_ in sorted(set(conflicts) - own):
            piece = self.evidence[id_].evidence
            founded = {claim.case_number for claim in self._founded_by.get(id_, ())}
            if id_ in named or piece.report_id in own or piece.case_number in numbers or founded & cases:
                found.append(piece)
        return tuple(found)
