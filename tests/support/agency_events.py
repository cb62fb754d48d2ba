"""Events as the gateways publish them, for tests of what verification makes of them. All people are invented."""

import copy
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.events import Event
from shared.events.accident_report import AccidentReportContent, AccidentReportFacts
from shared.events.catalogue import (
    DETERMINATION_ISSUED,
    MEDICAL_REPORT_ASSEMBLED,
    REPORT_SUBMITTED,
    SELF_REPORT_SUBMITTED,
    new_event,
)
from shared.events.determination import DeterminationContent, DeterminationFacts
from shared.events.medical_report import MedicalReportContent, MedicalReportFacts
from shared.events.self_report import SelfReportContent, SelfReportFacts
from shared.identifiers import WIB, new_id
from shared.sealing import WorkerKeys

ACCIDENT_AT = datetime(2026, 11, 16, 9, 30, tzinfo=WIB)
_KEYS = WorkerKeys(b"k" * 32)


def random_nik(rng: random.Random | None = None) -> str:
    """A well-formed NIK of a woman born 12 March 1990, of one district among ten thousand."""
    pick = rng or random
    return f"36{pick.randrange(10_000):04d}520390{pick.randrange(1, 10_000):04d}"


def random_niks(count: int) -> list[str]:
    """As many as are wanted, no two alike: among thousands of `random_nik` two are often the same."""
    niks: set[str] = set()
    while len(niks) < count:
        niks.add(random_nik())
    return sorted(niks)


def accident_report(
    nik: str | None,
    *,
    kpj: str | None = None,
    occurred_at: datetime = ACCIDENT_AT,
    received_at: datetime | None = None,
    report_id: UUID | None = None,
    version: int = 1,
    body_parts: tuple[str, ...] = ("hand_right",),
    documents: tuple[str, ...] = (),
    brought_again: dict[str, datetime] | None = None,
    stage_2: dict[str, Any] | None = None,
    case_number: str | None = None,
    status: str = "received",
    org: str = "employer:JJ012345",
    segment: str = "PU",
    region_code: str = "3671",
    precision: str = "minute",
    change: str = "submitted",
    first_alert_at: datetime | None = None,
    name: str = "Siti Aminah",
    birth_date: str | None = "1990-03-12",
    tracking_code_hash: str | None = None,
) -> Event:
    """`jkk.accident-report.submitted.v1`, received an hour after the accident unless told otherwise."""
    report_id = report_id or new_id()
    received = (received_at or occurred_at + timedelta(hours=1)).astimezone(UTC)
    facts = AccidentReportFacts.model_validate(
        {
            "report_id": report_id, "org": org, "version": version, "change": change, "status": status,
            "kind": "accident", "segment": segment, "occurred_at": occurred_at,
            "occurred_at_precision": precision, "reported_at": received, "received_at": received,
            "region_code": region_code, "place_type": "inside_workplace", "accident_type": "caught",
            "injury_source": "machine", "consequence": "injury", "late": False, "document_codes": documents,
            "outcome": stage_2["outcome"] if stage_2 else None, "case_number": case_number,
            "stage_2_received_at": received + timedelta(days=1) if stage_2 else None,
            "first_alert_at": first_alert_at,
        }
    )  # fmt: skip
    form = {
        "segment": segment, "kind": "accident",
        "employer": {"registration_number": org.partition(":")[2], "name": "PT Contoh Baja", "sector_kbli": "25111"},
        "worker": {"nik": nik, "kpj": kpj, "name": name, "birth_date": birth_date, "sex": "female"},
        "wage": {"amount_rupiah": 5_000_000, "basis": "monthly"},
        "event": {
            "occurred_at": occurred_at, "place_type": "inside_workplace", "region_code": region_code,
            "consequence": "injury", "body_parts": body_parts, "accident_type": "caught", "injury_source": "machine",
            "first_aid": {"facility_type": "plkk"},
        },
    }  # fmt: skip
    content = AccidentReportContent.model_validate(
        {
            "report": form,
            "stage_2": copy.deepcopy(stage_2),
            "tracking_code_hash": tracking_code_hash,
            "documents": [
                {
                    "document_code": code, "version": 1, "sha256": "0" * 64, "size_bytes": 1,
                    "media_type": "application/pdf", "received_at": received + timedelta(hours=2),
                }
                for code in documents
            ]
            + [
                {
                    "document_code": code, "version": 2, "sha256": "1" * 64, "size_bytes": 1,
                    "media_type": "application/pdf", "received_at": at,
                }
                for code, at in (brought_again or {}).items()
            ],
        }
    )  # fmt: skip
    return _event(
        REPORT_SUBMITTED, report_id, version, nik, kpj, facts, content, received + timedelta(hours=version - 1)
    )


def medical_report(
    nik: str | None,
    *,
    kpj: str | None = None,
    seen_at: datetime = ACCIDENT_AT + timedelta(hours=1),
    onset_at: datetime | None = None,
    received_at: datetime | None = None,
    encounter_id: str | None = None,
    version: int = 1,
    body_parts: tuple[tuple[str, str], ...] = (("hand", "right"),),
    statement: dict[str, Any] | None = None,
    papers: tuple[tuple[str, str], ...] = (),
    admit_source: str | None = None,
    explicit: bool = False,
    case_number: str | None = None,
    report_id: UUID | None = None,
    hospital_region: str | None = "3671",
    org: str = "hospital:100000401",
    name: str = "Siti Aminah",
    birth_date: str | None = "1990-03-12",
    message_contact: str | None = None,
    message_language: str | None = None,
) -> Event:
    """`jkk.medical-report.assembled.v1` of one visit with a hand injury."""
    encounter_id = encounter_id or str(new_id())
    received = (received_at or seen_at + timedelta(hours=2)).astimezone(UTC)
    facts = MedicalReportFacts.model_validate(
        {
            "encounter_id": encounter_id, "org": org, "version": version, "period_start": seen_at,
            "occurred_at": onset_at or seen_at, "received_at": received, "signs": ["injury-code"],
            "explicit_notice": explicit, "admit_source": admit_source, "hospital_region_code": hospital_region,
            "has_doctor_statement": statement is not None, "case_number": case_number, "accident_report_id": report_id,
        }
    )  # fmt: skip
    content = MedicalReportContent.model_validate(
        {
            "patient": {
                "nik": nik,
                "kpj": kpj,
                "name": name,
                "birth_date": birth_date,
                "message_contact": message_contact,
                "message_language": message_language,
            },
            "diagnoses": [{"code": "S67.0", "onset_at": onset_at or seen_at}],
            "external_causes": [{"code": "W31"}],
            "body_parts": [{"code": code, "side": side} for code, side in body_parts],
            "doctor_statement": statement,
            "papers": [
                {"kind": kind, "resource_type": "DocumentReference", "resource_id": "d", "sha256": digest}
                for kind, digest in papers
            ],
        }
    )
    return _event(
        MEDICAL_REPORT_ASSEMBLED,
        encounter_id,
        version,
        nik,
        kpj,
        facts,
        content,
        received + timedelta(hours=version - 1),
    )


def self_report(
    nik: str | None,
    *,
    occurred_at: datetime = ACCIDENT_AT,
    kpj: str | None = None,
    org: str = "channel:jmo",
    name: str = "Siti Aminah",
    birth_date: str | None = None,
    tracking_code_hash: str | None = None,
    message_phone: str | None = None,
) -> Event:
    """`jkk.self-report.submitted.v1` by the worker's family."""
    report_id = new_id()
    received = (occurred_at + timedelta(hours=3)).astimezone(UTC)
    facts = SelfReportFacts.model_validate(
        {
            "report_id": report_id, "org": org, "version": 1, "kind": "accident", "relation": "family",
            "occurred_at": occurred_at, "reported_at": received, "received_at": received, "region_code": "3671",
        }
    )  # fmt: skip
    content = SelfReportContent.model_validate(
        {
            "report": {
                "reporter": {
                    "name": "Adi",
                    "relation": "family",
                    "phone": message_phone,
                    "message_consent": message_phone is not None,
                },
                "worker": {"nik": nik, "kpj": kpj, "name": name, "birth_date": birth_date},
                "event": {"occurred_at": occurred_at, "region_code": "3671", "chronology": "Terjepit mesin."},
            },
            "tracking_code_hash": tracking_code_hash,
        }
    )
    return _event(SELF_REPORT_SUBMITTED, report_id, 1, nik, kpj, facts, content, received)


def determination(
    case_number: str, decision: str = "WORK_ACCIDENT", *, received_at: datetime | None = None, **more: Any
) -> Event:
    """`jkk.determination.issued.v1` of the Banten office."""
    determination_id = new_id()
    received = received_at or datetime.now(UTC)
    facts = DeterminationFacts.model_validate(
        {
            "determination_id": determination_id, "case_number": case_number, "org": "disnaker:36",
            "decision": decision, "decided_on": date(2026, 11, 21), "received_at": received, **more,
        }
    )  # fmt: skip
    content = DeterminationContent.model_validate(
        {
            "case_number": case_number, "decision": decision, "letter_number": "566/1/2026",
            "decided_on": date(2026, 11, 21), "inspector": {"name": "Andi", "id": "PPK-1"},
            "legal_basis": "PP 44/2015", **more,
        }
    )  # fmt: skip
    return new_event(
        DETERMINATION_ISSUED,
        subject=determination_id,
        version=1,
        key=case_number,
        facts=facts,
        content=content,
        time=received,
    )


def _event(
    type_: str, id_: object, version: int, nik: str | None, kpj: str | None, facts: Any, content: Any, time: datetime
) -> Event:
    key = _KEYS.worker_key(nik=nik, kpj=kpj, document_id=str(id_))
    return new_event(type_, subject=str(id_), version=version, key=key, facts=facts, content=content, time=time)
