"""No element, however odd its shape, keeps a visit from being read."""

from typing import Any

import pytest

from tests.support.visits import ODD, example, report, with_odd_elements


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_visit_with_an_odd_element_still_makes_a_report(odd: Any) -> None:
    whole = example("doctor-statement")
    for place, resource in enumerate(whole):
        beside = [one for one in whole if one["resourceType"] in ("Patient", "Practitioner")]
        for changed in with_odd_elements(resource, odd):
            assert report(*(one for one in beside if one is not resource), changed).content.patient is not None, place
