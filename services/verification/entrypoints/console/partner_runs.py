"""What a hospital's own runs of the conformance kit found, as its page and its approval show it."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from services.verification.application.hub_operations import HubOperations

_KIND = "hospital:"
_ASKED_MAX = 20


async def runs_of(hub: HubOperations, org: str) -> Sequence[dict[str, Any]] | None:
    """The newest first; None for whom there is no kit, and where the registry is silent: nothing is said of runs."""
    if not org.startswith(_KIND):
        return None
    runs = await hub.conformance_runs(org)
    return None if runs.silent else runs.items


async def newest_runs(hub: HubOperations, orgs: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    """The newest run of each hospital among these, None for one without; of a few of them where they are many."""
    asked = sorted({org for org in orgs if org.startswith(_KIND)})[:_ASKED_MAX]
    found = await asyncio.gather(*(hub.conformance_runs(org, at_most=1) for org in asked))
    return {
        org: (dict(runs.items[0]) if runs.items else None)
        for org, runs in zip(asked, found, strict=True)
        if not runs.silent
    }
