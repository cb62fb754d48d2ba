"""Percentiles of what was measured."""

from dataclasses import dataclass, field


@dataclass
class Latencies:
    """Milliseconds, one for each request."""

    values: list[float] = field(default_factory=list)

    def add(self, milliseconds: float) -> None:
        self.values.append(milliseconds)

    def percentile(self, share: float) -> float:
        """The value that `share` (0–100) of the requests did not exceed."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]

    def summary(self) -> dict[str, float]:
        found = {f"p{share}_ms": round(self.percentile(share), 2) for share in (50, 95, 99)}
        return {"requests": len(self.values), **found}
