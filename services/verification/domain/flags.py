"""Facts that deserve a verifier's eye; each names what it rests on, is explained, and refuses nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from services.verification.domain.claim import CaseInput, Finding, Flag
from services.verification.domain.entries import FlagDismissal, entries_of
from services.verification.domain.evidence import AccidentFacts, Evidence
from services.verification.domain.flag import as_dismissed, raised
from services.verification.domain.membership import Membership
from services.verification.domain.story import unlike_story
from services.verification.domain.surroundings import SurroundingsPolicy
from services.verification.domain.treatment_told import latest_stated
from services.verification.domain.worker_history import HistoryPolicy, flags_of_history
from shared.regulation.benefits import DISABILITY_FOR_A_PERSON


@dataclass(frozen=True)
class FlagPolicy:
    """From how much on something deserves an eye."""

    membership_days: int = 7
    history: HistoryPolicy = field(default_factory=HistoryPolicy)
    surroundings: SurroundingsPolicy = field(default_factory=SurroundingsPolicy)


@dataclass(frozen=True)
class Seen:
    """What is already derived of the claim when its flags are asked for; `active` is the evidence that counts."""

    active: Sequence[Evidence]
    reports: Sequence[Evidence]
    accident: AccidentFacts | None
    occurred_at: datetime
    region: str | None
    late: bool
    disability_percent: Decimal = Decimal(0)


def flags(case: CaseInput, seen: Seen, policy: FlagPolicy) -> tuple[Flag, ...]:
    """The flags of one claim in a fixed order, those that a person dismissed among them."""
    found = [
        *_of_reports(case, seen),
        *_of_numbers(case),
        *_of_story(seen),
        *_of_disabilities(seen),
        *_of_membership(case.memberships, seen, policy),
        *flags_of_history(seen.active, case.others, policy.history),
        *_of_surroundings(case.findings, seen, policy.surroundings),
    ]
    dismissals = entries_of(FlagDismissal, case.entries)
    return tuple(as_dismissed(flag, dismissals) for flag in found)


def _of_reports(case: CaseInput, seen: Seen) -> Iterable[Flag]:
    reports = [report.id for report in seen.reports]
    if seen.region is None:
        yield raised("region-unknown", [piece.id for piece in case.evidence])
    if seen.late:
        yield raised("late-stage-1", reports)
    if len(reports) > 1:
        yield raised("second-stage-1", reports, {"count": len(reports)})
    early = [report for report in seen.reports if report.accepted_at < report.occurred_at]
    if early and all(report.precision != "day" for report in seen.reports):
        first = min(early, key=lambda report: (report.accepted_at, report.id))
        details = {"received_at": first.accepted_at.isoformat(timespec="minutes"), "occurred_at": _minutes(first)}
        yield raised("report-before-event", [report.id for report in early], details)


def _minutes(piece: Evidence) -> str:
    return piece.occurred_at.isoformat(timespec="minutes")


def _of_numbers(case: CaseInput) -> Iterable[Flag]:
    ids = frozenset(piece.id for piece in case.evidence)
    if ids & case.shared_kpj_evidence:
        yield raised("kpj-shared", ids & case.shared_kpj_evidence)
    if ids & case.nik_conflict_evidence:
        yield raised("nik-conflict", ids & case.nik_conflict_evidence)


def _of_story(seen: Seen) -> Iterable[Flag]:
    if seen.accident is None or not seen.reports:
        return
    visits = [piece for piece in seen.active if piece.medical is not None]
    diagnoses = [code for visit in visits if visit.medical for code in visit.medical.diagnosis_codes]
    causes = [code for visit in visits if visit.medical for code in visit.medical.external_cause_codes]
    odd = unlike_story(seen.accident, diagnoses, causes)
    if odd:
        kind, place = seen.accident.accident_type, seen.accident.place_type
        told = f"accident_types/{kind}" if kind else f"place_types/{place}"
        ids = [piece.id for piece in (*seen.reports, *visits)]
        yield raised("injury-code-unlike-story", ids, {"codes": ", ".join(odd), "story": told}, grounds=(told, *odd))


def _of_disabilities(seen: Seen) -> Iterable[Flag]:
    """They are added up; near the law's word for total disability a person judges."""
    if seen.disability_percent > DISABILITY_FOR_A_PERSON and seen.active:
        percent = f"{seen.disability_percent.normalize():f}"
        ids = [piece.id for piece in seen.active if piece.medical is not None] or [piece.id for piece in seen.active]
        yield raised("disability-over-70-percent", ids, {"percent": percent}, grounds=[percent])


def _of_membership(memberships: Sequence[Membership], seen: Seen, policy: FlagPolicy) -> Iterable[Flag]:
    """The membership that covers the accident began days before it, and none came before without a gap."""
    day = seen.occurred_at.date()
    covering = [item for item in memberships if item.covers(day)]
    if not covering or not seen.active:
        return
    began = min(item.active_from for item in covering)
    days = (day - began).days
    before = any(item.covers(began - timedelta(days=1)) for item in memberships)
    if days <= policy.membership_days and not before:
        ids = [report.id for report in seen.reports] or [piece.id for piece in seen.active]
        details = {"active_from": began.isoformat(), "days": days}
        yield raised("membership-days-before-accident", ids, details, grounds=[began.isoformat()])


def _of_surroundings(findings: Sequence[Finding], seen: Seen, policy: SurroundingsPolicy) -> Iterable[Flag]:
    """What other workers' claims say of this one, explained from its own evidence."""
    if not seen.active:
        return
    stated = latest_stated(seen.active)
    reports = [report.id for report in seen.reports] or [piece.id for piece in seen.active]
    statement = stated.medical.statement if stated and stated.medical else None
    for finding in findings:
        ids, details = reports, {"count": finding.level, "days": str(policy.employer_days)}
        if finding.code == "same-doctor-same-percent":
            if stated is None or statement is None or statement.function_loss_percent is None:
                continue
            ids = [stated.id]
            percent = f"{statement.function_loss_percent.normalize():f}"
            details = {"count": finding.level, "days": str(policy.doctor_days), "percent": percent}
        elif finding.code == "benefit-far-from-peers":
            details = {"distance": f"peer_distances/{finding.level}"}
        # Who looked at many cases has looked at fewer.
        lower = [level for level in (*policy.employer_levels, *policy.doctor_levels) if _fewer(level, finding.level)]
        grounds = [finding.level, *(str(level) for level in lower)]
        yield raised(finding.code, ids, details, related_cases=finding.cases, grounds=grounds)


def _fewer(level: int, than: str) -> bool:
    return than.isdigit() and level < int(than)
