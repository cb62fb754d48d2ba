"""A bridge posts the parts of a visit one by one, in whatever order its queue has them: the report ends as the one that
the same parts in one Bundle make."""

import json
import random
from typing import Any

import pytest

from shared.events.medical_report import MedicalReportContent, MedicalReportFacts
from tests.integration.hospital_gateway.calls import created
from tests.integration.hospital_gateway.conftest import Gateway, Hospital, new_nik, of_type
from tests.integration.hospital_gateway.resources import rich_bundle

NIK = "https://fhir.kemkes.go.id/id/nik"
# Which version and which ids it is, is another matter.
_IDS = frozenset(
    {"resource_id", "resources", "encounter_id", "version", "received_at", "org", "sha256", "signatures", "receipt"}
)


def said(value: Any) -> Any:
    """What a report says, whatever the ids and the order of its parts."""
    if isinstance(value, dict):
        return {name: said(one) for name, one in value.items() if name not in _IDS}
    if isinstance(value, list):
        return sorted((said(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


def told(report: tuple[MedicalReportFacts, MedicalReportContent]) -> tuple[Any, Any]:
    facts, content = report
    return said(facts.model_dump(mode="json")), said(content.model_dump(mode="json"))


def rewired(value: Any, references: dict[str, str]) -> Any:
    """With references put to the ids that are known by now."""
    if isinstance(value, dict):
        return {name: rewired(one, references) for name, one in value.items()}
    if isinstance(value, list):
        return [rewired(one, references) for one in value]
    return references.get(value, value) if isinstance(value, str) else value


async def post_one_by_one(hospital: Hospital, bundle: dict[str, Any], rng: random.Random) -> None:
    """The patient's id by look-up and the Encounter as it arrives; then all parts, the person's own words among them,
    in a random order; the Encounter is finished as soon as its diagnoses have ids, or any time later."""
    patient_url, encounter_url = bundle["entry"][0]["fullUrl"], bundle["entry"][1]["fullUrl"]
    nik = of_type(bundle, "Patient")["identifier"][0]["value"]
    found = await hospital.get(f"/fhir/Patient?identifier={NIK}|{nik}")
    known = {patient_url: f"Patient/{found.json()['entry'][0]['resource']['id']}"}
    finished = of_type(bundle, "Encounter")
    arrived = {name: value for name, value in finished.items() if name not in ("diagnosis", "hospitalization")}
    arrived |= {"status": "arrived", "period": {"start": finished["period"]["start"]}}
    known[encounter_url] = await created(hospital, rewired(arrived, known))
    waiting = [entry for entry in bundle["entry"] if entry["fullUrl"] != encounter_url]
    rng.shuffle(waiting)
    named = {one["condition"]["reference"] for one in finished["diagnosis"]}
    to_finish = True
    while waiting or to_finish:
        if to_finish and named <= known.keys() and rng.random() < 0.4 + (not waiting):
            answer = await hospital.put(f"/fhir/{known[encounter_url]}", rewired(finished, known))
            assert answer.status_code == 200, answer.text
            to_finish = False
        elif waiting:
            entry = waiting.pop()
            known[entry["fullUrl"]] = await created(hospital, rewired(entry["resource"], known))


@pytest.mark.parametrize("seed", range(6))
async def test_the_parts_of_a_visit_in_any_order_make_the_report_that_their_bundle_makes(
    gateway: Gateway, seed: int
) -> None:
    bundle, whole, piecemeal = rich_bundle(), gateway.hospital(), gateway.hospital()
    of_type(bundle, "Patient")["identifier"][0]["value"] = new_nik()
    await whole.accepted(bundle)
    [at_once] = await gateway.reports(whole)
    await post_one_by_one(piecemeal, bundle, random.Random(seed))
    assert all((at_once[1].doctor_statement, at_once[1].costs, at_once[1].diagnoses))
    assert told((await gateway.reports(piecemeal))[-1]) == told(at_once)
