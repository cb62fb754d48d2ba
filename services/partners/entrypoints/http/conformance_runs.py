"""`/v1/conformance-runs`: what partners' own runs of the conformance kit found."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.partners.application.conformance_runs import RunRows, report_run
from services.partners.domain.conformance import ConformanceRun, RuleOutcome, RuleResult
from services.partners.entrypoints.http.client_views import Instant, OrgQuery, actor_of
from shared.clock import Clock
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals
from shared.web.paging import Limit
from shared.web.strict_json import StrictRoute

_MANAGE = "partners.manage"
# The kit plays hospitals, so it is they who report.
_REPORT, _READ = "system/*.c", "system/*.r"
_RULES_MAX = 200
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"


class RuleReport(BaseModel):
    """What became of one rule."""

    model_config = ConfigDict(extra="forbid")

    rule: str = Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")
    outcome: RuleOutcome
    says: str = Field("", max_length=400, pattern=_PRINTABLE, description="The rule's text.")
    reference: str = Field("", max_length=200, pattern=_PRINTABLE, description="Where it stands.")
    detail: str = Field("", max_length=500, pattern=_PRINTABLE, description="What was seen instead; no personal data.")


class RunReport(BaseModel):
    """What `./simpul conformance hospital --report` sends."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kit": "hospital",
                    "kit_version": "1",
                    "url": "https://gateway.example",
                    "at": "2026-11-20T09:30:00+07:00",
                    "rules": [
                        {
                            "rule": "metadata-public",
                            "outcome": "passed",
                            "says": "The CapabilityStatement needs no token.",
                            "reference": "interface, section 4",
                            "detail": "",
                        }
                    ],
                }
            ]
        },
    )

    kit: Literal["hospital"]
    kit_version: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9.+_-]+$")
    url: str = Field(
        max_length=300, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$", description="The gateway it ran against."
    )
    at: Instant = Field(description="When it began.")
    rules: list[RuleReport] = Field(min_length=1, max_length=_RULES_MAX)


class RuleView(BaseModel):
    rule: str
    outcome: RuleOutcome
    says: str
    reference: str
    detail: str


class RunView(BaseModel):
    """A run as it was reported. It is the partner's word."""

    id: UUID
    org: str
    client_id: str
    kit: str
    kit_version: str
    url: str
    at: datetime
    received_at: datetime
    passed: int
    failed: int
    not_checked: int
    rules: list[RuleView]


class RunPage(BaseModel):
    """The newest first."""

    items: list[RunView]
    next_cursor: None = None


@dataclass(frozen=True)
class RunDesk:
    """What the routes work with. `open_rows` gets a partner's own transactions for partners."""

    database: Database
    sealer: Sealer
    clock: Clock
    open_rows: Callable[[Transaction], RunRows]


def conformance_router(desk: RunDesk) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["conformance"], route_class=StrictRoute)

    @router.post(
        "/conformance-runs",
        status_code=201,
        summary="Report what a run of the conformance kit found",
        response_model=RunView,
        responses=refusals(400, 409, 413, 415, 422, 503),
        **secured(_REPORT, extra=idempotent()),
    )
    async def post_run(request: Request, caller: Caller, key: IdempotencyKey, body: RunReport) -> Response:
        """Of the caller's own organisation; the newest 20 are kept and shown to the hub's operators."""
        wanted = await IdempotentRequest.of(request, caller, key)
        rules = [RuleResult(**dict(each)) for each in body.rules]
        async with desk.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                run = await report_run(
                    desk.open_rows(transaction),
                    desk.clock,
                    actor_of(caller),
                    kit=body.kit,
                    kit_version=body.kit_version,
                    url=body.url,
                    began_at=body.at.astimezone(UTC),
                    rules=rules,
                )
                return Answer(201, _view(run).model_dump(mode="json"))

            return await idempotently(wanted, transaction, desk.sealer, act)

    @router.get(
        "/conformance-runs",
        summary="Runs of the conformance kit",
        responses=refusals(422, 503),
        **secured(_MANAGE, _READ),
    )
    async def get_runs(
        caller: Caller,
        org: OrgQuery = None,
        limit: Limit = 20,
    ) -> RunPage:
        """An operator sees all, of an organisation also its test clients' runs; a partner its own."""
        every = caller.has_scope(_MANAGE)
        opened = desk.database.system_transaction() if every else desk.database.transaction(caller.org)
        async with opened as transaction:
            return RunPage(items=[_view(run) for run in await desk.open_rows(transaction).newest(org, limit)])

    return router


def _view(run: ConformanceRun) -> RunView:
    return RunView(
        id=run.id,
        org=run.org,
        client_id=run.client_id,
        kit=run.kit,
        kit_version=run.kit_version,
        url=run.url,
        at=run.began_at,
        received_at=run.received_at,
        passed=run.count(RuleOutcome.PASSED),
        failed=run.count(RuleOutcome.FAILED),
        not_checked=run.count(RuleOutcome.NOT_CHECKED),
        rules=[RuleView(**asdict(each)) for each in run.rules],
    )
