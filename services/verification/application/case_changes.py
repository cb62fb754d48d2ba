"""What one unit of work on claims has changed, kept in memory until its end and written at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.verification.application.case_index import CaseIndex
from services.verification.application.ports import CaseStore
from services.verification.application.records import ClaimRecord, EvidenceRecord, Move, PersonLink, StreamRow
from services.verification.domain.entries import Entry
from services.verification.domain.grouping import Grouping
from shared.events.envelope import Event


@dataclass
class CaseChanges:
    """Claims by number, evidence and where it moves by its id, what people added and linked, what is told of it.
    `turns` are state and whose turn it was, by case number, as the unit of work found them."""

    claims: dict[str, ClaimRecord] = field(default_factory=dict)
    evidence: dict[str, EvidenceRecord] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    entries: list[tuple[str, Entry]] = field(default_factory=list)
    links: list[PersonLink] = field(default_factory=list)
    ended_links: list[frozenset[str]] = field(default_factory=list)
    turns: dict[str, tuple[str, str]] = field(default_factory=dict)
    stream: list[StreamRow] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    # In the order in which they were made: the last word on a component counts.
    groupings: dict[frozenset[str], Grouping] = field(default_factory=dict)

    def grouped(self, component: Iterable[str], grouping: Grouping) -> None:
        """How evidence that hangs together was grouped, whatever was said of it before."""
        key = frozenset(component)
        self.groupings.pop(key, None)
        self.groupings[key] = grouping

    async def save(self, store: CaseStore, index: CaseIndex) -> None:
        """All but what is told; `index` holds the evidence of the groupings."""
        changed = list(self.claims.values())
        store.save_evidence(list(self.evidence.values()))
        store.save_claims(changed)
        store.save_traits({claim.case_number: claim.traits for claim in changed if not claim.is_test})
        await store.move_evidence(list(self.moves.values()))
        store.save_entries(self.entries)
        await store.save_links(self.links, self.ended_links)
        await self._save_pairs(store, index)

    async def _save_pairs(self, store: CaseStore, index: CaseIndex) -> None:
        """The last word on each component; of lone evidence only what may stand in the basket."""
        latest: dict[str, Grouping] = {}
        ids: set[str] = set()
        for among, grouping in self.groupings.items():
            latest.update(dict.fromkeys(among, grouping))
            # New evidence that bears a number and is alone cannot have stood in the basket.
            ids |= {id_ for id_ in among if len(among) > 1 or grouping.unnamed or index.evidence[id_].revision}
        if not ids:
            return
        groupings = list({id(grouping): grouping for grouping in latest.values()}.values())
        pairs = [
            pair
            for grouping in groupings
            for pair in grouping.pairs
            if latest[pair.one] is grouping is latest[pair.other]
        ]
        unnamed = {id_ for id_, grouping in latest.items() if id_ in grouping.unnamed}
        await store.save_pairs(pairs, unnamed, ids)
