"""Evidence and which claim holds it, written in one statement for many pieces (INSERT … unnest)."""

from collections.abc import Sequence

from services.verification.adapters.basket import Basket
from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.records import EvidenceRecord, Move
from services.verification.domain.likeness import likeness_keys
from shared.errors import Unavailable
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.sealing import Secrets


def overtaken() -> Unavailable:
    """Somebody wrote between our read and our write: the same work is done again on what is there now."""
    return Unavailable("a claim under work", 0.05)


_EVIDENCE_ROWS = RowsInto(
    """INSERT INTO evidence (id, org, source, kind, source_org, version, revision, status, nik_index,
        kpj_index, passport_index, named_case_number, named_report_id, occurred_at, received_at, facts, document,
        likeness)
    SELECT e.id, 'bpjs', e.source, e.kind, e.source_org, e.version, e.revision, e.status, e.nik, e.kpj, e.passport,
        e.case_number, e.report_id, e.occurred_at, e.received_at, e.facts, e.document,
        string_to_array(e.likeness, ' ')
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::bytea[],
        $16::bytea[], $17::text[])
        AS e(id, source, kind, source_org, version, revision, status, nik, kpj, passport, case_number, report_id,
             occurred_at, received_at, facts, document, likeness)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, revision = excluded.revision, status = excluded.status,
        nik_index = excluded.nik_index, kpj_index = excluded.kpj_index, passport_index = excluded.passport_index,
        named_case_number = excluded.named_case_number, named_report_id = excluded.named_report_id,
        occurred_at = excluded.occurred_at, received_at = excluded.received_at, facts = excluded.facts,
        document = COALESCE(excluded.document, evidence.document), likeness = excluded.likeness
    WHERE evidence.revision = excluded.revision - 1
    RETURNING 1""",
    short=overtaken,
)
_END_LINKS = (
    "UPDATE evidence_link SET ended_at = clock_timestamp() WHERE ended_at IS NULL AND evidence_id = ANY($1::text[])"
)
_LINK_ROWS = RowsInto(
    """INSERT INTO evidence_link (org, evidence_id, case_number)
    SELECT 'bpjs', l.evidence_id, l.case_number FROM unnest($1::text[], $2::text[]) AS l(evidence_id, case_number)"""
)


class EvidenceRows:
    """On one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._driver = transaction.driver
        self._late = transaction.late
        self._index = secrets.blind_index
        self._facts = FactsSealer(secrets.sealer)
        self._basket = Basket(transaction, secrets.blind_index)

    def save(self, records: Sequence[EvidenceRecord]) -> None:
        index, rows = self._index, []
        for record in records:
            piece, revision = record.evidence, record.revision + 1
            form = record.document
            row = (
                piece.id,
                piece.source,
                piece.kind,
                piece.org,
                piece.version,
                revision,
                str(piece.status),
                index.nik(piece.identity.nik) if piece.identity.nik else None,
                index.kpj(piece.identity.kpj) if piece.identity.kpj else None,
                index.passport(piece.identity.passport) if piece.identity.passport else None,
                piece.case_number,
                piece.report_id,
                piece.occurred_at,
                piece.received_at,
                self._facts.seal_evidence(piece, revision),
                self._facts.seal_form(form, piece.id, piece.version) if form is not None else None,
                " ".join(self._basket.hashes_stored(likeness_keys(piece))),
            )
            rows.append(row)
        self._late.add(_EVIDENCE_ROWS, rows)

    async def move(self, moves: Sequence[Move]) -> None:
        held = [move.evidence_id for move in moves if move.was_held]
        if held:
            await self._driver.execute(_END_LINKS, held)
        self._late.add(_LINK_ROWS, [(move.evidence_id, move.case_number) for move in moves])
