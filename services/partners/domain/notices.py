"""What the hub tells its partners of itself: incidents and maintenance, with how they stand from one update to the
next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Problem


class NoticeKind(StrEnum):
    """An incident nobody planned; maintenance is told beforehand and has an end."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


class NoticeState(StrEnum):
    """How it stands: the first four of an incident, the others of maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


STATES: dict[NoticeKind, tuple[NoticeState, ...]] = {
    NoticeKind.INCIDENT: (
        NoticeState.INVESTIGATING,
        NoticeState.IDENTIFIED,
        NoticeState.MONITORING,
        NoticeState.RESOLVED,
    ),
    NoticeKind.MAINTENANCE: (
        NoticeState.SCHEDULED,
        NoticeState.IN_PROGRESS,
        NoticeState.COMPLETED,
        NoticeState.CANCELLED,
    ),
}
CLOSING = frozenset({NoticeState.RESOLVED, NoticeState.COMPLETED, NoticeState.CANCELLED})


class Audience(StrEnum):
    """Whom it is written for. What is for everybody stands on the hub's public pages too."""

    PARTNERS = "partners"
    EVERYBODY = "everybody"


class HubService(StrEnum):
    """The services that a notice can concern."""

    PARTNERS = "partners"
    INTAKE = "intake"
    HOSPITAL_GATEWAY = "hospital_gateway"
    DISNAKER_GATEWAY = "disnaker_gateway"
    VERIFICATION = "verification"


class Phase(StrEnum):
    """Where a notice stands in time."""

    UPCOMING = "upcoming"
    CURRENT = "current"
    ENDED = "ended"


@dataclass(frozen=True)
class Bilingual:
    """The same in Indonesian and in English."""

    id: str
    en: str


@dataclass(frozen=True)
class NoticeUpdate:
    """One thing that was told, and who told it."""

    state: NoticeState
    text: Bilingual
    at: datetime
    by: str


@dataclass(frozen=True)
class Notice:
    """`updates` begin with what was told first. `ends_at` is None for an incident whose end nobody knows yet."""

    id: UUID
    kind: NoticeKind
    audience: Audience
    services: tuple[HubService, ...]
    title: Bilingual
    begins_at: datetime
    ends_at: datetime | None
    created_at: datetime
    updates: tuple[NoticeUpdate, ...]

    @property
    def latest(self) -> NoticeUpdate:
        return self.updates[-1]

    @property
    def closed(self) -> bool:
        """Whether somebody said that it is over."""
        return self.latest.state in CLOSING

    def over_since(self, now: datetime) -> datetime | None:
        """Maintenance is over at its end, an incident when somebody says so; None while it is not."""
        if self.closed:
            return self.latest.at
        if self.kind is NoticeKind.MAINTENANCE and self.ends_at is not None and self.ends_at <= now:
            return self.ends_at
        return None

    def phase(self, now: datetime) -> Phase:
        if self.over_since(now) is not None:
            return Phase.ENDED
        return Phase.UPCOMING if self.begins_at > now else Phase.CURRENT


def first_state(kind: NoticeKind, begins_at: datetime, now: datetime) -> NoticeState:
    """How a notice stands of which nothing else is said."""
    if kind is NoticeKind.INCIDENT:
        return NoticeState.INVESTIGATING
    return NoticeState.SCHEDULED if begins_at > now else NoticeState.IN_PROGRESS


def notice_problems(
    kind: NoticeKind, state: NoticeState, begins_at: datetime, ends_at: datetime | None, now: datetime
) -> list[Problem]:
    """What keeps a new notice from being told; empty when nothing does."""
    problems = _state_problems(kind, state)
    if state in CLOSING:
        problems.append(Problem("/state", "notice.state-closing", "A notice does not begin with its end."))
    if kind is NoticeKind.INCIDENT and begins_at > now:
        problems.append(Problem("/begins_at", "notice.begins-later", "An incident has begun; maintenance is planned."))
    if kind is NoticeKind.MAINTENANCE and ends_at is None:
        problems.append(Problem("/ends_at", "notice.end-missing", "Say until when the maintenance lasts."))
    return problems + _end_problems(begins_at, ends_at, now)


def update_problems(notice: Notice, state: NoticeState, ends_at: datetime | None, now: datetime) -> list[Problem]:
    """What keeps an open notice from going on like this; without `ends_at` its end stays. Empty when nothing does."""
    problems = _state_problems(notice.kind, state) + _end_problems(notice.begins_at, ends_at, now)
    if ends_at is None and state not in CLOSING and notice.over_since(now) is not None:
        problems.append(Problem("/ends_at", "notice.end-passed", "Its end has passed; say until when it goes on."))
    return problems


def _state_problems(kind: NoticeKind, state: NoticeState) -> list[Problem]:
    """A state of the other kind."""
    if state in STATES[kind]:
        return []
    return [Problem("/state", "notice.state-other-kind", f"One of these: {', '.join(STATES[kind])}.")]


def _end_problems(begins_at: datetime, ends_at: datetime | None, now: datetime) -> list[Problem]:
    """An end that has passed, or that comes before the beginning."""
    if ends_at is None:
        return []
    if ends_at <= begins_at:
        return [Problem("/ends_at", "notice.end-before-beginning", "The end must come after the beginning.")]
    if ends_at <= now:
        return [Problem("/ends_at", "notice.end-passed", "The end must lie in the future.")]
    return []
