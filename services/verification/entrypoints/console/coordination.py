"""For the cross-sector forum: how long each step takes, at whose desk claims lie, by place, sector and party."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from services.verification.application.console_people import READERS
from services.verification.application.coordination import DIMENSIONS, STEPS, Group, Measures, Period, as_csv
from services.verification.domain.measures import AGENCIES
from services.verification.entrypoints.console.charts import chart
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.http.desk import audit
from shared.postgres.database import Transaction
from shared.regulation.provinces import PROVINCES
from shared.web.door import page
from shared.web.pages.catalogues import N_

_PATH = "/console/coordination"
_ZONE = ZoneInfo("Asia/Jakarta")
_DAYS_SHOWN = 90
_DAYS_MAX = 3_660
_GROUPS_SHOWN, _GROUPS_IN_FILE = 40, 10_000

STEP_NAMES = {
    "reported": N_("Accident to the employer's report"),
    "treated": N_("Accident to the first medical report"),
    "complete": N_("Opened to complete"),
    "concluded": N_("Opened to concluded"),
    "approved": N_("Complete to approved"),
    "paid": N_("Complete to paid"),
}
AGENCY_NAMES = {
    "employer": N_("Employer"),
    "hospital": N_("Hospital"),
    "disnaker": N_("Labour inspectorate"),
    "bpjs": N_("BPJS"),
    "worker": N_("Worker"),
}
DIMENSION_NAMES = {
    "province": N_("Province"),
    "sector": N_("Sector (KBLI division)"),
    "employer": N_("Employer"),
    "hospital": N_("Hospital"),
}
_Word = Annotated[str | None, Query(max_length=20)]


@dataclass(frozen=True)
class Asked:
    """The question as it came: two days, what to compare by, and a province."""

    first: str | None
    last: str | None
    by: str | None
    province: str | None


@dataclass(frozen=True)
class Wanted:
    """What is asked for; what can't be understood gives way to the last 90 days by province, and `misread` says so."""

    first: date
    last: date
    dimension: str
    province: str | None
    misread: bool

    @classmethod
    def of(cls, asked: Asked, today: date) -> "Wanted":
        period = _period(asked.first, asked.last, today)
        place = asked.province if asked.province in PROVINCES else None
        dimension = asked.by if asked.by in DIMENSIONS else DIMENSIONS[0]
        misread = period is None or bool(asked.province and not place) or bool(asked.by and asked.by != dimension)
        begin, end = period or (today - timedelta(days=_DAYS_SHOWN - 1), today)
        return cls(begin, end, dimension, place, misread)

    @property
    def period(self) -> Period:
        return Period.of_days(self.first, self.last)

    @property
    def query(self) -> str:
        asked = {"from": self.first, "to": self.last, "by": self.dimension, "province": self.province or ""}
        return urlencode(asked)


def _period(first: str | None, last: str | None, today: date) -> tuple[date, date] | None:
    try:
        end = date.fromisoformat(last) if last else today
        begin = date.fromisoformat(first) if first else end - timedelta(days=_DAYS_SHOWN - 1)
    except (ValueError, OverflowError):
        return None
    return (
        (begin, end) if timedelta() <= end - begin <= timedelta(days=_DAYS_MAX) and end.year < date.max.year else None
    )


def _asked(
    first: Annotated[_Word, Query(alias="from")] = None,
    last: Annotated[_Word, Query(alias="to")] = None,
    by: _Word = None,
    province: _Word = None,
) -> Asked:
    return Asked(first, last, by, province)


_Asked = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True)
class _Forum:
    """What both forms of the answer share."""

    console: Console
    open_measures: Callable[[Transaction], Measures]

    def wanted(self, asked: Asked) -> Wanted:
        return Wanted.of(asked, self.console.counter.clock.now().astimezone(_ZONE).date())

    async def counted(self, request: Request, wanted: Wanted, groups_max: int) -> tuple[Group, list[Group]]:
        """All claims together, and the groups; a look at them is audited."""
        caller, counter = self.console.caller(request), self.console.counter
        now = counter.clock.now()
        async with counter.database.transaction(caller.org) as transaction:
            measures = self.open_measures(transaction)
            whole = await measures.all(wanted.period, wanted.province, now)
            groups = await measures.by(wanted.dimension, wanted.period, wanted.province, now, groups_max)
            await audit(transaction, caller, "coordination.read", "", officer=caller.subject, by=wanted.dimension)
        return whole, groups


def coordination_routes(console: Console, open_measures: Callable[[Transaction], Measures]) -> APIRouter:
    router = APIRouter()
    forum = _Forum(console, open_measures)

    @router.get(_PATH, **page(*READERS))
    async def coordination(request: Request, asked: _Asked) -> Response:
        wanted = forum.wanted(asked)
        whole, groups = await forum.counted(request, wanted, _GROUPS_SHOWN + 1)
        return console.page(
            request,
            "console/coordination.html",
            here=_PATH,
            wanted=wanted,
            whole=whole,
            groups=groups[:_GROUPS_SHOWN],
            more=len(groups) > _GROUPS_SHOWN,
            provinces=sorted(PROVINCES.values(), key=lambda each: each.name),
            **_shown(console, request, whole, wanted, groups[:_GROUPS_SHOWN]),
        )

    @router.get(_PATH + ".csv", **page(*READERS))
    async def coordination_csv(request: Request, asked: _Asked) -> Response:
        wanted = forum.wanted(asked)
        _, groups = await forum.counted(request, wanted, _GROUPS_IN_FILE)
        name = f"simpul-{wanted.dimension}-{wanted.first}-{wanted.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        # The mark at the front tells spreadsheets that it is UTF-8.
        return Response("\N{BOM}" + as_csv(wanted.dimension, groups), 200, headers, "text/csv; charset=utf-8")

    return router


def _shown(console: Console, request: Request, whole: Group, wanted: Wanted, groups: Sequence[Group]) -> dict[str, Any]:
    """Charts and names; a chart has the numbers of the table beside it."""
    language = console.pages.language(request)

    def named(names: dict[str, str], spreads: dict[str, Any]) -> Any:
        return chart((console.pages.translated(names[name], language), s.median, s.p90) for name, s in spreads.items())

    return {
        "step_chart": named(STEP_NAMES, {step: whole.steps[step] for step in STEPS}),
        "wait_chart": named(AGENCY_NAMES, {agency: whole.waits[agency] for agency in AGENCIES}),
        "step_names": STEP_NAMES,
        "agency_names": AGENCY_NAMES,
        "dimension_names": DIMENSION_NAMES,
        "labels": {group.key: _label(wanted.dimension, group.key) for group in groups},
    }


def _label(dimension: str, key: str | None) -> str:
    """A province by its name, anything else by its number; empty where it is not known."""
    if dimension == "province" and key in PROVINCES:
        return PROVINCES[key].name
    return key or ""
