"""Reading an import: lines out of chunks, within bounds, and batches that are done again."""

import tracemalloc
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.verification.application.case_desk import CaseDesk
from services.verification.application.import_participants import (
    ImportLimits,
    ImportPlace,
    ParticipantImport,
    Progress,
)
from services.verification.application.records import ParticipantRecord
from services.verification.domain.evidence import Identity
from services.verification.domain.membership import Membership
from services.verification.entrypoints.http.participant_line import line_parser
from services.verification.entrypoints.http.participants import LineReader
from shared.clock import FixedClock
from shared.errors import TooLarge, Unavailable
from tests.support.case_store_in_memory import InMemoryCases

CLOCK = FixedClock(datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
LIMITS = ImportLimits(batch_lines=500, lines_max=100_000, refused_lines_max=1_000)


class Nowhere:
    """Participants and notes that are counted and forgotten; the first `failures` batches fail."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.saved = 0
        self.progress = Progress()

    async def take_turns(self) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable("a participant under work", 0.05)

    def worker_id(self, membership: Membership) -> str:
        return f"n:{membership.nik}"

    async def sets(self, ids: Iterable[str]) -> dict[str, ParticipantRecord]:
        return {}

    async def save(self, records: Sequence[ParticipantRecord], at: datetime) -> None:
        self.saved += len(records)

    async def with_evidence(self, identities: Sequence[Identity]) -> list[Identity]:
        return []

    async def begin(self, retention: Any) -> Progress:
        return self.progress

    async def save_progress(self, before: Progress, after: Progress) -> None:
        assert before.lines == self.progress.lines
        self.progress = after


class Forgetful(InMemoryCases):
    async def publish(self, events: Sequence[Any]) -> None:
        """Gone."""


def importing(nowhere: Nowhere, limits: ImportLimits = LIMITS) -> ParticipantImport:
    @asynccontextmanager
    async def opened() -> AsyncIterator[ImportPlace]:
        yield ImportPlace(nowhere, nowhere, Forgetful(), cast(CaseDesk, None), CLOCK)

    return ParticipantImport(opened, line_parser(CLOCK, 16_384), limits, nowhere.progress)


def nik(number: int) -> str:
    return f"3671{number // 9_999:02d}520390{number % 9_999 + 1:04d}"


async def lines(count: int) -> AsyncIterator[bytes]:
    reader = LineReader(16_384)
    for number in range(count):
        text = f'{{"nik":"{nik(number)}","segment":"BPU","programmes":["JKK"],"active_from":"2020-01-01"}}\n'
        for line in reader.lines_of(text.encode()):
            yield line
    for line in reader.rest():
        yield line


def split(chunks: Iterable[bytes], bytes_max: int = 10) -> list[bytes]:
    reader = LineReader(bytes_max)
    found = [line for chunk in chunks for line in reader.lines_of(chunk)]
    return [*found, *reader.rest()]


@pytest.mark.parametrize(
    ("chunks", "found"),
    [
        ([b"a\nb\n"], [b"a", b"b"]),
        ([b"a\nb"], [b"a", b"b"]),
        ([b"a", b"b\nc", b"\n"], [b"ab", b"c"]),
        ([b"\n\na\n"], [b"", b"", b"a"]),
        ([], []),
        ([b"0123456789abc\nd\n"], [b"0123456789a", b"d"]),
        ([b"01234", b"56789", b"abc", b"def\nd"], [b"0123456789a", b"d"]),
    ],
)
def test_lines_are_the_same_however_the_stream_is_cut(chunks: list[bytes], found: list[bytes]) -> None:
    assert split(chunks) == found
    assert split(bytes([byte]) for byte in b"".join(chunks)) == found


async def test_memory_does_not_grow_with_the_number_of_lines() -> None:
    async def peak_of(count: int) -> int:
        tracemalloc.start()
        try:
            done = await importing(Nowhere()).run(lines(count))
            assert done.counts["recorded"] == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    await peak_of(100)
    few, many = await peak_of(1_000), await peak_of(10_000)
    assert many < few * 1.5 + 500_000


async def test_a_batch_that_crossed_other_work_is_done_again() -> None:
    nowhere = Nowhere(failures=2)
    done = await importing(nowhere).run(lines(700))
    assert (done.lines, nowhere.saved) == (700, 700)


async def test_a_batch_that_keeps_failing_leaves_what_was_done_before() -> None:
    nowhere = Nowhere()
    first = importing(nowhere)
    await first.run(lines(500))
    nowhere.failures = 3
    with pytest.raises(Unavailable):
        await importing(nowhere).run(lines(900))
    assert nowhere.progress.lines == 500
    assert (await importing(nowhere).run(lines(900))).lines == 900
    assert nowhere.saved == 900


async def test_an_import_has_a_greatest_number_of_lines() -> None:
    nowhere = Nowhere()
    with pytest.raises(TooLarge):
        await importing(nowhere, ImportLimits(batch_lines=10, lines_max=25, refused_lines_max=5)).run(lines(30))
    assert nowhere.saved == 20
