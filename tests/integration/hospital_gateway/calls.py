"""What a hospital's system does at the gateway, a step each."""

import json
from typing import Any

import httpx

from tests.integration.hospital_gateway.conftest import PUBLIC_URL, Hospital, of_type, sample, single

PATCH = {"Content-Type": "application/json-patch+json"}
FINISH = [{"op": "replace", "path": "/status", "value": "finished"}]


async def created(hospital: Hospital, resource: dict[str, Any]) -> str:
    """Where the resource is then, such as `Patient/…`."""
    answer = await hospital.post(f"/fhir/{resource['resourceType']}", resource)
    assert answer.status_code in (200, 201), answer.text
    return f"{resource['resourceType']}/{answer.json()['id']}"


async def visit_of(hospital: Hospital, name: str = "unrelated-hypertension", **changes: Any) -> tuple[str, str]:
    """A visit posted as bridges do it: the patient first, then the Encounter; no diagnosis yet."""
    bundle = sample(name)
    patient = await created(hospital, of_type(bundle, "Patient"))
    encounter = single(bundle, "Encounter", subject={"reference": patient}, diagnosis=None, **changes)
    return patient, await created(hospital, encounter)


async def patched(hospital: Hospital, path: str, operations: Any, **headers: str) -> httpx.Response:
    content = json.dumps(operations)
    return await hospital.http.patch(path, content=content, headers={**hospital.headers, **PATCH, **headers})


async def visit(hospital: Hospital) -> str:
    """The Encounter of a visit that goes on, with a report."""
    bundle = sample("hand-caught-in-press")
    of_type(bundle, "Encounter")["status"] = "in-progress"
    _, encounter, *_ = await hospital.accepted(bundle)
    return encounter


async def found(hospital: Hospital, path: str) -> list[dict[str, Any]]:
    """What a search answers."""
    answer = await hospital.get(path)
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")
    return [entry["resource"] for entry in bundle.get("entry", [])]


def code_in(answer: httpx.Response) -> str:
    """The code that the header of an answer leads to."""
    link = answer.headers["link"]
    url, _, relation = link.partition(">; ")
    assert relation == 'rel="urn:simpul:receipt"'
    assert url.startswith(f"<{PUBLIC_URL}/receipt/H")
    return str(url.rpartition("/")[2])
