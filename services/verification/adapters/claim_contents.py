"""What a claim is made of: the evidence that it holds now, what people added to it and to the numbers merged into
it, and the papers that came with its reports, read off the documents of their latest versions."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
import orjson

from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.console_claim import Paper
from services.verification.domain.entries import Entry
from services.verification.domain.evidence import ACCIDENT_REPORT, SELF_REPORT, Evidence
from shared.postgres.database import Transaction

_EVIDENCE = """SELECT e.id, e.kind, e.version, e.facts, e.revision, e.document
    FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id
    WHERE l.case_number = $1 AND l.ended_at IS NULL ORDER BY e.received_at, e.id"""
_ENTRIES = """SELECT id, kind, document FROM claim_entry WHERE case_number IN (
    SELECT case_number FROM claim WHERE case_number = $1 OR merged_into = $1) ORDER BY id"""
_WITH_PAPERS = (ACCIDENT_REPORT, SELF_REPORT)


@dataclass(frozen=True)
class ClaimContents:
    """Opened; the papers are those in force."""

    evidence: tuple[Evidence, ...]
    entries: tuple[Entry, ...]
    papers: tuple[Paper, ...]


async def contents_of(transaction: Transaction, facts: FactsSealer, case_number: str) -> ClaimContents:
    """Without locking anything; empty where there is no such claim."""
    evidence = await transaction.driver.fetch(_EVIDENCE, case_number)
    entries = await transaction.driver.fetch(_ENTRIES, case_number)
    return ClaimContents(
        tuple(facts.open_evidence(each["facts"], each["id"], each["revision"]) for each in evidence),
        tuple(facts.open_entry(each["kind"], each["document"], str(each["id"])) for each in entries),
        tuple(paper for each in evidence for paper in _papers(facts, each)),
    )


def _papers(facts: FactsSealer, row: "asyncpg.Record") -> list[Paper]:
    if row["kind"] not in _WITH_PAPERS or row["document"] is None:
        return []
    form = orjson.loads(facts.open_form(row["document"], row["id"], row["version"]))
    return [
        Paper(
            row["id"],
            each["document_code"],
            each["version"],
            each["media_type"],
            each["size_bytes"],
            datetime.fromisoformat(each["received_at"]) if each.get("received_at") else None,
        )
        for each in (form["content"] or {}).get("documents", ())
        if each.get("state", "in_force") == "in_force"
    ]
