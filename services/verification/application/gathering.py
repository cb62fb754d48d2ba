"""Reading everything that could belong together with what has come, under locks, before anything is changed."""

from collections.abc import Iterable, Sequence

from services.verification.application.case_index import CaseIndex
from services.verification.application.ports import CaseStore
from services.verification.application.records import Found, Wanted
from services.verification.domain.entries import Entry
from services.verification.domain.evidence import Identity
from services.verification.domain.membership import Membership

# Evidence of one worker brings numbers that bring more evidence; a chain longer than this is cut and seen next time.
_ROUNDS_MAX = 8


class Gathering:
    """What one unit of work has read: evidence and claims in `index`, persons' links, entries by case number, and
    memberships filed under any of the workers' numbers."""

    def __init__(self, store: CaseStore, index: CaseIndex) -> None:
        self._store = store
        self._index = index
        self._known = Wanted()
        self.links: dict[frozenset[str], str] = {}
        self.entries: dict[str, list[Entry]] = {}
        self.memberships: set[Membership] = set()

    async def gather(
        self, identities: Sequence[Identity], evidence_ids: Iterable[str], case_numbers: Iterable[str]
    ) -> None:
        """Lock the workers and read everything that could belong together with them."""
        named, ids = set(case_numbers), set(evidence_ids)
        # A case number alone says nothing of its worker, so the number itself is locked too.
        await self._store.lock_workers(identities, sorted(named))
        wanted = _numbers(identities)
        wanted.evidence_ids |= ids
        wanted.case_numbers |= named
        for _ in range(_ROUNDS_MAX):
            wanted = wanted.minus(self._known)
            if not wanted:
                break
            self._known.add(wanted)
            wanted = await self._read(wanted)
        numbers = [number for number in self._index.claims if number not in self.entries]
        if numbers:
            self.entries.update(await self._store.entries(numbers))
        known = {record.evidence.identity for record in self._index.evidence.values()}
        self.memberships.update(await self._store.memberships({*identities, *known}))

    async def _read(self, wanted: Wanted) -> Wanted:
        """Read what is wanted; answers what that in turn points to."""
        found = await self._store.find(wanted)
        fresh = [record for record in found.evidence if record.evidence.id not in self._index.evidence]
        if fresh:
            await self._store.lock_workers([record.evidence.identity for record in fresh])
        pointed = _numbers([record.evidence.identity for record in fresh])
        for record in fresh:
            self._index.put_evidence(record)
            pointed.evidence_ids.add(record.evidence.id)
            pointed.evidence_ids |= {record.evidence.report_id} - {None}  # type: ignore[arg-type]
            pointed.case_numbers |= {record.evidence.case_number, record.case_number} - {None}  # type: ignore[arg-type]
        self._note_claims(found, pointed)
        return pointed

    def _note_claims(self, found: Found, pointed: Wanted) -> None:
        for claim in found.claims:
            if claim.case_number not in self._index.claims:
                self._index.put_claim(claim)
                pointed.evidence_ids.add(claim.founder_id)
                pointed.case_numbers.add(claim.case_number)
        for link in found.links:
            self.links[frozenset((link.one, link.other))] = link.relation
            pointed.evidence_ids |= {link.one, link.other}


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
