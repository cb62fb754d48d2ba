"""A Bundle: a transaction is done wholly or not at all; a batch's entries succeed or fail one by one."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from services.hospital_gateway.application.check_eligibility import REQUEST, CheckEligibility
from services.hospital_gateway.application.documents import Caller, Done, Entry, Receipt, Submission
from services.hospital_gateway.application.findings import finding, refused
from services.hospital_gateway.application.ports import Records, ResourceFormat, Vault
from services.hospital_gateway.application.retried import retried
from services.hospital_gateway.application.write_resources import ResourceWriter
from shared.clock import Clock
from shared.errors import SimpulError, Unavailable
from shared.identifiers import new_id

# Whether the caller may do this to this type: "c", "r" or "u" of SMART's letters.
Permitted = Callable[[str, str], bool]
_LETTERS = {"POST": "c", "PUT": "u", "GET": "r"}


class SubmitBundle:
    """Takes a Bundle's bytes and gives the bytes of the answer, and whether it is the answer to the same bytes
    from before (interface, section 4: within 30 days)."""

    def __init__(
        self,
        vault: Vault,
        resource_format: ResourceFormat,
        writer: ResourceWriter,
        check_eligibility: CheckEligibility,
        clock: Clock,
    ) -> None:
        self._vault = vault
        self._format = resource_format
        self._writer = writer
        self._check_eligibility = check_eligibility
        self._clock = clock

    async def __call__(self, caller: Caller, raw: bytes, permitted: Permitted) -> tuple[bytes, bool]:
        """Raises the refusal that names every problem; then nothing has been stored."""
        submission = _within_rights(await self._format.bundle(raw), permitted)
        digest = hashlib.sha256(raw).digest()

        async def once() -> tuple[bytes, bool]:
            async with self._vault.of(caller) as records:
                return await self._stored(records, caller, submission, raw, digest)

        return await retried(once)

    async def _stored(
        self, records: Records, caller: Caller, submission: Submission, raw: bytes, digest: bytes
    ) -> tuple[bytes, bool]:
        entries = [one for one in submission.entries if isinstance(one, Entry)]
        prepared = await records.prepare(self._writer.keys(entries, submission.searches), digest)
        if prepared.replay is not None:
            await records.audit("bundle.replay", "Bundle", digest.hex(), {})
            return prepared.replay, True
        receipts: list[Receipt] = []
        receipt_id = new_id()

        def receipt_of(done: Sequence[Done | SimpulError]) -> Receipt:
            answer = self._format.transaction_response(done, submission.kind)
            receipts.append(Receipt(receipt_id, digest, raw, answer, self._clock.now(), len(done)))
            return receipts[0]

        done: Sequence[Done | SimpulError]
        asks = any(entry.type == REQUEST for entry in entries)
        if submission.kind == "transaction":
            # Answers to questions go into the receipt, so with one the receipt is kept last.
            done = await self._writer.write(
                records, caller, entries, submission.searches, prepared, None if asks else receipt_of, receipt_id
            )
        else:
            done = [await self._alone(records, caller, one, submission, receipt_id) for one in submission.entries]
        if asks:
            done = await self._check_eligibility.within(records, caller, done)
        if not receipts:
            await records.keep_receipt(receipt_of(done))
        await self._audit(records, receipts[0], done)
        return receipts[0].response, False

    async def _alone(
        self, records: Records, caller: Caller, entry: Entry | SimpulError, submission: Submission, receipt_id: UUID
    ) -> Done | SimpulError:
        """One entry of a batch, undone alone when it is refused."""
        if not isinstance(entry, Entry):
            return entry
        named = {reference for _, reference in entry.draft.references} if entry.draft else set()
        searches = {reference: search for reference, search in submission.searches.items() if reference in named}
        try:
            async with records.attempt():
                prepared = await records.prepare(self._writer.keys([entry], searches), None)
                done = await self._writer.write(records, caller, [entry], searches, prepared, receipt_id=receipt_id)
        except Unavailable:
            raise
        except SimpulError as error:
            return error
        return done[0] if done else refused([finding("not-found", entry.place)])

    async def _audit(self, records: Records, receipt: Receipt, done: Sequence[Done | SimpulError]) -> None:
        kinds: dict[str, object] = {}
        for one in done:
            if isinstance(one, Done):
                seen = kinds.get(one.held.type, 0)
                kinds[one.held.type] = (seen if isinstance(seen, int) else 0) + 1
        encounters = [str(one.held.id) for one in done if isinstance(one, Done) and one.held.type == "Encounter"]
        detail: dict[str, object] = {"resources": kinds, "encounters": encounters[:100]}
        await records.audit("bundle.submit", "Bundle", str(receipt.id), detail)


def _within_rights(submission: Submission, permitted: Permitted) -> Submission:
    """The submission if the caller may do all of it; a batch's forbidden entries become refusals of their own."""
    entries = [one for one in submission.entries if isinstance(one, Entry)]
    forbidden = [one for one in entries if not permitted(one.type, _LETTERS[one.method])]
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
