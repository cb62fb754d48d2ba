"""What the R4B models of fhir.resources say of a resource that our tables have nothing against.

They are kindred and not the same (R4B is 4.3.0), so they advise and never refuse: `$validate` passes on what they say,
and tests hold them against the tables.
"""

from collections.abc import Mapping
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from services.hospital_gateway.adapters.fhir.inspection import expression_of
from services.hospital_gateway.application.findings import Finding, finding

# R4B gave these another form.
_CHANGED = frozenset({"Evidence", "EvidenceVariable"})
_ADVICE_MAX = 50


def second_opinion(resource: Mapping[str, Any], type_name: str) -> list[Finding]:
    """Warnings; none for a type that R4B lacks or changed."""
    if type_name in _CHANGED:
        return []
    try:
        model = get_fhir_model_class(type_name)
    except (KeyError, ValueError):
        return []
    try:
        model.model_validate(resource)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)[:_ADVICE_MAX]
        # pydantic puts the names of its own validators among those of elements.
        places = {expression_of((type_name, *(part for part in one["loc"] if part != "root"))) for one in told}
        return [finding("second-opinion", place) for place in sorted(places)]
    except (KeyError, RecursionError, ValueError, TypeError, AttributeError, OverflowError):
        # They let such errors through for inputs they did not expect.
        return [finding("second-opinion", type_name)]
    return []
