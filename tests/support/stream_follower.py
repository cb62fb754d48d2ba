"""A reader of the claim stream that loses its connection whenever the service dies, and goes on where it stopped."""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.support.eventually import eventually
from tests.support.hub import Hub
from tests.support.parties import Party
from tests.support.service_life import Life

_PATH = "/v1/claims/stream"


@dataclass
class StreamFollower:
    """`events` are the positions and bodies in the order in which they came."""

    hub: Hub
    party: Party
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    connections: int = 0

    async def run(self) -> None:
        """Follow from the first event on until cancelled."""
        while True:
            life = await eventually(self._service, timeout_seconds=60.0)
            await self._follow(life)

    def _service(self) -> Life | None:
        life = self.hub.lives.get("verification")
        return life if life is not None and life.up.is_set() else None

    async def _follow(self, life: Life) -> None:
        bearer = await self.party.bearer()
        last = str(self.events[-1][0]).encode() if self.events else b"0"
        headers = [(name.lower().encode(), value.encode()) for name, value in bearer.items()]
        self.connections += 1
        rest = b""

        def take(part: bytes) -> None:
            nonlocal rest
            *whole, rest = (rest + part).split(b"\n\n")
            for block in whole:
                lines = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line)
                if b"data" in lines:
                    self.events.append((int(lines[b"id"]), json.loads(lines[b"data"])))

        await life.receive(_PATH, [*headers, (b"last-event-id", last)], take)

    def problems(self, last_position: int) -> list[str]:
        """What was skipped, repeated or out of order up to `last_position`."""
        positions = [position for position, _ in self.events]
        wrong = [] if positions == list(range(1, last_position + 1)) else [f"followed {positions} of {last_position}"]
        of_claims: dict[str, list[int]] = defaultdict(list)
        for _, event in self.events:
            of_claims[event["data"]["case_number"]].append(event["data"]["claim_version"])
        for case_number, versions in of_claims.items():
            if versions != list(range(1, len(versions) + 1)):
                wrong.append(f"followed versions {versions} of {case_number}")
        return wrong

    async def caught_up(self, last_position: int) -> None:
        await eventually(lambda: len(self.events) >= last_position)
        # One more turn: a repetition would come now.
        await asyncio.sleep(0)
