"""Writes `docs/states.md` from the tables of the state machine; a test fails when the page is stale.

Run as `python -m services.verification.application.state_page`.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from services.verification.domain.state_machine import GUARD_OF_STATE, STATES, TRANSITIONS, Transition
from shared.regulation.codes import CODE_LISTS, title_of
from shared.regulation.guards import GUARDS, Guard

PAGE = Path(__file__).resolve().parents[3] / "docs" / "states.md"
_ORDER = [code.code for code in CODE_LISTS["states"]]
_BY = {
    "facts": "what agencies tell, correct or withdraw, and time",
    "conclude": "decision `conclude`",
    "request_completion": "decision `request_completion`",
    "refer_to_disnaker": "decision `refer_to_disnaker`",
    "approve_benefit": "decision `approve_benefit`",
    "reject": "decision `reject`",
    "reopen": "decision `reopen`",
    "determination": "an inspector's determination",
    "objection": "an objection",
    "objection_answer": "the answer to an objection",
    "payment": "a confirmed payment",
    "links": "evidence that joins or leaves, by itself or by a person's word",
}
_HEAD = """# States of a claim

Generated from `services/verification/domain/state_machine.py` and `shared/regulation/data/guards.yaml` by
`python -m services.verification.application.state_page`; do not edit.

A claim's state is a function of what was told and decided, whatever the order of arrival
([why](decisions/0070-a-claim-is-a-function-of-its-evidence.md), [and how](decisions/0086-states-are-one-table.md)).
`MERGED` apart, it is the first of these whose sentence is true. Whose turn it is follows from the same facts; the
reasons are the list `waiting_reasons` of `GET /v1/codes`.

## What each state means

| state | in Indonesian | true sentence | article |
|---|---|---|---|
"""
_CHANGES = """
## Which changes there are

From any state of the first column to any of the third, when the sentences of the last column hold and then that of
the new state. A decision, an objection or an answer outside its row is refused with 409.

| from | by | to | what must hold |
|---|---|---|---|
"""
_FOOT = """
An article marked *uncertain* is known of, but its text was not found; *rule of the hub* is no law. An objection goes
to BPJS first, then to the inspector, then to the minister ([path](decisions/0087-objections-and-payments.md)).
"""


def as_markdown() -> str:
    """The whole page."""
    states = [_state_row(rule.state) for rule in STATES] + [_state_row("MERGED")]
    return _HEAD + "\n".join(states) + "\n" + _CHANGES + "\n".join(map(_change_row, TRANSITIONS)) + "\n" + _FOOT


def _state_row(state: str) -> str:
    guard = GUARDS[GUARD_OF_STATE[state]]
    return f"| `{state}` | {title_of('states', state).title_id} | {guard.sentence_en} | {_article(guard)} |"


def _change_row(row: Transition) -> str:
    guards = [f"{GUARDS[code].sentence_en} ({_article(GUARDS[code])})" for code in row.guards]
    return f"| {_named(row.sources)} | {_BY[row.by]} | {_named(row.targets)} | {'; '.join(guards) or '–'} |"


def _named(states: Collection[str]) -> str:
    others = [state for state in _ORDER if state not in states]
    if len(others) < len(states) // 2:
        return "any but " + _listed(others) if others else "any"
    return _listed([state for state in _ORDER if state in states])


def _listed(states: Sequence[str]) -> str:
    return ", ".join(f"`{state}`" for state in states)


def _article(guard: Guard) -> str:
    if guard.legal_basis is None:
        return "rule of the hub"
    return guard.legal_basis + (", *uncertain*" if guard.confidence == "uncertain" else "")


if __name__ == "__main__":
    PAGE.write_text(as_markdown(), encoding="utf-8")
