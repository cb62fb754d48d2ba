"""From one public document of a claim to the next: codes of what changed, as the stream and events tell them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from services.verification.application.claim_document import LISTS, Document
from services.verification.domain.complaints import COMPLAINT_CLOCK

# Parts of the document whose change is worth a code of its own; what is left is `details-changed`.
_CHANGE_CODES = {
    "state": "state-changed",
    "waiting_on": "waiting-on-changed",
    "waiting_reason": "waiting-on-changed",
    "payer_of_first_resort": "payer-changed",
    "checklist": "checklist-changed",
    "clocks": "clock-changed",
    "benefit": "benefit-changed",
    "reimbursement": "reimbursement-changed",
    "return_to_work": "return-to-work-changed",
}
_DETAILS = ("worker", "employer", "region_code", "segment", "kind", "occurred_at", "outcome", "rule_set")


def changes_between(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Codes of what changed between two documents, in a fixed order."""
    if before is None:
        return ["opened", "evidence-added", *_overdue_changes([], _clocks_in(after))]
    codes = [code for name, code in _CHANGE_CODES.items() if before.get(name) != after.get(name)]
    codes += _overdue_changes(_clocks_in(before), _clocks_in(after))
    codes += _evidence_changes(before["evidence"], after["evidence"])
    codes += _open_set_changes(
        before["discrepancies"], after["discrepancies"], "discrepancy-opened", "discrepancy-closed"
    )
    codes += _open_set_changes(before["flags"], after["flags"], "flag-raised", "flag-lowered")
    if any(before.get(name) != after.get(name) for name in _DETAILS):
        codes.append("details-changed")
    if not codes and any(before.get(name) != after.get(name) for name in LISTS):
        # A flag that rests on one more piece, say: nothing new to tell, but no longer the same document.
        codes.append("details-changed")
    return list(dict.fromkeys(codes))


def _evidence_changes(before: list[Document], after: list[Document]) -> list[str]:
    old = {item["id"]: item["version"] for item in before}
    new = {item["id"]: item["version"] for item in after}
    codes = []
    if new.keys() - old.keys():
        codes.append("evidence-added")
    if any(old[id_] != new[id_] for id_ in old.keys() & new.keys()):
        codes.append("evidence-updated")
    if old.keys() - new.keys():
        codes.append("evidence-removed")
    if any(item["kind"] == "determination" and item["id"] not in old for item in after):
        codes.append("determined")
    return codes


def _clocks_in(document: Mapping[str, Any]) -> list[Document]:
    """The clocks of the claim; in the place of the one that its list shows of all complaints, each one's own."""
    own = [item["deadline"] for item in document.get("complaints", ()) if item["deadline"]]
    return [clock for clock in document["clocks"] if clock["clock"] != COMPLAINT_CLOCK] + own


def _overdue_changes(before: list[Document], after: list[Document]) -> list[str]:
    """A clock ran out while what was due has not happened."""
    # Counted, since each objection and each complaint has a clock of the same name.
    old = Counter(clock["clock"] for clock in before if clock.get("running") and clock["met"] is False)
    new = Counter(clock["clock"] for clock in after if clock["running"] and clock["met"] is False)
    return ["clock-overdue"] if new - old else []


def _open_set_changes(before: list[Document], after: list[Document], opened: str, closed: str) -> list[str]:
    old = {item["id"] for item in before if item["state"] == "open"}
    new = {item["id"] for item in after if item["state"] == "open"}
    return [code for code, found in ((opened, new - old), (closed, old - new)) if found]
