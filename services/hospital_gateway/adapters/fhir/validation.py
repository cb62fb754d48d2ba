"""Judges one resource by FHIR R4's own tables, all problems at once."""

from collections.abc import Mapping
from typing import Any

from services.hospital_gateway.adapters.fhir.classifications import icd10_problem
from services.hospital_gateway.adapters.fhir.inspection import Inspection, inspect
from services.hospital_gateway.adapters.fhir.r4.tables import shape_of

_FINDINGS_MAX = 200
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
# Rules on a Bundle's entries, which a reader of Bundles judges by itself.
_OF_ENTRIES = frozenset({"bdl-11", "bdl-12"})


def judge(resource: Mapping[str, Any], type_name: str) -> Inspection:
    """Everything that is wrong with a resource of an R4 type, and what its use needs to know. Raises Unreadable for
    what nests too deeply."""
    inspection = inspect(resource, type_name)
    del inspection.findings[_FINDINGS_MAX:]
    return inspection


def judge_envelope(bundle: Mapping[str, Any]) -> Inspection:
    """A Bundle without regard to its entries."""
    inspection = judge({name: value for name, value in bundle.items() if name != "entry"}, "Bundle")
    inspection.findings = [one for one in inspection.findings if one.code not in _OF_ENTRIES]
    return inspection


def load_tables_of_a_visit() -> None:
    """Read the tables that most Bundles need now: the first request should not wait for them."""
    for type_name in _OF_A_VISIT:
        shape_of(type_name)
    icd10_problem("S62.5")
