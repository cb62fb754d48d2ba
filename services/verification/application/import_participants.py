"""BPJS core tells of memberships, many lines at a time: each batch is one transaction, and what was told is kept
whatever happens to the rest of the request."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from services.verification.application.case_desk import CaseDesk
from services.verification.application.participant_events import participant_event
from services.verification.application.ports import CaseStore
from services.verification.application.records import ParticipantRecord
from services.verification.domain.evidence import Identity
from services.verification.domain.membership import MEMBERSHIPS_MAX, Membership, told_again
from shared.clock import Clock
from shared.errors import Problem, Refusal, TooLarge, Unavailable

RECORDED, UNCHANGED, REFUSED = "recorded", "unchanged", "refused"
_TOO_MANY = Problem("", "memberships-too-many", f"This worker would have more than {MEMBERSHIPS_MAX} memberships.")


@dataclass(frozen=True)
class RefusedLine:
    """A line that was not taken, by its number (from 1), and every reason. No value of it is repeated."""

    line: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Progress:
    """How far an import has come: lines done, the SHA-256 of their bytes, what became of them, and the first refused
    ones."""

    lines: int = 0
    digest: bytes = sha256(b"").digest()
    counts: dict[str, int] = field(default_factory=lambda: {RECORDED: 0, UNCHANGED: 0, REFUSED: 0})
    refused: tuple[RefusedLine, ...] = ()
    finished: bool = False


class ParticipantStore(Protocol):
    """Participants, within one transaction."""

    async def take_turns(self) -> None:
        """Wait until no other batch is under way, so that the locks held at once stay few."""

    def worker_id(self, membership: Membership) -> str:
        """The worker key under which a membership is filed: of the NIK, else of the KPJ."""

    async def sets(self, ids: Iterable[str]) -> dict[str, ParticipantRecord]: ...

    async def save(self, records: Sequence[ParticipantRecord], at: datetime) -> None: ...

    async def with_evidence(self, identities: Sequence[Identity]) -> list[Identity]:
        """Those that evidence names, so that claims may hang on them."""


class ImportNotes(Protocol):
    """Where the import's progress is noted."""

    async def begin(self, retention: timedelta) -> Progress:
        """Where it stands; a fresh one stands at its beginning. What is older than `retention` is forgotten."""

    async def save_progress(self, before: Progress, after: Progress) -> None:
        """Raises Conflict when another request has gone on with the same import meanwhile."""


@dataclass(frozen=True)
class ImportPlace:
    """What one batch works with, on one transaction."""

    participants: ParticipantStore
    notes: ImportNotes
    cases: CaseStore
    desk: CaseDesk
    clock: Clock


@dataclass(frozen=True)
class ImportLimits:
    """Bounds of one import."""

    batch_lines: int
    lines_max: int
    refused_lines_max: int


Parse = Callable[[bytes], Membership | tuple[Problem, ...] | None]
Line = tuple[int, bytes]


class ParticipantImport:
    """One import from its first line, or from where it stopped, to its end."""

    def __init__(
        self,
        opened: Callable[[], AbstractAsyncContextManager[ImportPlace]],
        parse: Parse,
        limits: ImportLimits,
        progress: Progress,
    ) -> None:
        """`parse` makes a membership of a line, problems of a wrong one and None of an empty one."""
        self._opened = opened
        self._parse = parse
        self._limits = limits
        self.progress = progress

    async def run(self, lines: AsyncIterator[bytes]) -> Progress:
        """Take every line once. No more than one batch of lines is in memory.

        Raises Refusal when a request that goes on with an earlier one has other bytes, TooLarge beyond the number of
        lines; what was committed until then stays.
        """
        done, digest, number = self.progress, sha256(), 0
        waiting: list[Line] = []
        async for raw in lines:
            number += 1
            if number > self._limits.lines_max:
                detail = f"An import has at most {self._limits.lines_max} lines; full batches were taken."
                raise TooLarge("participants.too-many-lines", detail)
            digest.update(raw + b"\n")
            if number <= done.lines:
                if number == done.lines:
                    _require_same(digest.digest() == done.digest)
                continue
            _require_same(not done.finished)
            waiting.append((number, raw))
            if len(waiting) == self._limits.batch_lines:
                await self._take(waiting, digest.digest())
                waiting = []
        _require_same(number >= done.lines)
        if waiting:
            await self._take(waiting, digest.digest())
        return self.progress

    async def _take(self, lines: Sequence[Line], digest: bytes) -> None:
        """One batch, done again when it crossed somebody's work on the same workers."""
        for last_try in (False, False, True):
            try:
                await self._take_once(lines, digest)
            except Unavailable:
                if last_try:
                    raise
            else:
                return

    async def _take_once(self, lines: Sequence[Line], digest: bytes) -> None:
        """One batch in one transaction."""
        async with self._opened() as place:
            batch = _Batch(place, self._parse, place.clock.now())
            await batch.take(lines)
            after = self._after(lines[-1][0], digest, batch)
            await place.notes.save_progress(self.progress, after)
        self.progress = after

    def _after(self, line: int, digest: bytes, batch: "_Batch") -> Progress:
        before = self.progress
        counts = {kind: before.counts[kind] + batch.counts[kind] for kind in before.counts}
        refused = (*before.refused, *batch.refused)[: self._limits.refused_lines_max]
        return replace(before, lines=line, digest=digest, counts=counts, refused=refused)


class _Batch:
    """A few hundred lines: read the workers' sets, tell them, write those that changed, and look at their claims."""

    def __init__(self, place: ImportPlace, parse: Parse, now: datetime) -> None:
        self._place = place
        self._parse = parse
        self._now = now
        self.counts = {RECORDED: 0, UNCHANGED: 0, REFUSED: 0}
        self.refused: list[RefusedLine] = []

    async def take(self, lines: Sequence[Line]) -> None:
        told = self._told(lines)
        if not told:
            return
        participants, cases = self._place.participants, self._place.cases
        await participants.take_turns()
        # The same locks that evidence takes: a claim of this worker and this batch see each other's work.
        await cases.lock_workers({Identity(one.nik, one.kpj) for _, one in told})
        ids = {participants.worker_id(one) for _, one in told}
        sets = {id_: ParticipantRecord(id_, 0, ()) for id_ in ids} | await participants.sets(ids)
        changed = self._tell(told, sets)
        if not changed:
            return
        identities = [identity for record in changed for identity in record.identities]
        await cases.lock_workers(identities)
        await participants.save(changed, self._now)
        events = [participant_event(one, cases.hashes_of(one.identities), self._now) for one in changed]
        await cases.publish(events)
        await self._look_at_claims(identities)

    def _told(self, lines: Sequence[Line]) -> list[tuple[int, Membership]]:
        told: list[tuple[int, Membership]] = []
        for number, raw in lines:
            parsed = self._parse(raw)
            if isinstance(parsed, Membership):
                told.append((number, parsed))
            elif parsed is not None:
                self._refuse(number, parsed)
        return told

    def _tell(
        self, told: Sequence[tuple[int, Membership]], sets: dict[str, ParticipantRecord]
    ) -> list[ParticipantRecord]:
        """Fold the lines into the sets in their order; answers the sets that changed, each one version further."""
        changed: dict[str, ParticipantRecord] = {}
        for number, membership in told:
            id_ = self._place.participants.worker_id(membership)
            before = changed.get(id_, sets[id_])
            memberships = told_again(before.memberships, membership)
            if memberships == before.memberships:
                self.counts[UNCHANGED] += 1
            elif len(memberships) > MEMBERSHIPS_MAX:
                self._refuse(number, (_TOO_MANY,))
            else:
                self.counts[RECORDED] += 1
                changed[id_] = ParticipantRecord(id_, sets[id_].version + 1, memberships)
        return [changed[id_] for id_ in sorted(changed)]

    async def _look_at_claims(self, identities: Sequence[Identity]) -> None:
        concerned = await self._place.participants.with_evidence(identities)
        if concerned:
            await self._place.desk.open(concerned, [], [])
            self._place.desk.look_again()
            await self._place.desk.close()

    def _refuse(self, number: int, problems: tuple[Problem, ...]) -> None:
        self.counts[REFUSED] += 1
        self.refused.append(RefusedLine(number, problems))


def _require_same(same: bool) -> None:
    if not same:
        raise Refusal("idempotency.key-reused", "This Idempotency-Key was used with another body.")
