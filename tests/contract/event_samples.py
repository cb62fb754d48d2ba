"""One or more samples of every event type, complete and minimal, with fixed ids and times.

People and identifiers are invented. Change or add samples freely: a golden sample that exists is never rewritten.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.events import CATALOGUE, Event, Tombstone
from shared.events.envelope import Content, Facts
from tests.contract.sample_documents import (
    CASE_NUMBER,
    CASE_VIEW,
    CHECKLIST_ENTRY,
    CLAIM_STATE,
    DETERMINATION_CONTENT,
    DETERMINATION_FACTS,
    DETERMINATION_ID,
    DISEASE_FORM,
    DOCUMENT,
    ENCOUNTER_ID,
    HASHES,
    KEY,
    MINIMAL_REPORT,
    NOTIFICATION,
    NOTIFICATION_ID,
    PARTICIPANT_CONTENT,
    REPORT_CONTENT,
    REPORT_FACTS,
    REPORT_ID,
    SELF_REPORT_CONTENT,
    SELF_REPORT_FACTS,
    TRACEPARENT,
)
from tests.contract.sample_medical_reports import MEDICAL_CONTENT, MEDICAL_FACTS, MEDICAL_FACTS_3, TREATMENT_CONTENT

# type, sample name, subject, version, key, facts (None: a tombstone), content
_Sample = tuple[str, str, str, int, str, Mapping[str, Any] | None, Mapping[str, Any] | None]
_SAMPLES: tuple[_Sample, ...] = (
    ("jkk.accident-report.submitted.v1", "full", REPORT_ID, 1, KEY, REPORT_FACTS, REPORT_CONTENT),
    (
        "jkk.accident-report.submitted.v1",
        "minimal",
        REPORT_ID,
        1,
        KEY,
        {
            "report_id": REPORT_ID,
            "org": "employer:JJ012345",
            "version": 1,
            "change": "submitted",
            "status": "received",
            "kind": "accident",
            "segment": "BPU",
            "reported_at": "2026-11-20T08:00:01Z",
            "received_at": "2026-11-20T08:00:01Z",
            "region_code": "3671",
            "consequence": "death",
            "late": True,
        },
        MINIMAL_REPORT,
    ),
    (
        "jkk.accident-report.submitted.v1",
        "occupational-disease",
        REPORT_ID,
        1,
        KEY,
        {**REPORT_FACTS, "kind": "occupational_disease", "occurred_at": None, "diagnosed_on": "2026-11-18"},
        {"report": DISEASE_FORM},
    ),
    (
        "jkk.accident-report.corrected.v1",
        "full",
        REPORT_ID,
        2,
        KEY,
        {**REPORT_FACTS, "version": 2, "change": "corrected", "status": "corrected"},
        REPORT_CONTENT,
    ),
    (
        "jkk.accident-report.withdrawn.v1",
        "full",
        REPORT_ID,
        6,
        KEY,
        {**REPORT_FACTS, "version": 6, "change": "withdrawn", "status": "withdrawn"},
        REPORT_CONTENT,
    ),
    (
        "jkk.stage-2.submitted.v1",
        "full",
        REPORT_ID,
        3,
        KEY,
        {
            **REPORT_FACTS,
            "version": 3,
            "change": "stage-2-submitted",
            "outcome": "partial_functional",
            "examined_on": "2026-12-20",
            "stage_2_received_at": "2026-12-21T01:00:00Z",
        },
        REPORT_CONTENT,
    ),
    (
        "jkk.document.added.v1",
        "full",
        REPORT_ID,
        4,
        KEY,
        {**REPORT_FACTS, "version": 4, "change": "document-added", "document_codes": ["ID"]},
        REPORT_CONTENT,
    ),
    (
        "jkk.document.withdrawn.v1",
        "full",
        REPORT_ID,
        5,
        KEY,
        {**REPORT_FACTS, "version": 5, "change": "document-withdrawn"},
        {**REPORT_CONTENT, "documents": [{**DOCUMENT, "state": "withdrawn"}]},
    ),
    ("jkk.self-report.submitted.v1", "full", REPORT_ID, 1, KEY, SELF_REPORT_FACTS, SELF_REPORT_CONTENT),
    (
        "jkk.self-report.submitted.v1",
        "receipt",
        REPORT_ID,
        1,
        KEY,
        SELF_REPORT_FACTS,
        {**SELF_REPORT_CONTENT, "receipt": "R7K3M9Q2XTA5B4C8"},
    ),
    (
        "jkk.accident-report.submitted.v1",
        "receipt",
        REPORT_ID,
        1,
        KEY,
        REPORT_FACTS,
        {**REPORT_CONTENT, "receipt": "R7K3M9Q2XTA5B4C8"},
    ),
    ("jkk.medical-report.assembled.v1", "full", ENCOUNTER_ID, 2, KEY, MEDICAL_FACTS, MEDICAL_CONTENT),
    ("jkk.medical-report.assembled.v1", "treatment", ENCOUNTER_ID, 3, KEY, MEDICAL_FACTS_3, TREATMENT_CONTENT),
    (
        "jkk.medical-report.assembled.v1",
        "receipt",
        ENCOUNTER_ID,
        2,
        KEY,
        MEDICAL_FACTS,
        {**MEDICAL_CONTENT, "receipt": "H7K3M9Q2XTA5B4C8"},
    ),
    (
        "jkk.medical-report.assembled.v1",
        "minimal",
        ENCOUNTER_ID,
        1,
        KEY,
        {
            "encounter_id": ENCOUNTER_ID,
            "org": "hospital:100000401",
            "version": 1,
            "received_at": "2026-11-20T08:20:00Z",
        },
        {"patient": {}},
    ),
    (
        "jkk.determination.issued.v1",
        "full",
        DETERMINATION_ID,
        1,
        CASE_NUMBER,
        DETERMINATION_FACTS,
        DETERMINATION_CONTENT,
    ),
    (
        "jkk.case-notification.acknowledged.v1",
        "full",
        NOTIFICATION_ID,
        1,
        CASE_NUMBER,
        {
            "notification_id": NOTIFICATION_ID,
            "case_number": CASE_NUMBER,
            "org": "disnaker:36",
            "region_code": "3671",
            "acknowledged_at": "2026-11-20T09:00:00Z",
        },
        {"officer": {"id": "u-7", "name": "Andi"}},
    ),
    (
        "jkk.participant.recorded.v1",
        "full",
        KEY,
        1,
        KEY,
        {"version": 1, "recorded_at": "2026-11-01T00:00:00Z", "identity_hashes": HASHES, "membership_count": 1},
        PARTICIPANT_CONTENT,
    ),
    ("jkk.participant.recorded.v1", "tombstone", KEY, 2, KEY, None, None),
    (
        "jkk.partner.recorded.v1",
        "full",
        "hospital:100000401",
        1,
        "hospital:100000401",
        {
            "org": "hospital:100000401",
            "version": 1,
            "organisation_name": "RS Contoh",
            "status": "active",
            "region_code": "3671",
            "kinds": ["hospital"],
            "recorded_at": "2026-11-01T00:00:00Z",
        },
        None,
    ),
    (
        "jkk.worker.erased.v1",
        "full",
        "0193a1f0-0000-7000-8000-000000000006",
        1,
        KEY,
        {
            "erasure_id": "0193a1f0-0000-7000-8000-000000000006",
            "worker_keys": [KEY],
            "identity_hashes": HASHES,
            "case_numbers": [CASE_NUMBER],
            "legal_basis": "UU 27/2022 art. 43",
            "requested_at": "2026-12-02T00:00:00Z",
            "effective_at": "2026-12-03T00:00:00Z",
        },
        None,
    ),
    (
        "jkk.case-notification.issued.v1",
        "full",
        CASE_NUMBER,
        1,
        CASE_NUMBER,
        {
            "notification_id": NOTIFICATION_ID,
            "notification_type": "case.opened",
            "case_number": CASE_NUMBER,
            "region_code": "3671",
            "sequence": 1,
            "occurred_at": "2026-11-20T09:30:00+07:00",
            "reported_at": "2026-11-20T15:00:00+07:00",
            "late": False,
            "fatal": False,
        },
        {"notification": NOTIFICATION, "case": CASE_VIEW},
    ),
    (
        "jkk.claim.changed.v1",
        "full",
        CASE_NUMBER,
        7,
        CASE_NUMBER,
        {
            "case_number": CASE_NUMBER,
            "claim_version": 7,
            "state": "AWAITING_DOCUMENTS",
            "waiting_on": "employer",
            "changes": ["evidence-added", "state-changed"],
        },
        None,
    ),
    ("jkk.claim-state.recorded.v1", "full", CASE_NUMBER, 7, CASE_NUMBER, CLAIM_STATE, None),
    (
        "jkk.claim-state.recorded.v1",
        "merged",
        CASE_NUMBER,
        8,
        CASE_NUMBER,
        {**CLAIM_STATE, "claim_version": 8, "state": "MERGED", "open": False, "merged_into": "JKK-2026-0000000000A"},
        None,
    ),
    ("jkk.claim-state.recorded.v1", "tombstone", CASE_NUMBER, 9, CASE_NUMBER, None, None),
    (
        "jkk.event.failed.v1",
        "full",
        "0193a1f0-0000-7000-8000-000000000007",
        1,
        KEY,
        {
            "dead_letter_id": "0193a1f0-0000-7000-8000-000000000007",
            "service": "verification",
            "reason": "event.schema",
            "attempts": 1,
            "failed_at": "2026-11-20T08:20:02Z",
            "original_topic": "jkk.accident-reports",
            "original_partition": 3,
            "original_offset": 41,
            "original_event_id": "0193a1f0-0000-7000-8000-000000000008",
            "original_type": "jkk.accident-report.submitted.v1",
        },
        {
            "key": KEY,
            "headers": {"ce_type": "jkk.accident-report.submitted.v1"},
            "value_base64": "e30=",
            "detail": "1 fields are not as the event's schema says",
        },
    ),
    (
        "jkk.medical-report.assembled.v1",
        "with-papers",
        ENCOUNTER_ID,
        3,
        KEY,
        {**MEDICAL_FACTS, "version": 3, "admit_source": "hosp-trans"},
        {
            **MEDICAL_CONTENT,
            "papers": [
                {"kind": "visum", "resource_type": "DocumentReference", "resource_id": "d-1", "sha256": "7a" * 32}
            ],
        },
    ),
    (
        "jkk.claim-state.recorded.v1",
        "following-reports",
        CASE_NUMBER,
        10,
        CASE_NUMBER,
        {
            **CLAIM_STATE,
            "claim_version": 10,
            "checklist": [{**CHECKLIST_ENTRY, "state": "rejected", "stage": 2, "confidence": "certain"}],
            "report_versions": [{"report_id": REPORT_ID, "version": 3}],
        },
        None,
    ),
)


def samples() -> dict[tuple[str, str], Event]:
    """(type, sample name) to the event."""
    return {(sample[0], sample[1]): _event(sample, number) for number, sample in enumerate(_SAMPLES, start=1)}


def _event(sample: _Sample, number: int) -> Event:
    type_, _, subject, version, key, facts, content = sample
    event_type = CATALOGUE[type_]
    opened: Facts = Tombstone() if facts is None else event_type.facts_model.model_validate(facts)
    sealed: Content | None = None
    if content is not None and event_type.content_model is not None:
        sealed = event_type.content_model.model_validate(content)
    return Event(
        id=UUID(int=0x0193A1F0_0000_7000_9000_000000000000 + number),
        type=type_,
        source=f"/{event_type.source or 'verification'}",
        subject=subject,
        version=version,
        key=key,
        facts=opened,
        content=sealed,
        time=datetime(2026, 11, 20, 8, 0, 2, 123456, tzinfo=UTC),
        traceparent=TRACEPARENT,
    )
