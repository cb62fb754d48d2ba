"""The event that tells of a worker's memberships."""

from datetime import datetime

from services.verification.application.records import ParticipantRecord
from services.verification.domain.membership import Membership
from shared.events.catalogue import PARTICIPANT_RECORDED, new_event
from shared.events.envelope import Event, IdentityHashes
from shared.events.participant import Membership as MembershipPart
from shared.events.participant import ParticipantContent, ParticipantFacts
from shared.events.vocabulary import Segment


def participant_event(record: ParticipantRecord, hashes: IdentityHashes, now: datetime) -> Event:
    """`jkk.participant.recorded.v1`: the whole set, with wage and contributions as they were told last."""
    latest = record.memberships[-1]
    content = ParticipantContent(
        nik=latest.nik,
        kpj=latest.kpj,
        name=latest.worker_name,
        birth_date=latest.birth_date,
        memberships=tuple(_part(one) for one in record.memberships),
    )
    facts = ParticipantFacts(
        version=record.version, recorded_at=now, identity_hashes=hashes, membership_count=len(record.memberships)
    )
    return new_event(
        PARTICIPANT_RECORDED, subject=record.id, version=record.version, key=record.id, facts=facts, content=content
    )


def _part(one: Membership) -> MembershipPart:
    return MembershipPart(
        employer_registration_number=one.employer_registration,
        kpj=one.kpj,
        segment=Segment(one.segment),
        programmes=one.programmes,
        wage_rupiah=one.standings[-1].wage_rupiah,
        active_from=one.active_from,
        active_to=one.active_to,
        contributions_paid_until=one.standings[-1].contributions_paid_until,
    )
