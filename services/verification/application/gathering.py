"""Reading everything that could belong together with what has come, under locks, before anything is changed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from services.verification.application.case_index import CaseIndex
from services.verification.application.likeness_index import LikenessIndex
from services.verification.application.ports import CaseStore
from services.verification.application.records import EvidenceRecord, Found, Locks, Wanted
from services.verification.domain.entries import Entry
from services.verification.domain.evidence import Evidence, Identity
from services.verification.domain.likeness import LikenessKey, likeness_keys, weeks_around
from services.verification.domain.membership import Membership
from shared.errors import Unavailable

# Evidence of one worker brings numbers that bring more evidence; a chain longer than this is cut and seen next time.
_ROUNDS_MAX = 12
# Each time all that hangs together has been read, so that more are needed only while others add to it.
_LOCKINGS_MAX = 8
_KINDS = ("nik", "kpj", "passport")
# As many pieces may be drawn in by likeness alone, for one piece or case asked for and for all: enough for real papers,
# a bound for a flood of reports that all bear one name. What is left out is seen when one of them is next touched.
_ALIKE_MAX_EACH, _ALIKE_MAX = 20, 60


class Gathering:
    """What one unit of work has read: evidence and claims in `index`, persons' links, entries by case number, and
    memberships filed under any of the workers' numbers."""

    def __init__(self, store: CaseStore, index: CaseIndex, window: timedelta) -> None:
        self._store = store
        self._index = index
        self._window = window
        self._weeks = weeks_around(window)
        self.links: dict[frozenset[str], str] = {}
        self.entries: dict[str, list[Entry]] = {}
        self.memberships: set[Membership] = set()
        self._begin()

    def _begin(self) -> None:
        """As if nothing had been read yet."""
        self._index.clear()
        self.links.clear()
        self._known = Wanted()
        self._told = LikenessIndex(self._window)
        # Candidates that were like nothing known so far; what is read later may be like them.
        self._strangers: dict[str, EvidenceRecord] = {}
        self._admissible = _ALIKE_MAX
        self._needed: set[Identity | str] = set()

    async def gather(
        self,
        identities: Sequence[Identity],
        evidence_ids: Iterable[str],
        case_numbers: Iterable[str],
        arriving: Sequence[Evidence] = (),
    ) -> None:
        """Lock the workers and read everything that could belong together with them, once in a unit of work.
        `arriving` is what will be added to it, whose workers are locked and looked for too.

        Whom else to lock is learnt by reading. Locks are only ever taken all at once and in order, so that nobody
        waits for another in a circle: when more are needed, what was locked is let go and all is read again. Raises
        Unavailable when that comes to no end.
        """
        named, ids = set(case_numbers), set(evidence_ids)
        identities = [*identities, *(piece.identity for piece in arriving)]
        # A case number alone says nothing of its worker: whom its evidence names is locked beside it.
        identities += await self._store.identities_in(named) if named else []
        locked: set[Identity | str] = {*identities, *named}
        alike_shared = frozenset(key for piece in arriving if piece.identity.nik for key in likeness_keys(piece))
        alike_alone = frozenset(key for piece in arriving if not piece.identity.nik for key in likeness_keys(piece))
        for _ in range(_LOCKINGS_MAX):
            await self._store.lock_only(Locks(*_sorted_out(locked), alike_shared, alike_alone, self._weeks))
            await self._read_all(identities, ids, named, arriving)
            if _numbers_in(self._needed) <= _numbers_in(locked):
                break
            locked |= self._needed
            self._begin()
        else:
            raise Unavailable("claims", 1)
        if self._index.claims:
            self.entries.update(await self._store.entries(list(self._index.claims)))
        known = {record.evidence.identity for record in self._index.evidence.values()}
        self.memberships.update(await self._store.memberships({*identities, *known}))

    async def _read_all(
        self, identities: Sequence[Identity], ids: set[str], named: set[str], arriving: Sequence[Evidence]
    ) -> None:
        wanted = _numbers(identities)
        wanted.evidence_ids |= ids
        wanted.case_numbers |= named
        self._admissible += _ALIKE_MAX_EACH * (len(arriving) + len(named))
        for piece in arriving:
            self._tell(piece, wanted)
        for _ in range(_ROUNDS_MAX):
            wanted = wanted.minus(self._known)
            if not wanted:
                break
            self._known.add(wanted)
            wanted = await self._read(wanted)

    async def _read(self, wanted: Wanted) -> Wanted:
        """Read what is wanted; answers what that in turn points to."""
        found = await self._store.find(wanted)
        pointed = Wanted()
        for record in found.candidates:
            self._strangers.setdefault(record.evidence.id, record)
        for record in found.evidence:
            if record.evidence.id not in self._index.evidence:
                self._put(record, pointed)
        self._note_claims(found, pointed)
        self._admit_strangers(pointed)
        return pointed

    def _admit_strangers(self, pointed: Wanted) -> None:
        """Take in the candidates that are like something known, and then those that are like them."""
        while True:
            waiting = [record for id_, record in self._strangers.items() if id_ not in self._index.evidence]
            admitted = [record for record in waiting if self._told.like(record.evidence)][: self._admissible]
            if not admitted:
                return
            self._admissible -= len(admitted)
            for record in admitted:
                # Read again with its claims and links, by its id.
                pointed.evidence_ids.add(record.evidence.id)
                del self._strangers[record.evidence.id]
                self._tell(record.evidence, pointed)

    def _put(self, record: EvidenceRecord, pointed: Wanted) -> None:
        piece = record.evidence
        self._index.put_evidence(record)
        self._needed.add(piece.identity)
        if not piece.identity.nik:
            # It may be drawn to several workers; so it is locked itself.
            self._needed.add(f"evidence:{piece.id}")
        pointed.add(_numbers([piece.identity]))
        pointed.evidence_ids.add(piece.id)
        pointed.evidence_ids |= {named for named in (piece.report_id,) if named}
        pointed.case_numbers |= {number for number in (piece.case_number, record.case_number) if number}
        self._tell(piece, pointed)

    def _tell(self, piece: Evidence, pointed: Wanted) -> None:
        """Look for what is like `piece`."""
        self._told.put(piece)
        keys = {
            LikenessKey(key.text, key.week + weeks)
            for key in likeness_keys(piece)
            for weeks in range(-self._weeks, self._weeks + 1)
        }
        if piece.identity.nik:
            pointed.alike_unnamed |= keys
        else:
            pointed.alike |= keys

    def _note_claims(self, found: Found, pointed: Wanted) -> None:
        for claim in found.claims:
            if claim.case_number not in self._index.claims:
                self._index.put_claim(claim)
                pointed.evidence_ids.add(claim.founder_id)
                pointed.case_numbers.add(claim.case_number)
        for link in found.links:
            self.links[frozenset((link.one, link.other))] = link.relation
            pointed.evidence_ids |= {link.one, link.other}


def _sorted_out(locks: Collection[Identity | str]) -> tuple[frozenset[Identity], frozenset[str]]:
    """Workers, and what else is locked by name."""
    workers = frozenset(one for one in locks if isinstance(one, Identity))
    return workers, frozenset(one for one in locks if isinstance(one, str))


def _numbers_in(locks: Iterable[Identity | str]) -> set[tuple[str, str]]:
    """By what all that is locked in the end: two identities may share a number."""
    numbers: set[tuple[str, str]] = set()
    for one in locks:
        if isinstance(one, str):
            numbers.add(("name", one))
        else:
            numbers |= {(kind, value) for kind in _KINDS if (value := getattr(one, kind))}
    return numbers


def _numbers(identities: Iterable[Identity]) -> Wanted:
    wanted = Wanted()
    for identity in identities:
        if identity.nik:
            wanted.niks.add(identity.nik)
        if identity.kpj:
            wanted.kpjs.add(identity.kpj)
        if identity.passport:
            wanted.passports.add(identity.passport)
    return wanted
