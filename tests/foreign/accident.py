"""An accident at a press, as the employer and the hospital each tell it: forms written from the interface's text, and
the SATUSEHAT sample."""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

_BUNDLE = Path(__file__).parents[1] / "samples" / "satusehat" / "hand-caught-in-press.json"
_JAKARTA = ZoneInfo("Asia/Jakarta")
EMPLOYER, COMPANY, REGION = "JJ012345", "PT Contoh Baja", "3671"


def hours_ago(hours: int) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).astimezone(_JAKARTA).isoformat(timespec="seconds")


def _somebody() -> date:
    return date(1960, 1, 1) + timedelta(days=secrets.randbelow(40 * 365))


@dataclass(frozen=True)
class PressAccident:
    """One worker's; nobody else's NIK."""

    born: date = field(default_factory=_somebody)
    serial: int = field(default_factory=lambda: 1 + secrets.randbelow(9_998))

    @property
    def nik(self) -> str:
        """Women's day of birth counts from 41."""
        return f"{REGION}01{self.born.day + 40:02d}{self.born:%m%y}{self.serial:04d}"

    def report(self) -> dict[str, Any]:
        """Tahap I, Form 3 KK 1."""
        return {
            "segment": "PU",
            "kind": "accident",
            "employer": {
                "registration_number": EMPLOYER,
                "name": COMPANY,
                "sector_kbli": "25111",
                "address": "Jalan Industri 1, Tangerang",
                "region_code": REGION,
                "contact": {"name": "Rina", "phone": "+6281234567890", "email": "hr@contoh.example"},
            },
            "worker": {
                "nik": self.nik,
                "kpj": f"{secrets.randbelow(10**11):011d}",
                "name": "Siti Aminah",
                "birth_date": self.born.isoformat(),
                "sex": "female",
                "occupation": "Operator mesin press",
                "phone": "+6281298765432",
            },
            "wage": {"amount_rupiah": 5_000_000, "basis": "monthly"},
            "event": {
                "occurred_at": hours_ago(20),
                "place_type": "inside_workplace",
                "place": "Lini press 2",
                "region_code": REGION,
                "chronology": "Tangan kanan terjepit mesin press saat cetakan diganti.",
                "consequence": "injury",
                "body_parts": ["hand_right"],
                "accident_type": "caught",
                "injury_source": "machine",
                "first_aid": {
                    "facility_type": "plkk",
                    "facility_name": "RS Contoh",
                    "condition_after": "inpatient",
                },
                "witnesses": [],
                "police_report_number": None,
            },
            "reporter": {"name": "Rina", "position": "HRD", "phone": "+6281234567890"},
        }

    def bundle(self) -> str:
        """The hospital's transaction: the sample, with this worker and this day's times."""
        told = {
            "3671015203900001": self.nik,
            "1990-03-12": self.born.isoformat(),
            "ENC-": f"ENC-{uuid.uuid4().hex[:8]}-",
            "2026-11-20T10:10:00+07:00": hours_ago(19),
            "2026-11-20T15:10:00+07:00": hours_ago(14),
        }
        text = _BUNDLE.read_text(encoding="utf-8")
        for sample, ours in told.items():
            assert sample in text
            text = text.replace(sample, ours)
        return text


def determination(case_number: str) -> dict[str, Any]:
    """The labour inspector's penetapan."""
    return {
        "case_number": case_number,
        "decision": "WORK_ACCIDENT",
        "disability": None,
        "benefit_amount_rupiah": None,
        "letter_number": "566/123/2026",
        "decided_on": hours_ago(1)[:10],
        "inspector": {"name": "Andi", "id": "PPK-1"},
        "legal_basis": "PP 44/2015",
        "advisory_doctor_opinion": None,
    }
