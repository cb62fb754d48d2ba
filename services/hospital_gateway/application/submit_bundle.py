"""A Bundle: a transaction is done wholly or not at all; a batch's entries succeed or fail one by one."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.hospital_gateway.application.bundle_entries import BundleReads, patches_applied
from services.hospital_gateway.application.check_eligibility import REQUEST, CheckEligibility
from services.hospital_gateway.application.documents import (
    Caller,
    Done,
    Entry,
    Outcome,
    Prepared,
    Receipt,
    Search,
    Submission,
)
from services.hospital_gateway.application.findings import finding, refused
from services.hospital_gateway.application.ports import Records, ResourceFormat, Vault
from services.hospital_gateway.application.retried import retried
from services.hospital_gateway.application.write_resources import ResourceWriter
from shared.clock import Clock
from shared.errors import SimpulError, Unavailable
from shared.identifiers import new_id

# Whether the caller may do this to this type: "c", "r", "u" or "s" of SMART's letters.
Permitted = Callable[[str, str], bool]
_LETTERS = {"POST": "c", "PUT": "u", "PATCH": "u", "GET": "r"}


@dataclass(frozen=True)
class Sender:
    """Who sends a Bundle, what they may do, and the base of the addresses in answers."""

    caller: Caller
    permitted: Permitted
    base: str


@dataclass
class _Sent:
    """A Bundle on its way, with the receipt once there is one."""

    sender: Sender
    submission: Submission
    raw: bytes
    digest: bytes
    receipt_id: UUID
    receipt: Receipt | None = None

    @property
    def entries(self) -> list[Entry]:
        return [one for one in self.submission.entries if isinstance(one, Entry)]


class SubmitBundle:
    """Takes a Bundle's bytes and gives the bytes of the answer, and whether it is the answer to the same bytes
    from before (interface, section 4: within 30 days). A Bundle that only reads is answered anew each time."""

    def __init__(
        self,
        vault: Vault,
        resource_format: ResourceFormat,
        writer: ResourceWriter,
        check_eligibility: CheckEligibility,
        reads: BundleReads,
        clock: Clock,
    ) -> None:
        self._vault = vault
        self._format = resource_format
        self._writer = writer
        self._check_eligibility = check_eligibility
        self._reads = reads
        self._clock = clock

    async def __call__(self, sender: Sender, raw: bytes) -> tuple[bytes, bool]:
        """Raises the refusal that names every problem; then nothing has been stored."""
        submission = _within_rights(await self._format.bundle(raw), sender.permitted)
        digest = hashlib.sha256(raw).digest()

        async def once() -> tuple[bytes, bool]:
            async with self._vault.of(sender.caller) as records:
                return await self._answered(records, _Sent(sender, submission, raw, digest, new_id()))

        return await retried(once)

    async def _answered(self, records: Records, sent: _Sent) -> tuple[bytes, bool]:
        prepared = await records.prepare(self._writer.keys(sent.entries, sent.submission.searches), sent.digest)
        if prepared.replay is not None:
            await records.audit("bundle.replay", "Bundle", sent.digest.hex(), {})
            return prepared.replay, True
        done: Sequence[Outcome]
        if sent.submission.kind == "transaction":
            done = await self._whole(records, sent, prepared)
        else:
            done = [await self._alone(records, sent, one) for one in sent.submission.entries]
        if any(entry.type == REQUEST for entry in sent.entries):
            done = await self._check_eligibility.within(records, sent.sender.caller, done)
        if sent.receipt is not None:
            answer = sent.receipt.response
        elif any(isinstance(one, Done) for one in done) or not _only_reads(sent):
            receipt = self._receipt(sent, done)
            await records.keep_receipt(receipt)
            answer = receipt.response
        else:
            answer = self._format.transaction_response(done, sent.submission.kind)
        await self._audit(records, sent, done)
        return answer, False

    def _receipt(self, sent: _Sent, done: Sequence[Outcome]) -> Receipt:
        answer = self._format.transaction_response(done, sent.submission.kind)
        sent.receipt = Receipt(sent.receipt_id, sent.digest, sent.raw, answer, self._clock.now(), len(done))
        return sent.receipt

    async def _whole(self, records: Records, sent: _Sent, prepared: Prepared) -> Sequence[Outcome]:
        """A transaction: first all that is written, then what is read, which sees it (FHIR R4, section 3.1.0.11.2)."""
        entries, searches = sent.entries, sent.submission.searches
        if any(one.method == "PATCH" for one in entries):
            entries = await patches_applied(records, self._format, entries, prepared)
            searches = self._format.searches(entries)
            prepared = await records.prepare(self._writer.keys(entries, searches), None)
        writes = [one for one in entries if one.method != "GET"]
        # What is read and what is answered to questions goes into the receipt too, which is then kept last.
        simple = len(writes) == len(entries) and not any(one.type == REQUEST for one in entries)
        done = await self._writer.write(
            records,
            sent.sender.caller,
            writes,
            searches,
            prepared,
            (lambda all_done: self._receipt(sent, all_done)) if simple else None,
            sent.receipt_id,
        )
        if len(writes) == len(entries):
            return done
        written = iter(done)
        return [
            await self._reads(records, sent.sender.caller, one, sent.sender.base)
            if one.method == "GET"
            else next(written)
            for one in entries
        ]

    async def _alone(self, records: Records, sent: _Sent, entry: Entry | SimpulError) -> Outcome:
        """One entry of a batch, undone alone when it is refused."""
        if not isinstance(entry, Entry):
            return entry
        try:
            async with records.attempt():
                if entry.method == "GET":
                    return await self._reads(records, sent.sender.caller, entry, sent.sender.base)
                return await self._written_alone(records, sent, entry)
        except Unavailable:
            raise
        except SimpulError as error:
            return error

    async def _written_alone(self, records: Records, sent: _Sent, entry: Entry) -> Done:
        if entry.method == "PATCH":
            prepared = await records.prepare(self._writer.keys([entry], {}), None)
            (entry,) = await patches_applied(records, self._format, [entry], prepared)
        searches: dict[str, Search] = self._format.searches([entry])
        prepared = await records.prepare(self._writer.keys([entry], searches), None)
        done = await self._writer.write(
            records, sent.sender.caller, [entry], searches, prepared, receipt_id=sent.receipt_id
        )
        return done[0]

    async def _audit(self, records: Records, sent: _Sent, done: Sequence[Outcome]) -> None:
        """One line for all that was written; what was read has its own lines."""
        written = [one.held for one in done if isinstance(one, Done)]
        encounters = [str(one.id) for one in written if one.type == "Encounter"]
        kinds = dict(Counter(one.type for one in written))
        detail: dict[str, object] = {"resources": kinds, "encounters": encounters[:100]}
        await records.audit("bundle.submit", "Bundle", str(sent.receipt_id), detail)


def _only_reads(sent: _Sent) -> bool:
    """Whether a Bundle asks for nothing but reading: an answer kept for 30 days would be old news."""
    entries = sent.submission.entries
    return bool(entries) and all(isinstance(one, Entry) and one.method == "GET" for one in entries)


def _letter(entry: Entry) -> str:
    return "s" if entry.query is not None and entry.query.kind == "search" else _LETTERS[entry.method]


def _within_rights(submission: Submission, permitted: Permitted) -> Submission:
    """The submission if the caller may do all of it; a batch's forbidden entries become refusals of their own."""
    entries = [one for one in submission.entries if isinstance(one, Entry)]
    forbidden = [one for one in entries if not permitted(one.type, _letter(one))]
    if not forbidden:
        return submission
    if submission.kind == "transaction":
        raise refused([finding("scope-missing", one.place) for one in forbidden])
    places = {one.place for one in forbidden}
    judged = [
        refused([finding("scope-missing", one.place)]) if isinstance(one, Entry) and one.place in places else one
        for one in submission.entries
    ]
    return replace(submission, entries=tuple(judged))
