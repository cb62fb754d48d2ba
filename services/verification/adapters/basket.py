"""The basket of doubtful pairs in PostgreSQL, and by what like evidence is found and guarded."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from uuid import UUID

from services.verification.application.records import StoredPair
from services.verification.domain.grouping import Pair
from services.verification.domain.likeness import LikenessKey
from shared.identifiers import new_id
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.sealing import BlindIndex

# Few enough that the largest batch stays far below what PostgreSQL keeps locks for.
_STRIPES = 1024
_SETTLE = """UPDATE unmatched_pair SET state = 'settled', closed_at = clock_timestamp() WHERE state = 'open'
    AND one = ANY($1::text[]) AND (other IS NULL OR other = ANY($1::text[]))
    AND NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS p(one, other)
                     WHERE p.one = unmatched_pair.one AND p.other IS NOT DISTINCT FROM unmatched_pair.other)"""
# What a person dismissed or linked stays so; what merely was no doubt any more may become one again.
_OPEN_ROWS = RowsInto(
    """INSERT INTO unmatched_pair (id, org, one, other, score, reasons, state)
    SELECT p.id, 'bpjs', p.one, p.other, p.score, string_to_array(p.reasons, ' '), 'open'
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::text[]) AS p(id, one, other, score, reasons)
    ON CONFLICT (one, other) DO UPDATE
    SET state = 'open', closed_at = NULL, score = excluded.score, reasons = excluded.reasons
    WHERE unmatched_pair.state = 'settled'
       OR (unmatched_pair.state = 'open' AND (unmatched_pair.score, unmatched_pair.reasons)
           IS DISTINCT FROM (excluded.score, excluded.reasons))"""
)
WITHOUT_NUMBER = "worker-without-number"


class Basket:
    """On one open transaction."""

    def __init__(self, transaction: Transaction, index: BlindIndex) -> None:
        self._driver = transaction.driver
        self._late = transaction.late
        self._index = index

    def hashes_stored(self, keys: Iterable[LikenessKey]) -> list[str]:
        """What stands in the row of evidence with these keys."""
        return sorted(f"{self._index.of('likeness', key.text)}.{key.week}" for key in keys)

    def hashes_sought(self, keys: Iterable[LikenessKey]) -> list[str]:
        """What rows may hold that share one of these keys."""
        # The week stands beside the hash, as the time of the event does, so that three weeks cost one hash.
        weeks: dict[str, list[int]] = {}
        for key in keys:
            weeks.setdefault(key.text, []).append(key.week)
        return [
            f"{hash_}.{week}" for text in weeks for hash_ in self._index.all("likeness", text) for week in weeks[text]
        ]

    async def save(self, pairs: Sequence[Pair], unnamed: Iterable[str], among: Iterable[str]) -> None:
        rows: list[tuple[str, str | None, float, list[str]]] = [
            *((pair.one, pair.other, pair.score, list(pair.reasons)) for pair in pairs),
            *((id_, None, 0.0, [WITHOUT_NUMBER]) for id_ in sorted(unnamed)),
        ]
        ids = list(among)
        await self._driver.execute(_SETTLE, ids, [row[0] for row in rows], [row[1] for row in rows])
        self._late.add(
            _OPEN_ROWS, [(new_id(), one, other, score, " ".join(reasons)) for one, other, score, reasons in rows]
        )

    async def pair(self, pair_id: str) -> StoredPair | None:
        row = await self._driver.fetchrow(
            "SELECT id, one, other, score, reasons, state FROM unmatched_pair WHERE id = $1", UUID(pair_id)
        )
        if row is None:
            return None
        return StoredPair(row["id"], row["one"], row["other"], row["score"], tuple(row["reasons"]), row["state"])

    async def close(self, pair_id: str, state: str, person: str) -> None:
        await self._driver.execute(
            "UPDATE unmatched_pair SET state = $2, closed_by = $3, closed_at = clock_timestamp() WHERE id = $1",
            UUID(pair_id),
            state,
            person,
        )


def stripes(shared: Collection[LikenessKey], alone: Collection[LikenessKey], weeks: int) -> list[tuple[int, bool]]:
    """The locks of likeness keys, sorted, with whether each is to be held alone. Each key has one of its week and one
    of each of the next ones: two keys within reach of each other share one."""
    held_alone = {_stripe(key, week) for key in alone for week in range(weeks + 1)}
    held_shared = {_stripe(key, week) for key in shared for week in range(weeks + 1)} - held_alone
    return sorted([(stripe, True) for stripe in held_alone] + [(stripe, False) for stripe in held_shared])


def _stripe(key: LikenessKey, week: int) -> int:
    """A lock's number. It is never stored, and ten bits of it say nothing of a person."""
    digest = blake2b(f"{key.text}|{key.week + week}".encode(), digest_size=8).digest()
    return _STRIPES_FROM + int.from_bytes(digest) % _STRIPES


# Away from the locks of workers, which are spread over all 64 bits.
_STRIPES_FROM = 5_000_000
