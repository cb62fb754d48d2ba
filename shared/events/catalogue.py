"""Every event type: its topic, its models, who writes it. A type not in here does not exist on the hub."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from shared.events import topics
from shared.events.accident_report import AccidentReportContent, AccidentReportFacts
from shared.events.case_notification import CaseNotificationContent, CaseNotificationFacts
from shared.events.claim import ClaimChanged, ClaimStateRecorded
from shared.events.dead_letter import EventFailed, EventFailedContent
from shared.events.determination import (
    AcknowledgementContent,
    AcknowledgementFacts,
    DeterminationContent,
    DeterminationFacts,
)
from shared.events.envelope import Content, Event, Facts
from shared.events.erasure import ErasureFacts
from shared.events.medical_report import MedicalReportContent, MedicalReportFacts
from shared.events.participant import ParticipantContent, ParticipantFacts
from shared.events.partner import PartnerFacts
from shared.events.self_report import SelfReportContent, SelfReportFacts
from shared.identifiers import new_id

REPORT_SUBMITTED = "jkk.accident-report.submitted.v1"
REPORT_CORRECTED = "jkk.accident-report.corrected.v1"
REPORT_WITHDRAWN = "jkk.accident-report.withdrawn.v1"
STAGE_2_SUBMITTED = "jkk.stage-2.submitted.v1"
DOCUMENT_ADDED = "jkk.document.added.v1"
DOCUMENT_WITHDRAWN = "jkk.document.withdrawn.v1"
SELF_REPORT_SUBMITTED = "jkk.self-report.submitted.v1"
MEDICAL_REPORT_ASSEMBLED = "jkk.medical-report.assembled.v1"
DETERMINATION_ISSUED = "jkk.determination.issued.v1"
NOTIFICATION_ACKNOWLEDGED = "jkk.case-notification.acknowledged.v1"
PARTICIPANT_RECORDED = "jkk.participant.recorded.v1"
PARTNER_RECORDED = "jkk.partner.recorded.v1"
WORKER_ERASED = "jkk.worker.erased.v1"
NOTIFICATION_ISSUED = "jkk.case-notification.issued.v1"
CLAIM_CHANGED = "jkk.claim.changed.v1"
CLAIM_STATE_RECORDED = "jkk.claim-state.recorded.v1"
EVENT_FAILED = "jkk.event.failed.v1"


FactsModel: TypeAlias = type[Facts]
ContentModel: TypeAlias = type[Content]


@dataclass(frozen=True)
class EventType:
    """One type. `source` is the only service that writes it, None when every service may."""

    type: str
    topic: str
    source: str | None
    subject: str
    facts_model: FactsModel
    content_model: ContentModel | None
    description: str

    @property
    def sealed(self) -> bool:
        return self.content_model is not None


def _report(type_: str, description: str) -> EventType:
    return EventType(
        type_,
        topics.ACCIDENT_REPORTS,
        "intake",
        "report_id",
        AccidentReportFacts,
        AccidentReportContent,
        f"{description} Carries the whole current report.",
    )


_ALL = (
    _report(REPORT_SUBMITTED, "An employer reported a work accident or occupational disease (stage 1)."),
    _report(REPORT_CORRECTED, "The reporter corrected its own report."),
    _report(REPORT_WITHDRAWN, "The reporter withdrew its report."),
    _report(STAGE_2_SUBMITTED, "The reporter sent stage 2, the benefit application."),
    _report(DOCUMENT_ADDED, "A paper was added to a report."),
    _report(DOCUMENT_WITHDRAWN, "A version of a paper was withdrawn."),
    EventType(
        SELF_REPORT_SUBMITTED,
        topics.ACCIDENT_REPORTS,
        "intake",
        "report_id",
        SelfReportFacts,
        SelfReportContent,
        "A worker, family member, union or community body told of a suspected case.",
    ),
    EventType(
        MEDICAL_REPORT_ASSEMBLED,
        topics.MEDICAL_REPORTS,
        "hospital_gateway",
        "encounter_id",
        MedicalReportFacts,
        MedicalReportContent,
        "A new version of the medical report of one Encounter that bears a sign of a work accident.",
    ),
    EventType(
        DETERMINATION_ISSUED,
        topics.DETERMINATIONS,
        "disnaker_gateway",
        "determination_id",
        DeterminationFacts,
        DeterminationContent,
        "A labour inspector determined a case.",
    ),
    EventType(
        NOTIFICATION_ACKNOWLEDGED,
        topics.DETERMINATIONS,
        "disnaker_gateway",
        "notification_id",
        AcknowledgementFacts,
        AcknowledgementContent,
        "A labour office acknowledged a notification.",
    ),
    EventType(
        PARTICIPANT_RECORDED,
        topics.PARTICIPANTS,
        "verification",
        "worker key",
        ParticipantFacts,
        ParticipantContent,
        "BPJS core gave a worker's membership set. An empty value: the worker was erased.",
    ),
    EventType(
        PARTNER_RECORDED,
        topics.PARTNERS,
        "partners",
        "org",
        PartnerFacts,
        None,
        "An organisation was registered or changed.",
    ),
    EventType(
        WORKER_ERASED,
        topics.ERASURES,
        "verification",
        "erasure_id",
        ErasureFacts,
        None,
        "A worker is to be erased by law; every service does so.",
    ),
    EventType(
        NOTIFICATION_ISSUED,
        topics.CASE_NOTIFICATIONS,
        "verification",
        "case_number",
        CaseNotificationFacts,
        CaseNotificationContent,
        "Disnaker is to be told of a case.",
    ),
    EventType(
        CLAIM_CHANGED,
        topics.CLAIMS,
        "verification",
        "case_number",
        ClaimChanged,
        None,
        "A claim changed.",
    ),
    EventType(
        CLAIM_STATE_RECORDED,
        topics.CLAIM_STATE,
        "verification",
        "case_number",
        ClaimStateRecorded,
        None,
        "The latest state of a claim. An empty value: the claim was erased.",
    ),
    EventType(
        EVENT_FAILED,
        topics.DEAD_LETTERS,
        None,
        "dead_letter_id",
        EventFailed,
        EventFailedContent,
        "A service could not handle an event and set it aside.",
    ),
)
CATALOGUE: dict[str, EventType] = {event_type.type: event_type for event_type in _ALL}


def new_event(
    type_: str,
    *,
    subject: str | UUID,
    version: int,
    key: str,
    facts: Facts,
    content: Content | None = None,
    service: str | None = None,
    time: datetime | None = None,
    traceparent: str | None = None,
) -> Event:
    """A fresh event of a type in the catalogue, with a UUIDv7 and its writer as source.

    `service` is needed only for types that every service writes. Raises KeyError for an unknown type and ValueError
    without a source.
    """
    source = CATALOGUE[type_].source or service
    if source is None:
        raise ValueError(f"{type_} is written by several services; say which")
    return Event(
        id=new_id(),
        type=type_,
        source=f"/{source}",
        subject=str(subject),
        version=version,
        key=key,
        facts=facts,
        content=content,
        time=time,
        traceparent=traceparent,
    )
