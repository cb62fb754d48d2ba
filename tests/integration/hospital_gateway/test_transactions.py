"""Transaction and batch Bundles: all or nothing, references, identities, replays."""

import asyncio
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.hospital_gateway.conftest import Gateway, of_type, sample


async def test_the_hand_caught_in_a_press_is_stored_and_its_report_goes_out_once(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    of_type(bundle, "Encounter").pop("serviceProvider")
    answer = await hospital.post("/fhir", bundle)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    body = answer.json()
    assert body["type"] == "transaction-response"
    assert [entry["response"]["status"] for entry in body["entry"]] == ["201 Created"] * 6
    assert all(entry["response"]["etag"] == 'W/"1"' for entry in body["entry"])
    encounter_id = body["entry"][1]["response"]["location"].split("/")[1]
    ((facts, content),) = await gateway.reports(hospital)
    assert (facts.encounter_id, facts.version, facts.org) == (encounter_id, 1, hospital.org)
    assert facts.signs == ("injury-code", "external-cause")
    assert not facts.explicit_notice
    assert facts.encounter_class == "EMER"
    assert facts.disposition == "home"
    assert content.patient.nik == of_type(bundle, "Patient")["identifier"][0]["value"]
    assert [one.code for one in content.diagnoses] == ["S67.0", "S62.5"]
    assert [one.code for one in content.external_causes] == ["W31"]
    assert [one.code for one in content.procedures] == ["86.59"]
    assert [one.code for one in content.body_parts] == ["hand"]
