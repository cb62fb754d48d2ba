"""The R4B models beside our tables, on resources that are good and on such as are spoilt in one place."""

from services.hospital_gateway.adapters.fhir.second_opinion import second_opinion
from services.hospital_gateway.adapters.fhir.validation import judge
from tests.support.fhir_corpus import corpus, good


def test_what_the_tables_take_the_models_take_too() -> None:
    taken = {
        name: resource for name, resource in corpus().items() if not judge(resource, resource["resourceType"]).findings
    }
    assert good().keys() <= taken.keys()
    assert len(taken) > 300
    doubted = {name: second_opinion(resource, resource["resourceType"]) for name, resource in taken.items()}
    assert {name: found for name, found in doubted.items() if found} == {}


def test_a_doubt_is_a_warning_with_its_place() -> None:
    holding_a_type_of_r4_alone = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Nadi"},
        "contained": [{"resourceType": "SubstanceSpecification", "id": "a"}],
        "device": {"reference": "#a"},
    }
    assert judge(holding_a_type_of_r4_alone, "Observation").findings == []
    (doubt,) = second_opinion(holding_a_type_of_r4_alone, "Observation")
    assert (doubt.severity, doubt.code, doubt.pointer) == ("warning", "second-opinion", "Observation")


def test_there_is_no_second_opinion_on_types_of_r4_alone() -> None:
    assert second_opinion({"resourceType": "EffectEvidenceSynthesis", "status": "x"}, "EffectEvidenceSynthesis") == []
    assert second_opinion({"resourceType": "Evidence", "status": "x"}, "Evidence") == []
