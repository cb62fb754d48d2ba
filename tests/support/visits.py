"""A visit's resources as the readers take them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.clinical_lists import body_part_rules, relevance_rules
from services.hospital_gateway.adapters.fhir.visit_reader import read_visit
from services.hospital_gateway.application.assemble_report import Assembled, Rules, assemble
from services.hospital_gateway.application.documents import Kept
from services.hospital_gateway.domain.visit import Statement, Visit
from shared.clock import SystemClock

EXAMPLES = Path(__file__).parents[2] / "docs" / "fhir" / "examples"
ZONE = ZoneInfo("Asia/Jakarta")
OURS = "urn:simpul:"
# What an element may be that is no such element.
ODD: tuple[Any, ...] = (None, "", "9999-12-31", 1e308, [], {}, [None, "x", 3], {"coding": [3]})
RULES = Rules(relevance_rules(), body_part_rules())
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter",
    "status": "finished",
    "class": {"code": "IMP"},
    "period": {"start": "2026-11-20T10:10:00+07:00", "end": "2026-11-25T09:00:00+07:00"},
}


def kept(*resources: dict[str, Any], **encounter: Any) -> list[Kept]:
    """The Encounter `e` and these, each with the id it names or its place as id."""
    made = [Kept("Encounter", "e", 1, "0" * 64, {**ENCOUNTER, "id": "e", **encounter})]
    for place, resource in enumerate(resources):
        identity = str(resource.get("id", place))
        made.append(Kept(resource["resourceType"], identity, 1, f"{place:064x}", {**resource, "id": identity}))
    return made


def visit(*resources: dict[str, Any], **encounter: Any) -> Visit:
    return read_visit("e", kept(*resources, **encounter), ZONE)


def statement(*resources: dict[str, Any]) -> Statement:
    found = visit(*resources).statement
    assert found is not None
    return found


class NoWorkers:
    """Keys without a secret."""

    def worker_key(self, **_: Any) -> str:
        return "d:" + "0" * 64


def report(*resources: dict[str, Any], **encounter: Any) -> Assembled:
    return assemble(
        visit(*resources, **encounter),
        org="hospital:100000401",
        region_code="3671",
        version=1,
        at=SystemClock().now(),
        rules=RULES,
        workers=NoWorkers(),
    )


def narrative(said: str) -> dict[str, str]:
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{said}</div>'}


def composition(sections: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "Surat Keterangan Dokter 3b KK 3"},
        "date": "2026-11-28T09:00:00+07:00",
        "title": "3b KK 3",
        "section": [{"title": title, "text": narrative(said)} for title, said in sections.items()],
        **more,
    }


def finding(code: str, **value: Any) -> dict[str, Any]:
    concept = {"coding": [{"system": f"{OURS}observation", "code": code}]}
    return {"resourceType": "Observation", "status": "final", "code": concept, **value}


def coded(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} | ({"display": display} if display else {})]}


def example(name: str) -> list[dict[str, Any]]:
    """A published example's resources but for its Encounter, named so that they find one another."""
    text = (EXAMPLES / f"{name}.json").read_text("utf-8")
    for place, entry in enumerate(json.loads(text)["entry"]):
        kind = entry["resource"]["resourceType"]
        text = text.replace(entry["fullUrl"], f"{kind}/{'e' if kind == 'Encounter' else place}")
    found = [entry["resource"] for entry in json.loads(text)["entry"]]
    return [{**one, "id": str(place)} for place, one in enumerate(found) if one["resourceType"] != "Encounter"]


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
