"""What a rule set would make of a claim that is held already; changes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.verification.application.case_desk import CaseDesk
from services.verification.application.claim_document import document_of

_WORDS = ("state", "waiting_on", "waiting_reason", "payer_of_first_resort")


@dataclass(frozen=True)
class Change:
    """One part of a claim that would be another: `now` and `then` as they would be shown, None for nothing."""

    field: str
    now: Any
    then: Any


@dataclass(frozen=True)
class Replayed:
    """One claim under its own rule set and under another one. Amounts are in rupiah."""

    case_number: str
    rule_set: str
    total_now: int
    total_then: int
    changes: tuple[Change, ...]


async def replay(now: CaseDesk, then: CaseDesk, case_number: str) -> Replayed:
    """The claim as both desks see it; `then` has the other rule set in its policy. Neither is ever closed, so nothing
    is written. Raises NotFound."""
    for desk in (now, then):
        await desk.open([], [], [case_number])
    before, after = document_of(now.view(case_number)), document_of(then.view(case_number))
    return Replayed(
        case_number,
        before["rule_set"],
        before["benefit"]["total_rupiah"],
        after["benefit"]["total_rupiah"],
        tuple(_changes(before, after)),
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in _WORDS:
        if before[name] != after[name]:
            yield Change(name, before[name], after[name])
    parts = (
        ("clocks", "clock", ("due_at", "met")),
        ("checklist", "document_code", ("required", "state")),
    )
    for name, key, shown in parts:
        old, new = (_by_code(document[name], key, shown) for document in (before, after))
        yield from _of_codes(name, old, new)
    yield from _of_codes("benefit", *(_amounts(document["benefit"]) for document in (before, after)))


def _of_codes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for code in [*old, *(code for code in new if code not in old)]:
        if old.get(code) != new.get(code):
            yield Change(f"{name}.{code}", old.get(code), new.get(code))


def _by_code(items: list[dict[str, Any]], key: str, shown: tuple[str, ...]) -> dict[str, Any]:
    return {item[key]: {name: item[name] for name in shown} for item in items}


def _amounts(benefit: Mapping[str, Any]) -> dict[str, int]:
    lines = {line["benefit"]: line["amount_rupiah"] for line in benefit["lines"]}
    # What was approved stays; what the calculator would make of it today need not.
    today = {"calculated": benefit["calculated_rupiah"]} if benefit["status"] == "final" else {}
    return lines | today | {"total": benefit["total_rupiah"]}
