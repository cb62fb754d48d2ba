"""What the hub tells of itself (incidents, maintenance), at the top of every page that it concerns.

The registry of partners keeps the notices; a service looks there now and then, so that no page ever waits for it: what
cannot be asked is not shown.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx

from shared.clock import Clock
from shared.errors import SimpulError
from shared.observability import log
from shared.settings import NoticeSettings
from shared.web.pages.catalogues import N_

_MAINTENANCE, _EVERYBODY = "maintenance", "everybody"
# Maintenance is announced on pages so long before it begins.
_ANNOUNCED = timedelta(hours=24)
_SHOWN_MAX = 5

KIND_NAMES = {"incident": N_("Incident"), "maintenance": N_("Maintenance")}
STATE_NAMES = {
    "investigating": N_("we are looking for the cause"),
    "identified": N_("the cause is known"),
    "monitoring": N_("mended, we are watching it"),
    "resolved": N_("it is over"),
    "scheduled": N_("planned"),
    "in_progress": N_("going on"),
    "completed": N_("it is finished"),
    "cancelled": N_("called off"),
}
SERVICE_NAMES = {
    "partners": N_("Registration and access tokens"),
    "intake": N_("Accident reports"),
    "hospital_gateway": N_("Hospitals"),
    "disnaker_gateway": N_("Labour inspectorates"),
    "verification": N_("Claims and their verification"),
}


@dataclass(frozen=True)
class HubNotice:
    """A notice as a page shows it. `here`: it is for everybody and concerns the service whose page this is."""

    id: str
    kind: Literal["incident", "maintenance"]
    title: Mapping[str, str]
    text: Mapping[str, str]
    begins_at: datetime
    ends_at: datetime | None
    here: bool
    upcoming: bool = False


class NoticeBoard:
    """Component. `fetch` answers a page of `GET /v1/notices` (or `…/public`) of the registry, None where that is not
    known; `service` is whose pages these are."""

    name = "notice-board"

    def __init__(
        self,
        service: str,
        fetch: Callable[[], Awaitable[Any]] | None,
        settings: NoticeSettings,
        clock: Clock,
    ) -> None:
        self._service = service
        self._fetch = fetch
        self._clock = clock
        self._every_seconds = settings.notices_seconds
        self._forget_seconds = settings.notices_forget_seconds
        self._told: tuple[HubNotice, ...] = ()
        self._told_at = 0.0
        self._shown: tuple[HubNotice, ...] = ()
        self._listeners: list[Callable[[Sequence[HubNotice]], None]] = []

    def on_change(self, listener: Callable[[Sequence[HubNotice]], None]) -> None:
        """Call it with what is to be shown whenever that has become something else."""
        self._listeners.append(listener)

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._every_seconds)

    def problems(self) -> list[str]:
        return []  # a page without notices is a good page

    async def look(self) -> None:
        """Ask once; what was told before is kept for a while when there is no answer."""
        if self._fetch is None:
            return
        try:
            page = await self._fetch()
            self._told = tuple(_read(each, self._service) for each in page["items"])
            self._told_at = time.monotonic()
        except (httpx.HTTPError, SimpulError, ValueError, KeyError, TypeError) as error:
            log.debug("notices.not-told", error=type(error).__name__)
        shown = tuple(self.current())
        if shown != self._shown:
            self._shown = shown
            for listener in self._listeners:
                listener(shown)

    def current(self) -> Sequence[HubNotice]:
        """Those to be shown now: incidents first, then what begins first."""
        if time.monotonic() - self._told_at > self._forget_seconds:
            return ()
        now = self._clock.now()
        shown = [replace(each, upcoming=each.begins_at > now) for each in self._told if _is_shown(each, now)]
        return sorted(shown, key=lambda each: (each.kind, each.begins_at))[:_SHOWN_MAX]


def _is_shown(notice: HubNotice, now: datetime) -> bool:
    """What was asked a while ago may be over by now."""
    over = notice.kind == _MAINTENANCE and notice.ends_at is not None and notice.ends_at <= now
    return not over and notice.begins_at <= now + _ANNOUNCED


def _read(told: Mapping[str, Any], service: str) -> HubNotice:
    """Raises KeyError, TypeError or ValueError for what is no notice."""
    kind: Literal["incident", "maintenance"] = "maintenance" if told["kind"] == _MAINTENANCE else "incident"
    return HubNotice(
        id=str(told["id"]),
        kind=kind,
        title={language: str(told["title"][language]) for language in ("id", "en")},
        text={language: str(told["text"][language]) for language in ("id", "en")},
        begins_at=datetime.fromisoformat(told["begins_at"]),
        ends_at=datetime.fromisoformat(told["ends_at"]) if told["ends_at"] else None,
        here=told["audience"] == _EVERYBODY and service in told["services"],
    )


def public_notices(http: httpx.AsyncClient, url: str) -> Callable[[], Awaitable[Any]] | None:
    """What everybody may know; `url` is the registry's `/v1/notices/public`, None comes of an empty one. Raises
    httpx.HTTPError."""
    if not url:
        return None

    async def fetch() -> Any:
        return (await http.get(url)).raise_for_status().json()

    return fetch
