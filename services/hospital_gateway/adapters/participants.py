"""Memberships as `jkk.participants` last told them, and what is known of one worker."""

from datetime import date, datetime

import orjson

from services.hospital_gateway.application.check_eligibility import Known
from services.hospital_gateway.application.documents import VisitMarks
from services.hospital_gateway.application.record_projections import MembershipNews
from services.hospital_gateway.domain.eligibility import Insured
from shared.postgres.database import Database, Transaction
from shared.sealing import BlindIndex, Sealer

_SEALED_AS = "participant-projection"
_KEEP = """
INSERT INTO participant_projection (subject, version, recorded_at, identity_hashes, sealed) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (subject) DO UPDATE SET version = $2, recorded_at = $3, identity_hashes = $4, sealed = $5
 WHERE participant_projection.version < $2
"""
_KNOWN = "SELECT subject, version, recorded_at, sealed FROM participant_projection WHERE identity_hashes && $1::text[]"
_LATEST = "SELECT max(recorded_at) FROM participant_projection"


class ParticipantRows:
    """Writes on a consumer's transaction."""

    def __init__(self, tx: Transaction, sealer: Sealer) -> None:
        self._driver = tx.driver
        self._sealer = sealer

    async def keep(self, news: MembershipNews) -> None:
        """Keep a worker's set; an older version never replaces a newer one."""
        content = orjson.dumps([_told(one) for one in news.insured])
        sealed = self._sealer.seal_bytes(content, type=_SEALED_AS, id=news.subject, version=news.version)
        await self._driver.execute(
            _KEEP, news.subject, news.version, news.recorded_at, list(news.identity_hashes), sealed
        )

    async def forget(self, subject: str) -> None:
        await self._driver.execute("DELETE FROM participant_projection WHERE subject = $1", subject)


class PostgresParticipants:
    """See `application.check_eligibility.Participants`. Reads in the hub's own transaction: memberships belong to no
    hospital, and one is told of the worker it treats only."""

    def __init__(self, database: Database, sealer: Sealer, index: BlindIndex) -> None:
        self._database = database
        self._sealer = sealer
        self._index = index

    async def known(self, marks: VisitMarks) -> Known:
        # Two NIKs are two workers whatever their KPJ (decisions 4), so the best number alone is asked by.
        kind, number = marks.numbers[0]
        async with self._database.system_transaction() as tx:
            rows = await tx.driver.fetch(_KNOWN, list(self._index.all(kind, number)))
            latest: datetime | None = max((row["recorded_at"] for row in rows), default=None)
            if latest is None:
                latest = await tx.driver.fetchval(_LATEST)
        insured = [
            _read(one)
            for row in rows
            for one in orjson.loads(
                self._sealer.open_bytes(row["sealed"], type=_SEALED_AS, id=row["subject"], version=row["version"])
            )
        ]
        return Known(tuple(insured), latest)


def _told(one: Insured) -> list[object]:
    return [one.segment, one.programmes, one.active_from, one.active_to, one.paid_until]


def _read(told: list[object]) -> Insured:
    segment, programmes, active_from, active_to, paid_until = told
    assert isinstance(programmes, list)
    first = _day(active_from)
    assert first is not None
    return Insured(str(segment), tuple(programmes), first, _day(active_to), _day(paid_until))


def _day(told: object) -> date | None:
    return date.fromisoformat(str(told)) if told else None
