"""Whatever is done to a good Bundle, the answer is a good one: taken or refused by rule, never a 5xx."""

import asyncio
import copy
import json
import random
from typing import Any

import pytest

from tests.integration.hospital_gateway.conftest import Gateway, sample
from tests.integration.hospital_gateway.resources import rich_bundle

_VALUES: list[Any] = [
    None, True, 0, -1, 1.5, 10**17, "", " ", "x", "2026-13-45", "urn:uuid:0", "Patient/1", "#x", "\ud7ff", "a" * 5000,
    [], {}, [None], [[]], [{}], {"reference": "x"}, {"coding": "x"}, {"coding": [None]}, {"resourceType": "Foo"},
    {"resourceType": "Patient"}, {"start": 5, "end": []}, {"extension": [{"url": "x", "valueDecimal": 1.10}]},
]  # fmt: skip
_NAMES = ["id", "meta", "contained", "extension", "text", "_status", "reference", "resourceType", "identifier", "é", ""]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found.extend(places(child, (*path, key)))
    return found


def mutated(rng: random.Random, document: Any) -> Any:
    document = copy.deepcopy(document)
    for _ in range(rng.randint(1, 3)):
        *parents, last = rng.choice(places(document))
        node = document
        for part in parents:
            node = node[part]
        kind = rng.randrange(4)
        if kind == 0:
            del node[last]
        elif kind == 1:
            node[last] = rng.choice(_VALUES)
        elif kind == 2 and isinstance(node, dict):
            node[rng.choice(_NAMES)] = rng.choice(_VALUES)
        else:
            node[last] = copy.deepcopy(rng.choice([document, *list(document.values())]) if document else None)
        if not document:
            break
    return document


@pytest.mark.parametrize("seed", range(20))
async def test_a_mutated_bundle_is_taken_or_refused_and_never_breaks_anything(gateway: Gateway, seed: int) -> None:
    rng = random.Random(seed)
    hospital = gateway.hospital()
    for _ in range(15):
        bundle = mutated(rng, rich_bundle())
        answer = await hospital.post("/fhir", json.dumps(bundle))
        assert answer.status_code < 500, (answer.text, json.dumps(bundle))
        assert answer.status_code == 200 or answer.json()["resourceType"] == "OperationOutcome"


async def test_a_visit_with_everything_is_taken(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    await hospital.accepted(rich_bundle())
    ((facts, content),) = await gateway.reports(hospital)
    assert {"jkk-coverage", "claim-accident", "injury-code"} <= set(facts.signs)
    assert content.doctor_statement is not None
    assert content.doctor_statement.rest is not None


async def test_cut_and_overwritten_bytes_never_break_anything(gateway: Gateway) -> None:
    rng, hospital = random.Random(7), gateway.hospital()
    raw = json.dumps(sample("hand-caught-in-press")).encode()
    bodies = [raw[: rng.randrange(len(raw))] for _ in range(60)]
    for _ in range(120):
        body = bytearray(raw)
        for _ in range(rng.randint(1, 4)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        bodies.append(bytes(body))
    for number in range(0, len(bodies), 10):
        answers = await asyncio.gather(*(hospital.post("/fhir", body) for body in bodies[number : number + 10]))
        assert all(answer.status_code < 500 for answer in answers)
