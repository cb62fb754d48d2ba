"""One visit's resources by type and by reference, for the readers of its parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import identifier_value, part
from services.hospital_gateway.adapters.fhir.links import absent_patient
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
            return self._numbered(reference)
        path = target.split("/_history/")[0]
        found = next((one.content for one in self.kept if f"{one.type}/{one.id}" == path), None)
        return self._numbered(reference) if found is None else found

    def _numbered(self, reference: Any) -> Mapping[str, Any] | None:
        """The held Patient with the IHS number that the reference names."""
        number = absent_patient(reference)
        numbered = (one.content for one in self.kept if number and one.type == "Patient")
        return next((one for one in numbered if identifier_value(one, systems.IHS_NUMBER) == number), None)
