"""The events that tell the rest of the hub of a claim; nothing personal is in them."""

from datetime import UTC, datetime, time

from services.verification.application.records import ClaimRecord
from services.verification.domain.claim import SETTLED, ClaimView
from services.verification.domain.evidence import ACCIDENT_REPORT, SELF_REPORT
from shared.events.catalogue import CLAIM_CHANGED, CLAIM_STATE_RECORDED, new_event
from shared.events.claim import ClaimChanged, ClaimStateRecorded, FollowedReport
from shared.events.envelope import ChecklistEntry, ClockState, Event, IdentityHashes
from shared.events.vocabulary import ChecklistState, ClaimState, Kind, Payer, WaitingOn


def changed_event(claim: ClaimRecord, changes: tuple[str, ...]) -> Event:
    """`jkk.claim.changed.v1` for the version the claim has just reached."""
    document = claim.document or {}
    facts = ClaimChanged(
        case_number=claim.case_number,
        claim_version=claim.version,
        state=ClaimState(document["state"]),
        waiting_on=WaitingOn(document["waiting_on"]),
        changes=changes,
        test=document["test"],
    )
    return new_event(
        CLAIM_CHANGED, subject=claim.case_number, version=claim.version, key=claim.case_number, facts=facts
    )


def state_event(claim: ClaimRecord, hashes: IdentityHashes, now: datetime) -> Event:
    """`jkk.claim-state.recorded.v1`: the whole state, from which gateways answer."""
    document = claim.document or {}
    view = claim.view
    facts = ClaimStateRecorded(
        case_number=claim.case_number,
        claim_version=claim.version,
        decision_version=claim.decision_version,
        state=ClaimState(document["state"]),
        waiting_on=WaitingOn(document["waiting_on"]),
        waiting_reason=document["waiting_reason"],
        open=view.is_open if view else document["state"] not in SETTLED,
        kind=Kind(document["kind"]),
        region_code=document["region_code"],
        occurred_at=view.occurred_at if view else None,
        treatment_until=_end_of(view),
        rule_set=document["rule_set"],
        payer_of_first_resort=Payer(document["payer_of_first_resort"]),
        clocks=clock_states(view),
        checklist=_checklist(view),
        report_ids=_ids(view, ACCIDENT_REPORT, SELF_REPORT),
        report_versions=_versions(view),
        encounter_report_ids=_ids(view, "medical-report"),
        merged_into=claim.merged_into,
        identity_hashes=hashes,
        updated_at=now,
        test=document["test"],
    )
    return new_event(
        CLAIM_STATE_RECORDED, subject=claim.case_number, version=claim.version, key=claim.case_number, facts=facts
    )


def clock_states(view: ClaimView | None) -> tuple[ClockState, ...]:
    if view is None:
        return ()
    return tuple(
        ClockState(
            clock=clock.clock,
            starts_at=clock.starts_at,
            due_at=clock.due_at,
            met=clock.met,
            paused=clock.paused,
            legal_basis=clock.legal_basis,
        )
        for clock in view.clocks
    )


def _checklist(view: ClaimView | None) -> tuple[ChecklistEntry, ...]:
    if view is None:
        return ()
    return tuple(
        ChecklistEntry(
            document_code=item.document_code,
            required=item.required,
            state=ChecklistState(item.state),
            responsible=item.responsible,
            satisfied_by=item.satisfied_by,
            legal_basis=item.legal_basis,
            stage=item.stage,
            confidence=item.confidence,
        )
        for item in view.checklist
    )


def _ids(view: ClaimView | None, *kinds: str) -> tuple[str, ...]:
    return tuple(piece.id for piece in view.evidence if piece.kind in kinds) if view else ()


def _versions(view: ClaimView | None) -> tuple[FollowedReport, ...]:
    reports = [piece for piece in view.evidence if piece.kind in (ACCIDENT_REPORT, SELF_REPORT)] if view else []
    return tuple(FollowedReport(report_id=piece.id, version=piece.version) for piece in reports)


def _end_of(view: ClaimView | None) -> datetime | None:
    if view is None or view.treatment_until is None:
        return None
    return datetime.combine(view.treatment_until, time.max, tzinfo=UTC)
