"""What a hospital's own runs of the conformance kit found, as its page and its approval show it."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from services.verification.application.hub_operations import HubOperations

_KIND = "hospital:"
_ASKED_MAX = 20


async def runs_of(hub: HubOperations, org: str) -> Sequence[dict[str, Any]] | None:
    """The newest first; None for whom there is no kit."""
    return (await hub.conformance_runs(org)).items if org.startswith(_KIND) else None


async def newest_runs(hub: HubOperations, orgs: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    """The newest run of each hospital among these, None for one without; of a few of them where they are many."""
    asked = sorted({org for org in orgs if org.startswith(_KIND)})[:_ASKED_MAX]
    found = await asyncio.gather(*(hub.conformance_runs(org, at_most=1) for org in asked))
    # Where the registry is silent nothing is said of runs.
    return {
        org: (dict(runs.items[0]) if runs.items else None)
        for org, runs in zip(asked, found, strict=True)
        if not runs.silent
    }
