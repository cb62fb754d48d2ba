"""A Bundle: a transaction is done wholly or not at all; a batch's entries succeed or fail one by one."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.hospital_gateway.application.addressed import one_version
from services.hospital_gateway.application.bundle_entries import BundleReads, patches_applied
from services.hospital_gateway.application.check_eligibility import REQUEST, CheckEligibility
from services.hospital_gateway.application.documents import (
    Caller,
    Done,
    Entry,
    Held,
    Outcome,
    Prepared,
    Receipt,
    Search,
    Submission,
    Submitted,
    Written,
)
from services.hospital_gateway.application.findings import finding, refusal, refused
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
    """Who sends a Bundle, what they may do, the base of the addresses in answers, and whether only a document may be
    sent there."""

    caller: Caller
    permitted: Permitted
    base: str
    only_documents: bool = False


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
    """Takes a Bundle's bytes and gives the answer, which is that from before where the same bytes came within 30 days
    (interface, section 4). A Bundle that only reads is answered anew each time."""

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

    async def __call__(self, sender: Sender, raw: bytes) -> Submitted:
        """Raises the refusal that names every problem; then nothing has been stored."""
        submission = _within_rights(await self._format.bundle(raw), sender.permitted)
        if sender.only_documents and submission.kind != "document":
            raise refusal("document-required", "Bundle.type")
        digest = hashlib.sha256(raw).digest()

        async def once() -> Submitted:
            async with self._vault.of(sender.caller) as records:
                return await self._answered(records, _Sent(sender, submission, raw, digest, new_id()))

        return await retried(once)

    async def _answered(self, records: Records, sent: _Sent) -> Submitted:
        prepared = await records.prepare(self._writer.keys(sent.entries, sent.submission.searches), sent.digest)
        if prepared.replay is not None:
            await records.audit("bundle.replay", "Bundle", str(prepared.receipt_id), {})
            return await self._again(records, sent, prepared.replay, prepared.receipt_id)
        done: Sequence[Outcome]
        if sent.submission.kind == "batch":
            done = [await self._alone(records, sent, one) for one in sent.submission.entries]
        else:
            done = await self._whole(records, sent, prepared)
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
        # What became of each entry is in the answer.
        kept = _is_kept(done)
        if kept:
            await records.acknowledge(sent.receipt_id, sent.digest)
        return Submitted(answer, document=_document(sent, done), acknowledged=sent.receipt_id if kept else None)

    async def _again(self, records: Records, sent: _Sent, replay: bytes, receipt_id: UUID | None) -> Submitted:
        """The answer and the receipt from before; of a document it is kept as the address of the version that was
        made."""
        given = await records.acknowledged(receipt_id)
        if sent.submission.kind != "document":
            return Submitted(replay, replayed=True, acknowledged=given)
        type_name, resource_id, _, version = replay.decode().split("/")
        held = await one_version(records, type_name, resource_id, version)
        return Submitted(replay, replayed=True, document=held, acknowledged=given)

    def _receipt(self, sent: _Sent, done: Sequence[Outcome]) -> Receipt:
        document = _document(sent, done)
        if document is None:
            answer = self._format.transaction_response(done, sent.submission.kind)
        else:
            answer = f"{document.path}/_history/{document.version}".encode()
        raw = sent.raw if _is_kept(done) else b""
        sent.receipt = Receipt(sent.receipt_id, sent.digest, raw, answer, self._clock.now(), len(done))
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


def _document(sent: _Sent, done: Sequence[Outcome]) -> Held | None:
    """What a document was stored as: its own entry is the last."""
    last = done[-1] if sent.submission.kind == "document" else None
    return last.held if isinstance(last, Done) else None


def _is_kept(done: Sequence[Outcome]) -> bool:
    """Whether anything of a Bundle is held now. The bytes of one that was refused entry by entry, or named only what is
    held already, belong to no resource, and so would outlive every purge."""
    return any(isinstance(one, Done) and isinstance(one.held, Written) for one in done)


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
    if submission.kind != "batch":
        raise refused([finding("scope-missing", one.place) for one in forbidden])
    places = {one.place for one in forbidden}
    judged = [
        refused([finding("scope-missing", one.place)]) if isinstance(one, Entry) and one.place in places else one
        for one in submission.entries
    ]
    return replace(submission, entries=tuple(judged))
