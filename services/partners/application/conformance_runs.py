"""Keep what partners' own runs of the conformance kit found, for those who let them in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.partners.application.ports import Actor
from services.partners.domain.conformance import RUNS_KEPT, ConformanceRun, RuleResult
from shared.audit import AuditEntry
from shared.clock import Clock
from shared.identifiers import new_id


class RunRows(Protocol):
    """Runs within one transaction: of one organisation where it is a partner's, else of all."""

    async def add(self, run: ConformanceRun) -> None: ...

    async def forget_older(self, org: str, kept: int) -> None:
        """All of an organisation but its newest."""
        ...

    async def newest(self, org: str | None, limit: int) -> Sequence[ConformanceRun]:
        """The newest first."""
        ...

    async def note(self, entry: AuditEntry) -> None:
        """Add to the append-only log."""
        ...


async def report_run(
    rows: RunRows,
    clock: Clock,
    actor: Actor,
    *,
    kit: str,
    kit_version: str,
    url: str,
    began_at: datetime,
    rules: Sequence[RuleResult],
) -> ConformanceRun:
    """One more run of the caller's own organisation."""
    run = ConformanceRun(
        new_id(), actor.org, actor.client_id, kit, kit_version, url, began_at, clock.now(), tuple(rules)
    )
    await rows.add(run)
    await rows.forget_older(actor.org, RUNS_KEPT)
    await rows.note(actor.did("conformance.report", "conformance", str(run.id), kit=kit, rules=len(rules)))
    return run
