"""What an office may see of a case: event, cause, outcome, deadlines; no clinical notes."""

from dataclasses import dataclass
from typing import Any

from services.disnaker_gateway.application.ports import KnownCase, Officer, StoredDetermination, UnitOfWork
from shared.errors import NotFound


@dataclass(frozen=True)
class CaseMoved:
    """The claim was merged; look under this number."""

    case_number: str


async def case_of_office(work: UnitOfWork, case_number: str) -> KnownCase:
    """Raises NotFound for an unknown case and for one of another province alike."""
    known = await work.cases.get(case_number)
    if known is None:
        raise NotFound("case.unknown", "There is no such case in your province.")
    return known


async def view_case(work: UnitOfWork, officer: Officer, case_number: str) -> dict[str, Any] | CaseMoved:
    """The case as it stands, with this office's determinations, in the form of `GET /v1/cases/{case_number}`."""
    known = await case_of_office(work, case_number)
    await work.audit(officer, "case.read", "case", case_number)
    if known.merged_into is not None:
        return CaseMoved(known.merged_into)
    view: dict[str, Any] = dict(known.view or {})
    view.update(case_number=case_number, region_code=known.region_code)
    for name, value in (known.state or {}).items():
        if name == "clocks":
            view["clocks"] = _clocks(view.get("clocks"), value)
        elif value is not None or name not in view:
            view[name] = value
    own = await work.determinations.of_case(case_number)
    view["determinations"] = _determinations(view.get("determinations") or [], own)
    return view


def _clocks(told: list[dict[str, Any]] | None, current: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The clocks that were told to the office, as they stand now; all when nothing was told yet."""
    if not told:
        return current
    by_code = {clock["clock"]: clock for clock in current}
    return [by_code.get(clock["clock"], clock) for clock in told]


def _determinations(told: list[dict[str, Any]], own: list[StoredDetermination]) -> list[dict[str, Any]]:
    merged = {str(each["determination_id"]): each for each in told}
    for each in own:
        merged[str(each.determination_id)] = {
            "determination_id": str(each.determination_id),
            "decision": each.decision,
            "decided_on": each.content["decided_on"],
            "letter_number": each.content["letter_number"],
            "disability_percent": (each.content.get("disability") or {}).get("percent"),
            "superseded": each.superseded_by is not None,
        }
    return list(merged.values())
