"""Small pieces of evidence for tests of the domain."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.verification.domain.evidence import (
    ACCIDENT_REPORT,
    MEDICAL_REPORT,
    SELF_REPORT,
    AccidentFacts,
    Evidence,
    Identity,
    MedicalFacts,
    Receipt,
)
from shared.identifiers import WIB

DAY_0 = datetime(2026, 11, 16, 9, 30, tzinfo=WIB)
NIK, OTHER_NIK, KPJ = "3671015203900001", "3671015203900002", "12345678901"


def at(days: float) -> datetime:
    return DAY_0 + timedelta(days=days)


def evidence(
    id_: str, kind: str, days: float = 0.0, *, nik: str | None = NIK, kpj: str | None = None, **more: Any
) -> Evidence:
    """One piece, received two hours after what it tells of."""
    received = more.pop("received_at", at(days) + timedelta(hours=2)).astimezone(UTC)
    facts: dict[str, Any] = {
        "org": "hospital:1" if kind == MEDICAL_REPORT else "employer:JJ012345",
        "region_code": "3671",
        "status": "received",
        "precision": "minute",
        **more,
    }
    return Evidence(
        id=id_,
        source="hospital_gateway" if kind == MEDICAL_REPORT else "intake",
        kind=kind,
        version=1,
        identity=Identity(nik, kpj, facts.pop("passport", None)),
        occurred_at=at(days),
        reported_at=received,
        accepted_at=received,
        received_at=received,
        receipts=(Receipt(1, f"{kind}.received", at(days), received),),
        **facts,
    )


def report(id_: str, days: float = 0.0, **more: Any) -> Evidence:
    facts: dict[str, Any] = {
        "segment": "PU",
        "employer_registration": "JJ012345",
        "wage_rupiah": 5_000_000,
        "wage_basis": "monthly",
        "place_type": "inside_workplace",
        "consequence": "injury",
        "body_parts": ("hand_right",),
        "facility_type": "plkk",
        **more.pop("accident", {}),
    }
    return evidence(id_, ACCIDENT_REPORT, days, accident=AccidentFacts(**facts), **more)


def told(id_: str, days: float = 0.0, **more: Any) -> Evidence:
    return evidence(id_, SELF_REPORT, days, accident=AccidentFacts(**more.pop("accident", {})), **more)


def visit(id_: str, days: float = 0.0, **more: Any) -> Evidence:
    medical = MedicalFacts(period_start=at(days), **more.pop("medical", {}))
    return evidence(id_, MEDICAL_REPORT, days, medical=medical, **more)
