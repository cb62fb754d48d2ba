"""What Disnaker is told: a notification goes out when what Disnaker may see of a case has changed (interface 5)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.verification.application.claim_events import clock_states
from services.verification.application.records import ClaimRecord
from services.verification.domain.claim import SETTLED, ClaimView
from services.verification.domain.entries import Decision, Entry, Objection
from services.verification.domain.evidence import AccidentFacts, Determination, Evidence, in_force
from services.verification.domain.money import latest_accident
from services.verification.domain.stance import BY_DISNAKER, REFER
from shared.events.case_notification import (
    CaseDetermination,
    CaseNotificationContent,
    CaseNotificationFacts,
    CaseView,
    NotificationBody,
    NotifiedEmployer,
    NotifiedWorker,
)
from shared.events.catalogue import NOTIFICATION_ISSUED, new_event
from shared.events.envelope import Event
from shared.events.vocabulary import (
    AccidentType,
    ClaimState,
    Consequence,
    DeterminationDecision,
    InjurySource,
    Kind,
    NotificationType,
    Outcome,
    PlaceType,
    Precision,
    Segment,
    WaitingOn,
)
from shared.identifiers import new_id


class Notifier:
    """Makes the notifications that one unit of work owes."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def notifications(self, claim: ClaimRecord, entries: Sequence[Entry]) -> list[Event]:
        """None, one, or an opening followed by a request; marks the claim as told."""
        view = claim.view
        if view is None or view.region_code is None or not _is_noticed(view):
            return []
        referral = _referral(entries)
        case = self._case(claim, view, view.region_code, referral)
        digest = _digest(case, referral)
        if digest == claim.notification_digest:
            return []
        types = []
        if claim.notification_sequence == 0:
            types.append(NotificationType.CASE_OPENED)
        if referral is not None and not claim.notification_digest.startswith(referral.id):
            types.append(NotificationType.DETERMINATION_REQUESTED)
        claim.notification_digest = digest
        return [self._event(claim, view, case, type_) for type_ in types or [NotificationType.CASE_UPDATED]]

    def _event(self, claim: ClaimRecord, view: ClaimView, case: CaseView, type_: NotificationType) -> Event:
        claim.notification_sequence += 1
        body = NotificationBody(
            notification_id=new_id(),
            type=type_,
            case_number=claim.case_number,
            region_code=case.region_code,
            occurred_at=case.occurred_at,
            reported_at=case.reported_at,
            employer=case.employer,
            worker=case.worker,
            consequence=case.consequence,
            accident_type=case.accident_type,
            place_type=case.place_type,
            late=case.late,
            fatal=case.fatal,
            victims_in_same_event=case.victims_in_same_event,
            clocks=clock_states(view),
        )
        facts = CaseNotificationFacts(
            notification_id=body.notification_id,
            notification_type=type_,
            case_number=claim.case_number,
            region_code=case.region_code,
            sequence=claim.notification_sequence,
            occurred_at=case.occurred_at,
            reported_at=case.reported_at,
            late=case.late,
            fatal=case.fatal,
            test=view.is_test,
        )
        return new_event(
            NOTIFICATION_ISSUED,
            subject=claim.case_number,
            version=claim.notification_sequence,
            key=claim.case_number,
            facts=facts,
            content=CaseNotificationContent(notification=body, case=case),
        )

    def _case(
        self, claim: ClaimRecord, view: ClaimView, region_code: str, referral: Decision | Objection | None
    ) -> CaseView:
        accident = latest_accident(view.evidence) or AccidentFacts()
        fatal = view.outcome == "death" or accident.consequence == Consequence.DEATH
        return CaseView(
            case_number=claim.case_number,
            state=ClaimState(view.state),
            waiting_on=WaitingOn(view.waiting_on),
            kind=Kind(view.kind),
            segment=Segment(view.segment) if view.segment else None,
            region_code=region_code,
            district_code=accident.district_code,
            occurred_at=view.occurred_at,
            occurred_at_precision=Precision(view.precision),
            diagnosed_on=view.occurred_at.date() if view.kind == Kind.OCCUPATIONAL_DISEASE else None,
            reported_at=view.reported_at or _first_notice(view),
            employer=view.employer
            and NotifiedEmployer(
                name=view.employer.name,
                registration_number=view.employer.registration_number,
                sector=view.employer.sector,
            ),
            worker=NotifiedWorker(name=view.worker.name, nik_masked=view.worker.nik_masked),
            place_type=PlaceType(accident.place_type) if accident.place_type else None,
            place=accident.place,
            chronology=accident.chronology,
            consequence=Consequence(accident.consequence) if accident.consequence else None,
            accident_type=AccidentType(accident.accident_type) if accident.accident_type else None,
            injury_source=InjurySource(accident.injury_source) if accident.injury_source else None,
            exposure_source=accident.exposure_source,
            outcome=Outcome(view.outcome) if view.outcome else None,
            late=view.late,
            fatal=fatal,
            victims_in_same_event=accident.victim_count or 1,
            referral_reason=referral.reason if referral else None,
            clocks=clock_states(view),
            determinations=_determinations(view.determinations),
            updated_at=self._now,
        )


def _is_noticed(view: ClaimView) -> bool:
    """From Tahap I or an explicit notice by a person or a hospital, not from an injury code alone."""
    return any(
        piece.accident is not None or (piece.medical is not None and piece.medical.explicit_notice)
        for piece in view.evidence
    )


def _first_notice(view: ClaimView) -> datetime | None:
    noticed: list[Evidence] = [piece for piece in view.evidence if piece.is_active]
    return min((piece.accepted_at for piece in noticed), default=None)


def _referral(entries: Sequence[Entry]) -> Decision | Objection | None:
    """What last asked an inspector to determine: a verifier's referral, or an objection whose path led there."""
    referrals = [
        entry
        for entry in entries
        if (isinstance(entry, Decision) and entry.kind == REFER)
        or (isinstance(entry, Objection) and entry.path == BY_DISNAKER)
    ]
    return max(referrals, key=lambda entry: (entry.at, entry.id), default=None)


def _determinations(determinations: Sequence[Determination]) -> tuple[CaseDetermination, ...]:
    standing = in_force(determinations)
    return tuple(
        CaseDetermination(
            determination_id=UUID(item.id),
            decision=DeterminationDecision(item.decision),
            decided_on=item.decided_on,
            letter_number=item.letter_number,
            disability_percent=item.disability_percent,
            superseded=standing is not None and item.id != standing.id,
        )
        for item in determinations
    )


def _digest(case: CaseView, referral: Decision | Objection | None) -> str:
    """What would make Disnaker see something new; whose turn it is, and its own determinations, would not."""
    excluded = {"state", "waiting_on", "updated_at", "clocks", "determinations"}
    over = case.state if case.state in SETTLED else ""
    seen = f"{case.model_dump_json(exclude=excluded)}|{over}"
    # The referral's id stands in front, so that a new request is told from an update.
    return f"{referral.id if referral else ''}:{hashlib.sha256(seen.encode()).hexdigest()}"
