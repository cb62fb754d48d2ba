"""Giving receipts, and finding them again. The register is the audit log: append-only, in the transaction of what was
accepted, in every service that accepts anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import orjson

from shared.audit import AuditEntry, record
from shared.identifiers import in_fours, is_test
from shared.postgres.database import Transaction
from shared.receipts.codes import Receipt, ReceiptCodes, service_of
from shared.sealing import WorkerKeys
from shared.settings import ReceiptSettings

_TYPE, _ACTION, _REPLACE = "receipt", "receipt.give", "receipt.replace"
# The same thing sent again may have come in other bytes; the first time counts.
_FIND = "SELECT detail::text, org FROM audit_log WHERE object_type = $1 AND object_id = $2 ORDER BY id LIMIT 50"
_GIVEN = "SELECT DISTINCT object_id FROM audit_log WHERE object_type = $1 AND object_id = ANY($2::text[])"


@dataclass(frozen=True)
class Acceptance:
    """What was accepted: its kind (list `receipt_kinds`), what tells it apart, when, and the bytes' SHA-256 in hex;
    empty where the service keeps it elsewhere, because it may have to be forgotten."""

    kind: str
    subject: Sequence[object]
    accepted_at: datetime
    sha256: str


@dataclass(frozen=True)
class Found:
    """What the register says of a code: no content, nobody's name. `about` tells apart what was accepted, and is shown
    to nobody."""

    code: str
    kind: str
    about: str
    accepted_at: datetime
    digests: tuple[str, ...]
    # When something else took the place of what was accepted, None while it stands.
    replaced_at: datetime | None = None
    # Whether a test client sent it, so that it proves nothing of anybody.
    test: bool = False


@dataclass(frozen=True)
class Receipts:
    """The receipts of one service. `public_url` is where its check page is reached, `page_urls` are other services'
    pages by name, as far as they are known."""

    codes: ReceiptCodes
    service: str
    public_url: str
    page_urls: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: ReceiptSettings, service: str, workers: WorkerKeys) -> "Receipts":
        return cls(ReceiptCodes.of(workers), service, settings.public_url, settings.receipt_page_urls)

    def receipt(self, kind: str, *subject: object) -> Receipt:
        """The receipt of something that was accepted, without looking it up."""
        code = self.codes.code(self.service, kind, *subject)
        return Receipt(code, self.url(code))

    def url(self, code: str) -> str:
        """Of the page where this code is checked."""
        return f"{self.public_url}/receipt/{in_fours(code)}"

    def known(self, code: str) -> Receipt:
        """A receipt of any service by its code; where that service's page is not known, this one's leads on."""
        there = self.page_urls.get(service_of(code))
        return Receipt(code, f"{there}/{in_fours(code)}" if there else self.url(code))

    async def give(self, transaction: Transaction, org: str, client_id: str, accepted: Acceptance) -> Receipt:
        """Note it, in the transaction that accepts; again for the same thing gives the same receipt."""
        given = self.receipt(accepted.kind, *accepted.subject)
        detail = {
            "kind": accepted.kind,
            "about": "/".join(str(part) for part in accepted.subject),
            "accepted_at": accepted.accepted_at.isoformat(timespec="milliseconds"),
            "sha256": accepted.sha256,
        }
        await record(transaction, AuditEntry(org, client_id, _ACTION, _TYPE, given.code, detail=detail))
        return given

    async def replace(
        self, transaction: Transaction, org: str, client_id: str, named: Sequence[object], at: datetime
    ) -> None:
        """Note that what was accepted was replaced; `named` are its kind and what tells it apart."""
        kind, *subject = named
        code = self.receipt(str(kind), *subject).code
        detail = {"kind": kind, "replaced_at": at.isoformat(timespec="milliseconds")}
        await record(transaction, AuditEntry(org, client_id, _REPLACE, _TYPE, code, detail=detail))


async def find_receipt(transaction: Transaction, code: str) -> Found | None:
    """What was accepted under this code; the transaction is the hub's own. None when nothing was."""
    found = await transaction.driver.fetch(_FIND, _TYPE, code)
    rows = [orjson.loads(row["detail"]) for row in found]
    given = [row for row in rows if "accepted_at" in row]
    if not given:
        return None
    digests = tuple(dict.fromkeys(row["sha256"] for row in given if row["sha256"]))
    replaced = next((datetime.fromisoformat(row["replaced_at"]) for row in rows if "replaced_at" in row), None)
    first = given[0]
    accepted_at = datetime.fromisoformat(first["accepted_at"])
    test = any(is_test(row["org"]) for row in found)
    return Found(code, first["kind"], first["about"], accepted_at, digests, replaced, test)


async def given_among(transaction: Transaction, codes: Sequence[str]) -> set[str]:
    """Which of these codes were given; the transaction is the hub's own."""
    rows = await transaction.driver.fetch(_GIVEN, _TYPE, list(codes))
    return {row["object_id"] for row in rows}


def digest_of(content: bytes) -> str:
    """SHA-256 in hex, as receipts show it."""
    return sha256(content).hexdigest()
