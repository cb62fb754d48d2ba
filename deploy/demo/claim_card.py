"""A claim as it stands, in a few lines: papers, clocks, turn, contradictions, flags and money."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from deploy.simulators.people import WIB

_THERE = ("provided", "satisfied_elsewhere")


def claim_card(claim: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Pairs of label and text, for the end of a timeline."""
    yield "turn", _turn(claim)
    yield from _papers(claim["checklist"])
    for clock in claim["clocks"]:
        if clock["due_at"] is not None:
            yield "clock", _clock(clock)
    for item in claim["discrepancies"]:
        values = " against ".join(str(one["value"]) for one in item["values"])
        yield "discrepancy", f"{item['field']}: {values} ({item['severity']}, {item['state']})"
    for flag in claim["flags"]:
        yield "flag", f"{flag['code']}: {flag['explanation']['id']} / {flag['explanation']['en']} ({flag['state']})"
    yield "insured", f"{claim['eligibility']['title']['id']} / {claim['eligibility']['title']['en']}"
    yield (
        "pays first",
        ", then ".join(f"{step['title']['en']} ({step['reason_title']['en']})" for step in claim["payers"]),
    )
    yield from _benefit(claim["benefit"])
    if claim["return_to_work"] is not None:
        yield "return to work", "; ".join(each["title"]["id"] for each in claim["return_to_work"]["triggers"])
        yield from (("", right["text"]["id"]) for right in claim["return_to_work"]["rights"])


def _turn(claim: dict[str, Any]) -> str:
    reason = f" ({claim['waiting_reason']})" if claim["waiting_reason"] else ""
    return f"{claim['state']}, waiting on {claim['waiting_on']}{reason}"


def _papers(checklist: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    required = [item for item in checklist if item["required"]]
    there = [item["document_code"] for item in required if item["state"] in _THERE]
    yield "checklist", f"{len(there)} of {len(required)} papers: {' '.join(there)}"
    for item in required:
        if item["state"] not in _THERE:
            yield "", f"{item['state']} {item['document_code']}, from the {item['responsible']}: {item['title']['id']}"


def _clock(clock: dict[str, Any]) -> str:
    met = {True: "met", False: "overdue", None: "running"}[clock["met"]]
    due = datetime.fromisoformat(clock["due_at"]).astimezone(WIB)
    paused = ", paused" if clock["paused"] else ""
    return f"{clock['clock']:<14} due {due:%Y-%m-%d %H:%M} WIB, {met}{paused} ({clock['legal_basis']})"


def _benefit(benefit: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for line in benefit["lines"]:
        source = f"{line['legal_basis']}, {line['confidence']}"
        yield "benefit", f"{line['benefit']} Rp {_rupiah(line['amount_rupiah'])} = {line['formula']} ({source})"
    if benefit["lines"]:
        yield "benefit", f"{benefit['status']}, in all Rp {_rupiah(benefit['total_rupiah'])}"


def _rupiah(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
