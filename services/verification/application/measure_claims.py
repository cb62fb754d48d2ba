"""Measuring claims for the meetings of the agencies: from the public claim and its events, one row a claim.

No person is in a measure: an employer and a hospital are their numbers, a place is its province.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.verification.domain.measures import (
    Happening,
    Milestones,
    Told,
    Waiting,
    asked_to_complete,
    milestones,
    waiting,
)

_REPORTING_CLOCKS = ("T1_KK", "T1_PAK")
_DIVISION_DIGITS = 2


@dataclass(frozen=True)
class Measure:
    """One claim as the forum counts it; `sector` is the division (two digits) of the employer's KBLI number."""

    case_number: str
    version: int
    kind: str
    occurred_at: datetime
    opened_at: datetime
    province: str | None
    sector: str | None
    employer: str | None
    hospital: str | None
    late: bool | None
    asked_to_complete: bool
    open_discrepancies: int
    steps: Milestones
    waiting: Waiting


def measure(document: Mapping[str, Any], opened_at: datetime, told: Sequence[Told]) -> Measure:
    """`document` is the public claim (interface section 6), `told` its events in order."""
    happenings = [
        Happening(datetime.fromisoformat(entry["received_at"]), entry["who"], entry["what"])
        for entry in document["timeline"]
    ]
    employer = document["employer"] or {}
    return Measure(
        case_number=document["case_number"],
        version=document["version"],
        kind=document["kind"],
        occurred_at=datetime.fromisoformat(document["occurred_at"]),
        opened_at=opened_at,
        province=(document["region_code"] or "")[:2] or None,
        sector=(employer.get("sector_kbli") or "")[:_DIVISION_DIGITS] or None,
        employer=employer.get("registration_number"),
        hospital=_hospital(document),
        late=_late(document),
        asked_to_complete=asked_to_complete(happenings),
        open_discrepancies=sum(item["state"] == "open" for item in document["discrepancies"]),
        steps=milestones(told, happenings),
        waiting=waiting(told),
    )


def _hospital(document: Mapping[str, Any]) -> str | None:
    """Whoever reported first, where several treated."""
    reports = [piece for piece in document["evidence"] if piece["source"] == "hospital_gateway"]
    first = min(reports, key=lambda piece: (piece["received_at"], piece["id"]), default=None)
    return first["org"].partition(":")[2] if first else None


def _late(document: Mapping[str, Any]) -> bool | None:
    """Whether the employer's report missed its time; None where there is none yet and time has not run out."""
    met = [clock["met"] for clock in document["clocks"] if clock["clock"] in _REPORTING_CLOCKS]
    return None if not met or met[0] is None else not met[0]
