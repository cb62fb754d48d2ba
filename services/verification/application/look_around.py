"""A claim changes by what other workers' claims say of it: look around the claims whose traits have changed."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from services.verification.application.case_desk import CaseDesk
from services.verification.domain.claim import Finding
from services.verification.domain.surroundings import (
    FLAG_OF,
    Neighbour,
    Spot,
    Surrounding,
    SurroundingsPolicy,
    findings_among,
)


class SurroundingsStore(Protocol):
    """Claims' traits and what was found around them, within one transaction."""

    async def waiting(self, rows_max: int) -> list[Surrounding]:
        """Claims whose traits have changed since somebody looked around them."""

    async def of(self, case_numbers: Collection[str]) -> list[Surrounding]: ...

    async def around(self, spot: Spot, reach: timedelta | None) -> dict[str, tuple[Neighbour, tuple[Finding, ...]]]:
        """The claims of a key within reach, with what was found around each; any distance without a reach."""

    async def save_findings(self, findings: Mapping[str, Sequence[Finding]]) -> None:
        """By case number."""

    async def looked_around(self, seen: Sequence[Surrounding]) -> None:
        """These were looked around as they were when read; what has changed since still waits."""


async def affected_by(
    store: SurroundingsStore, waiting: Sequence[Surrounding], policy: SurroundingsPolicy
) -> list[str]:
    """The claims of which other things are found now than are noted, sorted; those that have changed among them."""
    found: set[str] = set()
    for spot in sorted({spot for row in waiting for spot in (*row.spots, *row.looked_at)}, key=str):
        reach = policy.window(spot.family)
        # Twice as far: whoever is within reach has neighbours of its own behind it.
        around = await store.around(spot, reach * 2 if reach else None)
        now = findings_among(spot.family, [neighbour for neighbour, _ in around.values()], policy)
        for number, (neighbour, noted) in around.items():
            near = reach is None or abs(neighbour.occurred_at - spot.at) <= reach
            if near and now.get(number) != _of_family(noted, spot.family):
                found.add(number)
    for row in waiting:
        families = {spot.family for spot in row.spots}
        if any(_of_family(row.findings, family) for family in FLAG_OF if family not in families):
            found.add(row.case_number)
    return sorted(found)


def _of_family(findings: Sequence[Finding], family: str) -> Finding | None:
    return next((finding for finding in findings if finding.code == FLAG_OF[family]), None)


async def look_again(
    desk: CaseDesk, store: SurroundingsStore, case_numbers: Sequence[str], policy: SurroundingsPolicy
) -> None:
    """Find anew what is around these claims, and tell those of which that is something else; safe to repeat."""
    await desk.open([], [], case_numbers)
    around: dict[Spot, Mapping[str, Finding]] = {}
    changed: dict[str, list[Finding]] = {}
    for row in await store.of(case_numbers):
        number = row.case_number
        for spot in row.spots:
            if spot not in around:
                neighbours = await store.around(spot, policy.window(spot.family))
                around[spot] = findings_among(spot.family, [one for one, _ in neighbours.values()], policy)
        findings = [around[spot][number] for spot in row.spots if number in around[spot]]
        if tuple(findings) != row.findings:
            changed[number] = findings
    if not changed:
        return
    await store.save_findings(changed)
    for number, findings in changed.items():
        # A merged number shows nothing of its own.
        if not desk.claim(number).is_merged:
            desk.surround(number, findings)
        # Deriving takes a moment, and what agencies send meanwhile goes first.
        await asyncio.sleep(0)
    await desk.close()
