"""The closed sets of words in events, as the public interface fixes them.

Titles in Indonesian and English are in `shared.regulation` (a test holds the two together). A set may grow within
version 1 of an event; deploy the readers first, since a reader refuses a word it does not know.
"""

from enum import StrEnum


class Segment(StrEnum):
    """Segment of membership."""

    PU = "PU"
    PU_NON_ASN = "PU_NON_ASN"
    BPU = "BPU"
    JAKON = "JAKON"
    PMI = "PMI"


class Kind(StrEnum):
    """Work accident (KK) or occupational disease (PAK)."""

    ACCIDENT = "accident"
    OCCUPATIONAL_DISEASE = "occupational_disease"


class WageBasis(StrEnum):
    """What the amount of a wage stands for."""

    DAILY = "daily"
    MONTHLY = "monthly"
    PIECE = "piece"


class PlaceType(StrEnum):
    """Kind of place where the accident happened."""

    INSIDE_WORKPLACE = "inside_workplace"
    OUTSIDE_WORKPLACE = "outside_workplace"
    TRAFFIC = "traffic"


class Consequence(StrEnum):
    """What the event led to, as first reported."""

    INJURY = "injury"
    DEATH = "death"


class FacilityType(StrEnum):
    """Where first aid was given."""

    PLKK = "plkk"
    NON_PLKK = "non_plkk"
    OTHER = "other"


class ConditionAfter(StrEnum):
    """How the worker was after the first examination."""

    OUTPATIENT = "outpatient"
    INPATIENT = "inpatient"
    DECEASED = "deceased"


class AccidentType(StrEnum):
    """How the accident happened (corak kecelakaan)."""

    STRUCK_AGAINST = "struck_against"
    STRUCK_BY = "struck_by"
    CAUGHT = "caught"
    BITTEN = "bitten"
    DROWNED = "drowned"
    PINCHED = "pinched"
    BURIED = "buried"
    SLIPPED = "slipped"
    EXPOSED = "exposed"
    FALL_SAME_LEVEL = "fall_same_level"
    FALL_FROM_HEIGHT = "fall_from_height"
    SUCTION = "suction"
    ELECTROCUTED = "electrocuted"
    OTHER = "other"


class InjurySource(StrEnum):
    """What injured (sumber penyebab cedera)."""

    MACHINE = "machine"
    PRIME_MOVER = "prime_mover"
    LIFT = "lift"
    TRANSPORT = "transport"
    CONVEYOR = "conveyor"
    TRANSMISSION = "transmission"
    HAND_TOOL = "hand_tool"
    PRESSURE_VESSEL = "pressure_vessel"
    ELECTRICAL = "electrical"
    CHEMICAL = "chemical"
    DUST = "dust"
    RADIATION = "radiation"
    ENVIRONMENT = "environment"
    ANIMAL = "animal"
    HOT_OR_FLAMMABLE = "hot_or_flammable"
    FLOOR = "floor"
    OTHER = "other"


class Precision(StrEnum):
    """How exactly a time is known; `day` means that only the local date counts."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class ReportStatus(StrEnum):
    """Where an accident report stands."""

    RECEIVED = "received"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class ReportChange(StrEnum):
    """What made this version of an accident report."""

    SUBMITTED = "submitted"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    STAGE_2_SUBMITTED = "stage-2-submitted"
    DOCUMENT_ADDED = "document-added"
    DOCUMENT_WITHDRAWN = "document-withdrawn"


class Outcome(StrEnum):
    """Result of the last examination (stage 2)."""

    RECOVERED = "recovered"
    PARTIAL_FUNCTIONAL = "partial_functional"
    PARTIAL_ANATOMICAL = "partial_anatomical"
    TOTAL_PERMANENT = "total_permanent"
    DEATH = "death"
    IN_TREATMENT = "in_treatment"


class Payee(StrEnum):
    """Who asks for a payment."""

    EMPLOYER = "employer"
    PARTICIPANT = "participant"
    HEIR = "heir"


class CostItem(StrEnum):
    """What a cost was for."""

    TREATMENT = "treatment"
    DISABILITY = "disability"
    PROSTHESIS = "prosthesis"
    DENTURES = "dentures"
    TRANSPORT = "transport"
    STMB = "stmb"


class NotifierRelation(StrEnum):
    """Who tells of a suspected case (Permenaker 1/2025 art. 8A, 48A)."""

    SELF = "self"
    FAMILY = "family"
    UNION = "union"
    COMMUNITY = "community"


class Payer(StrEnum):
    """Payer of first resort (Permenaker 1/2025 art. 8(2a))."""

    BPJS = "BPJS"
    EMPLOYER = "EMPLOYER"


class ClaimState(StrEnum):
    """Where a claim stands."""

    SUSPECTED = "SUSPECTED"
    REPORTED = "REPORTED"
    AWAITING_DOCUMENTS = "AWAITING_DOCUMENTS"
    READY_FOR_REVIEW = "READY_FOR_REVIEW"
    AWAITING_DETERMINATION = "AWAITING_DETERMINATION"
    CONCLUDED_WORK_ACCIDENT = "CONCLUDED_WORK_ACCIDENT"
    CONCLUDED_OCCUPATIONAL_DISEASE = "CONCLUDED_OCCUPATIONAL_DISEASE"
    CONCLUDED_NOT_COVERED = "CONCLUDED_NOT_COVERED"
    AWAITING_SECOND_APPROVAL = "AWAITING_SECOND_APPROVAL"
    BENEFIT_APPROVED = "BENEFIT_APPROVED"
    PAID = "PAID"
    REJECTED = "REJECTED"
    CLOSED = "CLOSED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    MERGED = "MERGED"


class WaitingOn(StrEnum):
    """Whose turn it is."""

    EMPLOYER = "employer"
    HOSPITAL = "hospital"
    DISNAKER = "disnaker"
    BPJS = "bpjs"
    WORKER = "worker"
    NONE = "none"


class ChecklistState(StrEnum):
    """Where a paper of the checklist stands."""

    MISSING = "missing"
    PROVIDED = "provided"
    SATISFIED_ELSEWHERE = "satisfied_elsewhere"
    REJECTED = "rejected"
    NOT_REQUIRED = "not_required"


class DeterminationDecision(StrEnum):
    """What the inspector determined (penetapan)."""

    WORK_ACCIDENT = "WORK_ACCIDENT"
    NOT_WORK_ACCIDENT = "NOT_WORK_ACCIDENT"
    OCCUPATIONAL_DISEASE = "OCCUPATIONAL_DISEASE"
    NOT_OCCUPATIONAL_DISEASE = "NOT_OCCUPATIONAL_DISEASE"


class NotificationType(StrEnum):
    """Why Disnaker is notified."""

    CASE_OPENED = "case.opened"
    CASE_UPDATED = "case.updated"
    DETERMINATION_REQUESTED = "determination.requested"


class PartnerKind(StrEnum):
    """Kind of a partner's client."""

    EMPLOYER = "employer"
    HOSPITAL = "hospital"
    DISNAKER = "disnaker"
    BPJS_VERIFIER = "bpjs-verifier"
    BPJS_CORE = "bpjs-core"
    CHANNEL = "channel"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class PartnerStatus(StrEnum):
    """Whether a partner may use the hub."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class MedicalReportStatus(StrEnum):
    """Whether a medical report counts: `withdrawn` when its Encounter was cancelled or entered in error."""

    CURRENT = "current"
    WITHDRAWN = "withdrawn"


class Sign(StrEnum):
    """Why an Encounter counts as a work accident and may leave the hospital gateway."""

    INJURY_CODE = "injury-code"
    EXTERNAL_CAUSE = "external-cause"
    WORK_RELATED_CONDITION = "work-related-condition"
    OCCUPATIONAL_EXPOSURE = "occupational-exposure"
    OCCUPATIONAL_DISEASE = "occupational-disease"
    JKK_COVERAGE = "jkk-coverage"
    KPJ = "kpj"
    ACCIDENT_REPORT = "accident-report"
    CLAIM_ACCIDENT = "claim-accident"
    SUDDEN_DEATH_AT_WORK = "sudden-death-at-work"
    OPEN_CLAIM = "open-claim"
