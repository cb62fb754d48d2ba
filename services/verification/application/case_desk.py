"""The unit of work on claims: what belongs together is read, changed in memory input by input, and written at the end.

Every way to change a claim goes through here (events of agencies, verifiers' work), so that all of them lock, group,
derive, count versions and publish alike.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from services.verification.application.case_changes import CaseChanges
from services.verification.application.case_index import CaseIndex
from services.verification.application.claim_document import decision_digest, document_of
from services.verification.application.claim_events import changed_event, state_event
from services.verification.application.console_claim import ClaimFile
from services.verification.application.document_changes import changes_between
from services.verification.application.gathering import Gathering
from services.verification.application.issue_letters import LetterClerk
from services.verification.application.merging import merged
from services.verification.application.notifications import Notifier
from services.verification.application.ports import CaseStore
from services.verification.application.reading import TEST_TERM
from services.verification.application.records import (
    ClaimRecord,
    EvidenceRecord,
    Move,
    PersonLink,
)
from services.verification.application.stream_rows import filtered_on, stream_row
from services.verification.application.tell_workers import tell_workers
from services.verification.domain import claim as states
from services.verification.domain.case_numbers import Assignment, assign
from services.verification.domain.claim import CaseInput, ClaimView, Finding
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import Entry
from services.verification.domain.evidence import Evidence, Identity
from services.verification.domain.grouping import Grouping, PersonLinks, group_evidence
from services.verification.domain.membership import Membership, memberships_of
from shared.clock import Clock
from shared.errors import Conflict, NotFound
from shared.identifiers import is_made_up, new_case_number, plain_organisation

TOGETHER, APART = "together", "apart"


class CaseDesk:
    """One transaction's work on claims. Call `open`, then any of the changes, then `close`. `letters` issues what the
    claims give reason for."""

    def __init__(
        self,
        store: CaseStore,
        clock: Clock,
        policy: Policy,
        window: timedelta,
        letters: LetterClerk,
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._window = window
        self.letters = letters
        self._index = CaseIndex(window)
        self._gathering = Gathering(store, self._index, window)
        self._entries = self._gathering.entries
        self._links = self._gathering.links
        self._changes = CaseChanges()

    async def open(
        self,
        identities: Sequence[Identity],
        evidence_ids: Iterable[str],
        case_numbers: Iterable[str],
        arriving: Sequence[Evidence] = (),
    ) -> None:
        """Lock the workers and read everything that could belong together with them and with what is `arriving`."""
        await self._gathering.gather(identities, evidence_ids, case_numbers, arriving)

    def claim(self, case_number: str) -> ClaimRecord:
        """The claim under this number. Raises NotFound."""
        found = self._index.claims.get(case_number)
        if found is None:
            raise NotFound("claim.not-found", "There is no claim under this number.")
        return found

    def survivor(self, case_number: str) -> ClaimRecord:
        """The claim this number stands for now, following merges. Raises NotFound."""
        found = self.claim(case_number)
        while found.merged_into is not None:
            found = self.claim(found.merged_into)
        return found

    def claim_of(self, evidence_id: str) -> ClaimRecord:
        """The claim that holds this piece now."""
        return self.claim(self._index.evidence[evidence_id].case_number or "")

    def view(self, case_number: str) -> ClaimView:
        """The claim as it follows now from what was read. Raises NotFound."""
        claim = self.claim(case_number)
        group = self._index.group_of(claim)
        grouping = self._grouped(self._index.component(group, self._links))
        return derive_claim(self._case_input(claim, group, grouping), self._clock.now(), self._policy)

    def entries_of(self, case_number: str) -> list[Entry]:
        """The entries that count for this claim, those of merged numbers too."""
        return self._entries_of(self._index.founded_in(self._index.group_of(self.claim(case_number))))

    # -- changes ------------------------------------------------------------------------------------------------

    def receive_evidence(self, arrived: Evidence, document: bytes | None) -> None:
        """One accepted version of a report: the claim that holds it changes, whatever else does."""
        known = self._index.evidence.get(arrived.id)
        evidence = merged(known.evidence if known else None, arrived)
        record = EvidenceRecord(
            evidence,
            known.revision if known else 0,
            known.case_number if known else None,
            # An older version that comes late leaves the document of the newer one in place.
            document if known is None or evidence.version == arrived.version else known.document,
        )
        self._index.put_evidence(record)
        self._changes.evidence[arrived.id] = record
        # A correction may part it from evidence that shared its claim; that is grouped anew beside it.
        mates = self._index.group_with(arrived.id) if known else set()
        self._rederive({arrived.id} | mates, {arrived.id}, ("evidence-updated",) if known else ())

    def add_entry(self, case_number: str, entry: Entry, code: str) -> ClaimRecord:
        """Whatever people or offices add; answers the changed claim."""
        claim = self.survivor(case_number)
        self._entries.setdefault(claim.case_number, []).append(entry)
        self._changes.entries.append((claim.case_number, entry))
        self._rederive({claim.founder_id}, {claim.founder_id}, (code,))
        return self.survivor(case_number)

    def assign_to(self, case_number: str, officer: str | None) -> ClaimRecord:
        """Who works on it; changes no decision."""
        claim = self.survivor(case_number)
        claim.assigned_to = officer
        self._rederive({claim.founder_id}, {claim.founder_id}, ("assigned",))
        return claim

    def let_time_pass(self, case_number: str) -> datetime | None:
        """Derive the claim as it stands by now; answers when its next clock will be overdue, None for a merged one."""
        claim = self.claim(case_number)
        if claim.is_merged:
            return None
        self._rederive({claim.founder_id}, set(), ())
        return (claim.view or self.view(case_number)).next_overdue_at

    def surround(self, case_number: str, findings: Sequence[Finding]) -> None:
        """Other workers' claims say something else of this one than before."""
        claim = self.survivor(case_number)
        claim.findings = tuple(findings)
        self._rederive({claim.founder_id}, set(), ())

    def link(self, one: str, other: str, person: str) -> None:
        """A person says that two claims are one: `one` and `other` are evidence ids of theirs. Raises Conflict for a
        test claim and a real one."""
        if self._index.evidence[one].evidence.is_test != self._index.evidence[other].evidence.is_test:
            raise Conflict("claim.test-apart", "What a test client sent never becomes part of a real claim.")
        ones, others = self._index.group_with(one), self._index.group_with(other)
        self._end_links(ones, others, APART)
        self._relate(one, other, TOGETHER, person)
        self._rederive({one, other}, {one, other}, ())

    def split(self, case_number: str, evidence_ids: Sequence[str], person: str) -> None:
        """A person says that `evidence_ids` are another accident than the rest of the claim."""
        group = self._index.group_of(self.survivor(case_number))
        leaving, staying = set(evidence_ids) & group, group - set(evidence_ids)
        self._end_links(leaving, staying, TOGETHER)
        for one in sorted(leaving):
            for other in sorted(staying):
                self._relate(one, other, APART, person)
        first, *rest = sorted(leaving)
        for other in rest:
            self._relate(first, other, TOGETHER, person)
        self._rederive(set(group), set(group), ("split",))

    def keep_apart(self, one: str, other: str, person: str) -> None:
        """A person says of a pair in the basket that it is two accidents."""
        self._relate(one, other, APART, person)
        self._rederive({one, other}, set(), ())

    def look_again(self) -> None:
        """Derive every claim that was read again: what claims follow from, beside evidence, has changed."""
        seen: set[str] = set()
        for claim in list(self._index.claims.values()):
            if not claim.is_merged and claim.founder_id not in seen:
                seen |= self._index.component({claim.founder_id}, self._links)
                self._rederive({claim.founder_id}, set(), ())

    def _relate(self, one: str, other: str, relation: str, person: str) -> None:
        self._changes.links.append(PersonLink(one, other, relation, person, self._clock.now()))
        self._links[frozenset((one, other))] = relation

    def _end_links(self, ones: Iterable[str], others: Iterable[str], relation: str) -> None:
        others = list(others)
        for pair in [frozenset((one, other)) for one in ones for other in others]:
            if self._links.get(pair) == relation:
                del self._links[pair]
                self._changes.ended_links.append(pair)

    # -- from evidence to claims --------------------------------------------------------------------------------

    def _rederive(self, start: set[str], touched: set[str], codes: tuple[str, ...]) -> None:
        """Group and derive again whatever hangs together with `start`. Claims that hold one of `touched` change in
        any case, by `codes` when nothing else tells."""
        component = self._index.component(start, self._links)
        pieces = {id_: self._index.evidence[id_].evidence for id_ in component}
        grouping = self._grouped(component)
        self._changes.grouped(component, grouping)
        assignments = assign(grouping.groups, self._index.foundings(component), pieces)
        held = [(self._claim_of(assignment), assignment) for assignment in assignments]
        # All claims are placed before any is derived: a claim counts the entries of those merged into it.
        newly_merged = [number for claim, assignment in held for number in self._place(claim, assignment)]
        for number in newly_merged:
            self._show_merged(self._index.claims[number])
        for claim, assignment in held:
            self._derive(claim, assignment.group, grouping, touched, codes)

    def _grouped(self, component: Iterable[str]) -> Grouping:
        links = PersonLinks(
            frozenset(pair for pair, relation in self._links.items() if relation == TOGETHER),
            frozenset(pair for pair, relation in self._links.items() if relation == APART),
        )
        pieces = [self._index.evidence[id_].evidence for id_ in component]
        return group_evidence(pieces, links, self._index.founders, self._window)

    def _place(self, claim: ClaimRecord, assignment: Assignment) -> list[str]:
        """Let the claim hold its group; answers the numbers that are merged into it just now."""
        claim.merged_into = None
        for id_ in assignment.group:
            record = self._index.evidence[id_]
            if record.case_number != claim.case_number:
                before = self._changes.moves.get(id_)
                was_held = before.was_held if before else record.case_number is not None
                self._changes.moves[id_] = Move(id_, claim.case_number, was_held)
                record.case_number = claim.case_number
        newly = [n for n in assignment.absorbed if self._index.claims[n].merged_into != claim.case_number]
        for number in newly:
            self._index.claims[number].merged_into = claim.case_number
        return newly

    def _derive(
        self, claim: ClaimRecord, group: frozenset[str], grouping: Grouping, touched: set[str], codes: tuple[str, ...]
    ) -> None:
        view = derive_claim(self._case_input(claim, group, grouping), self._clock.now(), self._policy)
        document = document_of(view)
        found = changes_between(claim.document, document)
        if group & touched:
            opened = "opened" in found
            told = [code for code in codes if code not in found and not (code == "evidence-updated" and opened)]
            found = [*told, *found] or ["details-changed"]
        if found:
            self._bump(claim, view, document, found)

    def _claim_of(self, assignment: Assignment) -> ClaimRecord:
        if assignment.case_number is not None:
            return self._index.claims[assignment.case_number]
        now = self._clock.now()
        claim = ClaimRecord(new_case_number(now.year), assignment.founder_id, now)
        self._index.put_claim(claim)
        return claim

    def _show_merged(self, absorbed: ClaimRecord) -> None:
        if absorbed.document is None:
            return
        over = {"state": states.MERGED, "waiting_on": "none", "waiting_reason": None}
        self._bump(absorbed, None, {**absorbed.document, **over}, ["merged"])

    def _case_input(self, claim: ClaimRecord, group: Collection[str], grouping: Grouping) -> CaseInput:
        entries = self._entries_of(self._index.founded_in(group))
        evidence = tuple(self._index.evidence[id_].evidence for id_ in sorted(group))
        return CaseInput(
            evidence=evidence,
            entries=tuple(entries),
            memberships=memberships_of([piece.identity for piece in evidence], self._memberships_for(evidence)),
            others=self._index.others_of(group),
            findings=claim.findings,
            shared_kpj_evidence=grouping.shared_kpj_evidence,
            nik_conflict_evidence=grouping.nik_conflict_evidence,
            nik_conflicts=self._index.named_across(group, grouping.nik_conflict_evidence),
            matches=tuple(match for match in grouping.matches if match.one in group),
        )

    def _memberships_for(self, evidence: Sequence[Evidence]) -> Collection[Membership]:
        """What a test client sends meets the memberships of people who do not exist, whomever it names."""
        if any(piece.is_test for piece in evidence):
            return [each for each in self._gathering.memberships if is_made_up(each.nik)]
        return self._gathering.memberships

    def _entries_of(self, case_numbers: Iterable[str]) -> list[Entry]:
        return [entry for number in case_numbers for entry in self._entries.get(number, ())]

    def _bump(
        self, claim: ClaimRecord, view: ClaimView | None, document: dict[str, object], codes: Sequence[str]
    ) -> None:
        """One change of one claim: the next version, one row for the stream, one event."""
        before = claim.document and filtered_on(claim)
        if claim.document is not None:
            turn = (claim.document["state"], claim.document["waiting_on"])
            self._changes.turns.setdefault(claim.case_number, turn)
        digest = decision_digest(view) if view else states.MERGED
        claim.version += 1
        claim.decision_version += claim.decision_digest != digest
        claim.decision_digest, claim.view = digest, view
        numbers = {
            "case_number": claim.case_number,
            "version": claim.version,
            "decision_version": claim.decision_version,
            "assigned_to": claim.assigned_to,
        }
        claim.document = {**numbers, **document, **numbers}
        if view is not None:
            claim.terms = self._terms(view)
        event = changed_event(claim, tuple(codes))
        self._changes.claims[claim.case_number] = claim
        self._changes.events.append(event)
        self._changes.stream.append(stream_row(claim, event.id, tuple(codes), before, self._clock.now()))

    def _terms(self, view: ClaimView) -> tuple[str, ...]:
        terms = self._store.terms_of(piece.identity for piece in view.evidence)
        terms += sorted({plain_organisation(piece.org) for piece in view.evidence if piece.medical is not None})
        if view.is_test:
            terms.append(TEST_TERM)
        if view.employer is not None:
            terms.append(f"employer:{view.employer.registration_number}")
        return tuple(terms)

    # -- the end of the unit of work ----------------------------------------------------------------------------

    async def close(self) -> list[ClaimRecord]:
        """Write everything; answers the claims that changed."""
        changed = list(self._changes.claims.values())
        self._tell(changed)
        await self._changes.save(self._store, self._index)
        await tell_workers(self._store, changed, self._changes.turns)
        await self._issue_letters(changed)
        self._store.append_stream(self._changes.stream)
        await self._store.publish(self._changes.events)
        await self._store.write()
        return changed

    def _tell(self, changed: Sequence[ClaimRecord]) -> None:
        """Other services, of the state in which each claim is now."""
        now, events = self._clock.now(), self._changes.events
        notifier = Notifier(now)
        for claim in changed:
            events += notifier.notifications(claim, self._counted(claim.view) if claim.view else [])
        for claim in changed:
            identities = {piece.identity for piece in claim.view.evidence} if claim.view else set()
            events.append(state_event(claim, self._store.hashes_of(identities), now))

    def _counted(self, view: ClaimView) -> list[Entry]:
        return self._entries_of(self._index.founded_in(piece.id for piece in view.evidence))

    async def _issue_letters(self, changed: Sequence[ClaimRecord]) -> None:
        for claim in changed:
            if claim.view is not None and claim.document is not None:
                numbers = self._index.founded_in(piece.id for piece in claim.view.evidence)
                file = ClaimFile(claim.document, None, claim.view.evidence, tuple(self._counted(claim.view)))
                await self.letters.issue(file, numbers, self._clock.now())
