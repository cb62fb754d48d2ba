"""One visit's resources by type and by reference, for the readers of its parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.hospital_gateway.adapters.fhir.elements import part
from services.hospital_gateway.application.documents import Kept

ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True)
class VisitResources:
    """What the hospital has sent of a visit; what it calls an error is passed over."""

    kept: Sequence[Kept]

    def of(self, *types: str) -> Iterator[tuple[Kept, Mapping[str, Any]]]:
        for one in self.kept:
            if one.type in types and one.content.get("status") != ENTERED_IN_ERROR:
                yield one, one.content

    def referred(self, reference: Any) -> Mapping[str, Any] | None:
        """The held resource behind a Reference element."""
        target = part(reference, "reference")
        if not isinstance(target, str):
            return None
        path = target.split("/_history/")[0]
        return next((one.content for one in self.kept if f"{one.type}/{one.id}" == path), None)
