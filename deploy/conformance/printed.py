"""Verdicts as lines for people and as a document for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from deploy.conformance.rules import Rule, Verdict

_MARKS = {"passed": "pass", "failed": "FAIL", "not checked": "--  "}


def line(verdict: Verdict) -> str:
    """One rule; what was seen stands under it."""
    said = f"{_MARKS[verdict.outcome]}  {verdict.rule.code:<28} {verdict.rule.says}"
    return f"{said}\n      {verdict.detail} [{verdict.rule.reference}]" if verdict.detail else said


def summary(verdicts: Sequence[Verdict]) -> str:
    counts = ", ".join(f"{_count(verdicts, outcome)} {outcome}" for outcome in _MARKS)
    return f"{len(verdicts)} rules: {counts}"


def as_document(url: str, at: datetime, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "url": url,
        "at": at.isoformat(),
        "conforms": not _count(verdicts, "failed"),
        "counts": {outcome.replace(" ", "_"): _count(verdicts, outcome) for outcome in _MARKS},
        "rules": [
            {
                **described(one.rule),
                "outcome": one.outcome.replace(" ", "_"),
                "detail": one.detail,
                "milliseconds": one.milliseconds,
            }
            for one in verdicts
        ],
    }


def described(rule: Rule) -> dict[str, Any]:
    return {"rule": rule.code, "reference": rule.reference, "says": rule.says}


def _count(verdicts: Sequence[Verdict], outcome: str) -> int:
    return sum(one.outcome == outcome for one in verdicts)
