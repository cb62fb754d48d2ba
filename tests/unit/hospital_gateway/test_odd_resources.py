"""No element, however odd its shape, keeps a visit from being read."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.visits import example, report

ODD: tuple[Any, ...] = (None, "", "9999-12-31", 1e308, [], {}, [None, "x", 3], {"coding": [3]})


def with_odd_elements(node: Any, odd: Any) -> Iterator[Any]:
    """The node with each of its elements, one at a time, replaced."""
    places: Any = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for place in places:
        if place in ("resourceType", "id", "status"):
            continue
        changed = dict(node) if isinstance(node, dict) else list(node)
        changed[place] = odd
        yield changed
        for inner in with_odd_elements(node[place], odd):
            changed = dict(node) if isinstance(node, dict) else list(node)
            changed[place] = inner
            yield changed


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_visit_with_an_odd_element_still_makes_a_report(odd: Any) -> None:
    whole = example("doctor-statement")
    for place, resource in enumerate(whole):
        beside = [one for one in whole if one["resourceType"] in ("Patient", "Practitioner")]
        for changed in with_odd_elements(resource, odd):
            assert report(*(one for one in beside if one is not resource), changed).content.patient is not None, place
