"""Participants in PostgreSQL, within one transaction."""

from collections.abc import Iterable
from typing import Final

from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.domain.evidence import Identity
from services.verification.domain.membership import Membership
from shared.postgres.database import Transaction
from shared.sealing import Secrets

_FIND: Final = """SELECT id, version, memberships FROM participant
    WHERE nik_index = ANY($1::text[]) OR kpj_index && $2::text[]"""


class ParticipantRegister:
    """What BPJS core has told of workers, on one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._driver = transaction.driver
        self._index = secrets.blind_index
        self._facts = FactsSealer(secrets.sealer)

    async def memberships(self, identities: Iterable[Identity]) -> list[Membership]:
        """Every membership of the workers who are filed under any of the numbers."""
        known = list(identities)
        niks = [hash_ for nik in {one.nik for one in known if one.nik} for hash_ in self._index.all("nik", nik)]
        kpjs = [hash_ for kpj in {one.kpj for one in known if one.kpj} for hash_ in self._index.all("kpj", kpj)]
        if not niks and not kpjs:
            return []
        rows = await self._driver.fetch(_FIND, niks, kpjs)
        return [
            membership
            for row in rows
            for membership in self._facts.open_memberships(row["memberships"], row["id"], row["version"])
        ]
