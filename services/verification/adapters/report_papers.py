"""The papers that came with a report, read off the document of its latest version."""

from datetime import datetime

import asyncpg
import orjson

from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.console_claim import Paper
from services.verification.domain.evidence import ACCIDENT_REPORT, SELF_REPORT

_WITH_PAPERS = (ACCIDENT_REPORT, SELF_REPORT)


def papers_of(facts: FactsSealer, row: "asyncpg.Record") -> list[Paper]:
    """Those in force; `row` has `id`, `kind`, `version` and `document` of a piece of evidence."""
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
