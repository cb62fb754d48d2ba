"""Judges one resource: our walk, then the R4B models. The models validate and never serialise (they lose digits).

They stop at the first missing primitive of an element, so after a refusal the gap is filled in a copy and the model
asked again until nothing new is said: every problem is named at once.
"""

import copy
from collections.abc import Mapping
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from services.hospital_gateway.adapters.fhir.inspection import Inspection, expression, inspect
from services.hospital_gateway.adapters.fhir.types import has_model
from services.hospital_gateway.application.findings import Finding, finding

_ROUNDS_MAX = 8
_FINDINGS_MAX = 200
_MISSING = frozenset({"missing", "model_field_validation.missing"})
_UNKNOWN = frozenset({"extra_forbidden"})
_FORM = frozenset({"model_validation_format", "list_type", "dict_type", "string_type", "bool_type", "int_type"})
_OF_A_VISIT = (
    "Patient",
    "Encounter",
    "Condition",
    "Procedure",
    "Observation",
    "Composition",
    "Practitioner",
    "Organization",
)
_models: dict[str, Any] = {}


def judge(resource: Mapping[str, Any], type_name: str) -> Inspection:
    """Walk the resource and put the models' findings to the walk's. Raises Unreadable for what nests too deeply."""
    inspection = inspect(resource, type_name)
    if has_model(type_name):
        seen = {found.pointer for found in inspection.findings}
        found = _asked(resource, type_name, quiet=bool(inspection.findings))
        inspection.findings.extend(one for one in found if one.pointer not in seen)
    del inspection.findings[_FINDINGS_MAX:]
    return inspection


def _model(type_name: str) -> Any:
    model = _models.get(type_name)
    if model is None:
        model = _models[type_name] = get_fhir_model_class(type_name)
    return model


def load_models_of_a_visit() -> None:
    """Import the models that most Bundles need now: the first request should not wait for them."""
    for type_name in _OF_A_VISIT:
        _model(type_name)


def _asked(resource: Mapping[str, Any], type_name: str, *, quiet: bool) -> list[Finding]:
    """What the model says. `quiet`: something is known to be wrong already, so a mere failure adds nothing."""
    found: dict[tuple[str, str], Finding] = {}
    candidate: Any = resource
    for _ in range(_ROUNDS_MAX):
        try:
            _model(type_name).model_validate(candidate)
        except ValidationError as error:
            gaps, new = [], False
            for one in error.errors(include_url=False, include_input=False, include_context=False):
                told = _translated(one, type_name)
                new = new or (told.pointer, told.code) not in found
                found.setdefault((told.pointer, told.code), told)
                if one["type"] == "model_field_validation.missing":
                    gaps.append(_places(one["loc"]))
            if not gaps or not new:
                break
            candidate = copy.deepcopy(candidate)
            for gap in gaps:
                _fill(candidate, gap)
        except (KeyError, RecursionError, ValueError, TypeError, AttributeError, OverflowError):
            # The models let such errors through for inputs they did not expect, an unknown contained type for one.
            if not found and not quiet:
                found[(type_name, "model-refused")] = finding("model-refused", type_name)
            break
        else:
            break
    return list(found.values())


def _places(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """pydantic's location without the words that name a validator and not an element."""
    return tuple(part for part in location if part != "root")


def _fill(candidate: Any, gap: tuple[int | str, ...]) -> None:
    """Give the missing primitive a reason for its absence, which FHIR takes instead of a value."""
    node = candidate
    for part in gap[:-1]:
        node = node[part]
    node[f"_{gap[-1]}"] = {"extension": [{"url": "urn:simpul:absent", "valueCode": "unknown"}]}


def _translated(error: Mapping[str, Any], type_name: str) -> Finding:
    location, kind, message = _places(error["loc"]), error["type"], str(error["msg"])
    place = expression((type_name, *location))
    if kind in _MISSING:
        return finding("required", place, element=location[-1] if location else "")
    if kind in _UNKNOWN:
        return finding("unknown-element", place)
    if kind in _FORM:
        return finding("type-mismatch", place)
    if kind.startswith(("date", "time")) or "DateTime" in message or "Instant" in message or "Date " in message:
        return finding("date-invalid", place)
    if "one field value is expected" in message or "expected from this list" in message:
        elements = message[message.find("[") : message.find("]") + 1].strip("[]").replace("'", "")
        return finding("choice-multiple" if "multiple" in message else "choice-required", place, elements=elements)
    return finding("value-format", place)
