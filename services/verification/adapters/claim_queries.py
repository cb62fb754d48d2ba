"""Reading claims: the queue, one claim, the basket, the audit log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.basket_item import basket_item
from services.verification.application.claim_document import queue_item
from services.verification.application.reading import TEST_TERM, ClaimFilter, Page
from services.verification.application.records import StoredPair
from shared.errors import NotFound
from shared.identifiers import is_case_number
from shared.postgres.database import Transaction
from shared.sealing import Secrets
from shared.web.paging import cut, decode_cursor

_DUE = "COALESCE(next_due_at, 'infinity'::timestamptz)"
_QUEUE = f"""SELECT case_number, version, document, next_due_at FROM claim
    WHERE ($1::text IS NULL OR state = $1) AND ($1::text IS NOT NULL OR state <> 'MERGED')
      AND ($2::text IS NULL OR waiting_on = $2) AND ($3::text IS NULL OR region_code LIKE $3 || '%')
      AND ($4::text IS NULL OR $4 = ANY(flags)) AND ($5::text[] IS NULL OR terms && $5 OR case_number = $6)
      AND ($8::text IS NULL OR ({_DUE}, case_number) > (COALESCE($7::timestamptz, 'infinity'), $8))
      AND ($10::boolean IS NULL OR ('{TEST_TERM}' = ANY(terms)) = $10)
    ORDER BY {_DUE}, case_number LIMIT $9"""  # noqa: S608 - no value is put into the text
_CLAIM = "SELECT version, document, merged_into FROM claim WHERE case_number = $1"
_MERGED_INTO = "SELECT merged_into FROM claim WHERE case_number = $1"
_AUDIT = """SELECT id, at, org, client_id, officer, action, object_type, object_id, outcome, detail::text AS detail
    FROM audit_log WHERE ($1::text IS NULL OR object_id = $1) AND ($2::text IS NULL OR object_type = $2)
      AND ($3::text IS NULL OR action = $3) AND ($4::text IS NULL OR org = $4) AND ($5::bigint IS NULL OR id < $5)
    ORDER BY id DESC LIMIT $6"""
_PAIRS = """SELECT p.id, p.score, p.reasons, p.state, p.found_at, p.one, p.other, a.case_number AS one_case,
        b.case_number AS other_case, e.facts AS one_facts, e.revision AS one_revision, f.facts AS other_facts,
        f.revision AS other_revision
    FROM unmatched_pair p
    JOIN evidence e ON e.id = p.one
    LEFT JOIN evidence f ON f.id = p.other
    LEFT JOIN evidence_link a ON a.evidence_id = p.one AND a.ended_at IS NULL
    LEFT JOIN evidence_link b ON b.evidence_id = p.other AND b.ended_at IS NULL
    WHERE p.state = 'open' AND ($1::uuid IS NULL OR p.id > $1) ORDER BY p.id LIMIT $2"""


class ClaimQueries:
    """Reads on one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._driver = transaction.driver
        self._secrets = secrets
        self._facts = FactsSealer(secrets.sealer)

    async def queue(self, wanted: ClaimFilter, cursor: str | None, limit: int) -> Page:
        """The most urgent first: by the nearest due time that still runs."""
        after = decode_cursor(cursor, datetime | None, str) or (None, None)
        terms = search_terms(wanted.q, self._secrets) if wanted.q else None
        number = wanted.q.strip().upper() if wanted.q else None
        rows = await self._driver.fetch(
            _QUEUE,
            *(wanted.state, wanted.waiting_on, wanted.region, wanted.flag, terms, number, *after, limit + 1),
            wanted.test,
        )
        shown, next_cursor = cut(rows, limit, lambda last: [last["next_due_at"], last["case_number"]])
        items = [
            {
                **queue_item(self._facts.open_claim(row["document"], row["case_number"], row["version"])),
                "next_due_at": row["next_due_at"] and row["next_due_at"].isoformat(),
            }
            for row in shown
        ]
        return Page(items, next_cursor)

    async def claim(self, case_number: str, now: datetime) -> tuple[dict[str, Any], str | None]:
        """The public claim, and the survivor's number when it was merged. Raises NotFound."""
        row = await self._row(_CLAIM, case_number)
        document: dict[str, Any] = self._facts.open_claim(row["document"], case_number, row["version"])
        for clock in document["clocks"]:
            # The clock keeper makes this an event in a moment; who looks before that sees it all the same.
            due_at = clock["due_at"] and datetime.fromisoformat(clock["due_at"])
            if clock["met"] is None and due_at and due_at < now.replace(microsecond=0):
                clock["met"] = False
        return document, row["merged_into"]

    async def survivor_of(self, case_number: str) -> str | None:
        merged_into: str | None = (await self._row(_MERGED_INTO, case_number))["merged_into"]
        return merged_into

    async def _row(self, query: str, case_number: str) -> Any:
        row = await self._driver.fetchrow(query, case_number) if is_case_number(case_number) else None
        if row is None:
            raise NotFound("claim.not-found", "There is no claim under this number.")
        return row

    async def unmatched(self, cursor: str | None, limit: int) -> Page:
        (after,) = decode_cursor(cursor, UUID) or (None,)
        shown, next_cursor = cut(await self._driver.fetch(_PAIRS, after, limit + 1), limit, lambda last: [last["id"]])
        return Page([self._basket_item(row) for row in shown], next_cursor)

    def _basket_item(self, row: Any) -> dict[str, Any]:
        sides = [
            (row[f"{side}_case"], self._facts.open_evidence(row[f"{side}_facts"], row[side], row[f"{side}_revision"]))
            for side in ("one", "other")
            if row[side] is not None
        ]
        pair = StoredPair(row["id"], row["one"], row["other"], row["score"], tuple(row["reasons"]), row["state"])
        return basket_item(pair, sides, row["found_at"].isoformat())

    async def audit(self, filters: Sequence[str | None], cursor: str | None, limit: int) -> Page:
        """`filters`: object id, object type, action, org. The latest first."""
        (after,) = decode_cursor(cursor, int) or (None,)
        rows = await self._driver.fetch(_AUDIT, *filters, after, limit + 1)
        shown, next_cursor = cut(rows, limit, lambda last: [last["id"]])
        items = [{**dict(row), "at": row["at"].isoformat(), "detail": orjson.loads(row["detail"])} for row in shown]
        return Page(items, next_cursor)


def search_terms(q: str, secrets: Secrets) -> list[str]:
    """Everything `q` may mean: a NIK, a KPJ, a passport, an employer's number, a hospital."""
    text = q.strip()
    index = secrets.blind_index
    hashes = [hash_ for kind in ("nik", "kpj", "passport") for hash_ in index.all(kind, text)]
    return [*hashes, f"employer:{text}", f"employer:{text.upper()}", f"hospital:{text}", text]
