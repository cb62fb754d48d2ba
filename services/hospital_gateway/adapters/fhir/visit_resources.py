"""One visit's resources by type and by reference, for the readers of its parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def _by_type(self) -> Mapping[str, Sequence[Kept]]:
        # Most visits hold four types, and the readers ask for thirty.
        found: dict[str, list[Kept]] = {}
        for one in self.kept:
            if one.content.get("status") != ENTERED_IN_ERROR:
                found.setdefault(one.type, []).append(one)
        return found

    @cached_property
    def _by_path(self) -> Mapping[str, Mapping[str, Any]]:
        return {f"{one.type}/{one.id}": one.content for one in reversed(self.kept)}

    def of(self, *types: str) -> Iterator[tuple[Kept, Mapping[str, Any]]]:
        """The resources of these types, in the order in which they are kept."""
        held = [self._by_type[name] for name in types if name in self._by_type]
        if len(held) == 1:
            yield from ((one, one.content) for one in held[0])
        elif held:
            wanted = {id(one) for group in held for one in group}
            yield from ((one, one.content) for one in self.kept if id(one) in wanted)

    def referred(self, reference: Any) -> Mapping[str, Any] | None:
        """The held resource behind a Reference element."""
        target = part(reference, "reference")
        found = self._by_path.get(target.split("/_history/")[0]) if isinstance(target, str) else None
        return self._numbered(reference) if found is None else found

    def _numbered(self, reference: Any) -> Mapping[str, Any] | None:
        """The held Patient with the IHS number that the reference names."""
        number = absent_patient(reference)
        numbered = (one.content for one in self._by_type.get("Patient", ()) if number)
        return next((one for one in numbered if identifier_value(one, systems.IHS_NUMBER) == number), None)
