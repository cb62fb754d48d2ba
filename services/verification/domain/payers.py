"""Who pays first and who next (domain 6.4): facts of the case in, the payers in their order out."""

from dataclasses import dataclass, replace
from datetime import date

from services.verification.domain import eligibility as insured
from services.verification.domain.eligibility import Eligibility
from services.verification.domain.evidence import AccidentFacts
from services.verification.domain.stance import NOT_COVERED
from shared.regulation.payers import PAYER_TABLE, PayerStep

BPJS, EMPLOYER = "BPJS", "EMPLOYER"
# Whose employer (or PPK) owes report and registration, so that their neglect shifts the first payer (art. 8(1), (1a)).
SEGMENTS_WITH_EMPLOYER = frozenset({"PU", "PU_NON_ASN", "JAKON"})
_INSURER_OF_SERVICE = {"ASN": "asn", "TNI": "tni_polri", "POLRI": "tni_polri"}
# The reason code with which a verifier who learned it otherwise concludes that another insurer has the worker.
_ROUTED_OUT = {"routed-out:TASPEN": "asn", "routed-out:ASABRI": "tni_polri"}
_ABROAD = "during"


@dataclass(frozen=True)
class Paying:
    """`first` is the payer of first resort; `routed_to` another insurer whose case this is altogether."""

    first: str
    steps: tuple[PayerStep, ...]
    routed_to: str | None = None

    @property
    def employer_is_reimbursed(self) -> bool:
        """Whether BPJS pays back what the employer paid first."""
        return any(step.share.startswith("reimbursement") for step in self.steps)


def payers_of(
    event_date: date,
    facts: AccidentFacts,
    worker: Eligibility,
    *,
    late_shifts: bool,
    reported: bool,
    conclusion: str | None,
    reason_code: str | None = None,
) -> Paying:
    """The payers of a case. `late_shifts`: a late Tahap I makes the employer the first payer under its rule set;
    `reason_code` is that of the verifier's conclusion."""
    service = _INSURER_OF_SERVICE.get(facts.state_service or "")
    if conclusion == NOT_COVERED:
        service = _ROUTED_OUT.get(reason_code or "", service)
    # A person who concludes in spite of it has seen more than the form.
    if service is not None and conclusion in (None, NOT_COVERED):
        steps = PAYER_TABLE.steps(service, event_date)
        return Paying(BPJS, steps, steps[0].payer)
    before = _before_anybody(event_date, facts)
    if conclusion == NOT_COVERED:
        # A migrant worker's insurance abroad covers more than work; it stands first in any case.
        return Paying(BPJS, (*before, *PAYER_TABLE.steps("not_covered", event_date)))
    case = _case(facts, worker, late_shifts=late_shifts, reported=reported)
    steps = PAYER_TABLE.steps(case, event_date)
    if before:
        steps = tuple(replace(step, share="excess") if step.share == "all" else step for step in steps)
    first = EMPLOYER if any(step.payer == EMPLOYER for step in steps) else BPJS
    return Paying(first, (*before, *steps))


def _before_anybody(event_date: date, facts: AccidentFacts) -> tuple[PayerStep, ...]:
    if facts.segment == "PMI" and facts.pmi_phase == _ABROAD:
        return PAYER_TABLE.steps("pmi_abroad", event_date)
    if facts.place_type == "traffic":
        return PAYER_TABLE.steps("traffic", event_date)
    return ()


def _case(facts: AccidentFacts, worker: Eligibility, *, late_shifts: bool, reported: bool) -> str:
    """What decides between employer and BPJS. Until somebody who owes a report has sent one, BPJS guarantees care."""
    if not reported:
        return "suspected"
    if facts.segment in SEGMENTS_WITH_EMPLOYER:
        # No registration weighs most: what the employer pays then is never paid back.
        if worker.status in (insured.NOT_MEMBER, insured.NOT_IN_PROGRAMME):
            return "unregistered"
        if worker.status == insured.BEYOND_GRACE:
            return "arrears"
        if late_shifts:
            return "late_stage_1"
    elif worker.status in (insured.NOT_MEMBER, insured.NOT_IN_PROGRAMME):
        return "not_insured"
    elif worker.status == insured.CONTRIBUTIONS_UNPAID:
        return "contributions_unpaid"
    return "insured"
