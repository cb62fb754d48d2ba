"""Claims and what was added to them, written in one statement for many (INSERT … unnest)."""

from collections.abc import Sequence
from uuid import UUID

from services.verification.adapters.evidence_rows import overtaken
from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.adapters.stream_writer import SEPARATOR
from services.verification.application.records import ClaimRecord
from services.verification.domain.entries import Entry
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.sealing import Secrets

_CLAIM_ROWS = RowsInto(
    """INSERT INTO claim (case_number, org, founder_id, opened_at, version, decision_version,
        decision_digest, state, waiting_on, region_code, flags, terms, next_due_at, merged_into, assigned_to,
        notification_sequence, notification_digest, document, overdue_at)
    SELECT c.case_number, 'bpjs', c.founder_id, c.opened_at, c.version, c.decision_version, c.decision_digest, c.state,
        c.waiting_on, c.region_code, string_to_array(c.flags, ' '), string_to_array(c.terms, chr(31)), c.next_due_at,
        c.merged_into, c.assigned_to, c.notification_sequence, c.notification_digest, c.document,
        c.overdue_at
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::text[],
        $15::bigint[], $16::text[], $17::bytea[], $18::bigint[], $19::timestamptz[])
        AS c(case_number, founder_id, opened_at, version, decision_version, decision_digest, state, waiting_on,
             region_code, flags, terms, next_due_at, merged_into, assigned_to, notification_sequence,
             notification_digest, document, stored_version, overdue_at)
    ON CONFLICT (case_number) DO UPDATE SET version = excluded.version, decision_version = excluded.decision_version,
        decision_digest = excluded.decision_digest, state = excluded.state, waiting_on = excluded.waiting_on,
        region_code = excluded.region_code, flags = excluded.flags, terms = excluded.terms,
        next_due_at = excluded.next_due_at, merged_into = excluded.merged_into, assigned_to = excluded.assigned_to,
        notification_sequence = excluded.notification_sequence, notification_digest = excluded.notification_digest,
        document = excluded.document, overdue_at = excluded.overdue_at, updated_at = clock_timestamp()
    WHERE claim.version = (SELECT v.stored FROM unnest($1::text[], $18::bigint[]) AS v(number, stored)
                            WHERE v.number = claim.case_number)
    RETURNING 1""",
    short=overtaken,
)
_ENTRY_ROWS = RowsInto(
    """INSERT INTO claim_entry (id, org, case_number, kind, document)
    SELECT e.id, 'bpjs', e.case_number, e.kind, e.document
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY
           AS e(id, case_number, kind, document, place)
     ORDER BY e.place ON CONFLICT (id) DO NOTHING"""
)


class ClaimRows:
    """On one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._late = transaction.late
        self._facts = FactsSealer(secrets.sealer)

    def save(self, records: Sequence[ClaimRecord]) -> None:
        rows = []
        # Survivors first: a merged claim refers to one.
        for record in sorted(records, key=lambda record: (record.is_merged, record.case_number)):
            document = record.document or {}
            flags = " ".join(flag["code"] for flag in document["flags"] if flag["state"] == "open")
            row = (
                record.case_number,
                record.founder_id,
                record.opened_at,
                record.version,
                record.decision_version,
                record.decision_digest,
                document["state"],
                document["waiting_on"],
                document["region_code"],
                flags,
                SEPARATOR.join(record.terms),
                record.view.next_due_at if record.view else None,
                record.merged_into,
                record.assigned_to,
                record.notification_sequence,
                record.notification_digest,
                self._facts.seal_claim(document, record.case_number, record.version),
                record.stored_version,
                record.view.next_overdue_at if record.view else None,
            )
            rows.append(row)
        self._late.add(_CLAIM_ROWS, rows)

    def save_entries(self, entries: Sequence[tuple[str, Entry]]) -> None:
        rows = []
        for case_number, entry in entries:
            kind, sealed = self._facts.seal_entry(entry)
            rows.append((UUID(entry.id), case_number, kind, sealed))
        self._late.add(_ENTRY_ROWS, rows)
