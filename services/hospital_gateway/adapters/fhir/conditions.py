"""Look-ups by identifier as they stand in addresses, headers and references: `Type?identifier=system|value`."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

from services.hospital_gateway.adapters.fhir.types import READ_TYPES
from services.hospital_gateway.application.documents import Entry, Search

CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.+)", re.DOTALL)


def search_of(type_name: str, query: str) -> Search | None:
    """`identifier=system|value` as a search; None for any other condition."""
    parameters = parse_qsl(query, keep_blank_values=True)
    if len(parameters) != 1 or parameters[0][0] != "identifier" or type_name not in READ_TYPES:
        return None
    system, bar, value = parameters[0][1].rpartition("|")
    # A search by value alone would need an index without systems; none of the field's bridges does that.
    return Search(type_name, system, value) if bar and system and value else None


def searches_of(entries: Sequence[Entry]) -> dict[str, Search]:
    """The conditional references of all entries, by their text."""
    found = {}
    for one in entries:
        for _, reference in one.draft.references if one.draft else ():
            condition = CONDITIONAL.fullmatch(reference)
            search = search_of(condition[1], condition[2]) if condition else None
            if search is not None:
                found[reference] = search
    return found
