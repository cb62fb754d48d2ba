"""The resource types of FHIR R4 (4.0.1), and which of them the R4B models know."""

from pathlib import Path

import yaml

_LISTS = yaml.safe_load((Path(__file__).parent / "r4_types.yaml").read_text("utf-8"))
_IN_BOTH = frozenset(_LISTS["in_both"])
R4_TYPES = _IN_BOTH | frozenset(_LISTS["r4_only"])
# Kept one by one at `/{Type}`: everything but the containers and answers of the protocol itself.
STORED_TYPES = R4_TYPES - {"Bundle", "Parameters", "OperationOutcome"}


def has_model(type_name: str) -> bool:
    """Whether the R4B models can judge this type; otherwise only the generic rules of JSON in FHIR hold."""
    return type_name in _IN_BOTH
