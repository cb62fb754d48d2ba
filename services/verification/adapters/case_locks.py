"""Locks that keep two transactions from working on one worker, or on evidence that is alike, at the same time."""

from collections.abc import Iterable
from hashlib import blake2b

from services.verification.adapters.basket import stripes
from services.verification.application.records import Locks
from services.verification.domain.evidence import Identity
from shared.postgres.database import Transaction
from shared.sealing import Secrets

_LOCK_ALL = """SELECT count(CASE WHEN alone THEN pg_advisory_xact_lock(key) ELSE pg_advisory_xact_lock_shared(key) END)
    FROM unnest('{{{}}}'::bigint[], '{{{}}}'::boolean[]) AS k(key, alone)"""
_LOCK = "SELECT count(pg_advisory_xact_lock(key)) FROM unnest($1::bigint[]) AS k(key)"


class CaseLocks:
    """On one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._driver = transaction.driver
        self._secrets = secrets
        self._is_locked = False

    async def lock_workers(self, identities: Iterable[Identity]) -> None:
        keys = {lock for identity in identities for lock in self._locks_of(identity)}
        if keys:
            # Sorted, so that two transactions never wait for each other in a circle.
            await self._driver.execute(_LOCK, sorted(keys))

    async def lock_only(self, locks: Locks) -> None:
        workers = {lock for identity in locks.identities for lock in self._locks_of(identity)}
        workers |= {_lock(name) for name in locks.names}
        # Locks that were taken since are let go with it (PostgreSQL, 13.3.5: as for any lock after a savepoint).
        begin = "ROLLBACK TO SAVEPOINT gathering" if self._is_locked else "SAVEPOINT gathering"
        self._is_locked = True
        taken = [
            *stripes(locks.alike_shared, locks.alike_alone, locks.weeks),
            *((key, True) for key in sorted(workers)),
        ]
        keys, alone = (
            ",".join(str(key) for key, _ in taken),
            ",".join("t" if is_alone else "f" for _, is_alone in taken),
        )
        # Two statements in one round trip, which the protocol allows without parameters: there are only numbers.
        await self._driver.execute(f"{begin}; {_LOCK_ALL.format(keys, alone)}")

    def _locks_of(self, identity: Identity) -> list[int]:
        # Keyed hashes whose secret never rotates: two processes must agree on them, and a plain hash of a NIK is none.
        hashes = self._secrets.worker_keys.all(nik=identity.nik, kpj=identity.kpj, passport=identity.passport)
        return [_lock(hash_) for hash_ in hashes]


def _lock(name: str) -> int:
    """A signed 64-bit number for an advisory lock; a collision only makes two workers wait for each other."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
