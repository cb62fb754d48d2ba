"""Every bundle among the samples is taken as the interface says, and read back equal to the last digit."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.hospital_gateway.conftest import SAMPLES, Gateway, Hospital

SYNTHEA = SAMPLES.parent / "synthea"
# As they have to come: histories name hospitals and practitioners by condition.
FIRST = ("hospitals", "practitioners")
HISTORIES = ("jessie", "josiah", "vonda")
_OURS_IN_META = ("versionId", "lastUpdated")


def exact(text: str | bytes) -> Any:
    """JSON with its decimals as they are written."""
    return json.loads(text, parse_float=lambda digits: ("decimal", digits))


def raw_of(name: str) -> bytes:
    return (SYNTHEA / f"{name}.json").read_bytes()


async def sent(hospital: Hospital, raw: bytes) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each entry of a Bundle that must be taken, with its answer."""
    answer = await hospital.post("/fhir", raw)
    assert answer.status_code == 200, answer.text
    responses = [entry["response"] for entry in answer.json()["entry"]]
    entries = exact(raw)["entry"]
    assert len(responses) == len(entries)
    return list(zip(entries, responses, strict=True))


def path_of(response: dict[str, Any]) -> str:
    return str(response["location"]).split("/_history")[0]


def differences(before: Any, after: Any, references: dict[str, str], where: str = "") -> Iterator[str]:
    """Where `after` says something else than `before` did, references put to what they mean here."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() | after.keys():
            yield from differences(before.get(name), after.get(name), references, f"{where}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, references, f"{where}[{number}]")
    else:
        expected = references.get(before, before) if where.endswith(".reference") else before
        if expected != after:
            yield f"{where}: {before} became {after}"


def decimals(value: Any) -> Iterator[str]:
    """The decimals in what `exact` read."""
    if isinstance(value, tuple):
        yield value[1]
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from decimals(part)


def without_ours(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource without its id and what the hub writes into its meta."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in _OURS_IN_META}
    return {**{name: value for name, value in resource.items() if name != "id"}, "meta": meta}


def keys_of(entry: dict[str, Any]) -> Iterator[str]:
    """Every reference that may mean this entry."""
    yield entry["fullUrl"]
    resource = entry["resource"]
    for one in resource.get("identifier", []):
        if "system" in one:
            yield f"{resource['resourceType']}?identifier={one['system']}|{one['value']}"


async def test_synthea_histories_come_back_equal_decimals_included(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    taken = [pair for name in (*FIRST, *HISTORIES) for pair in await sent(hospital, raw_of(name))]
    assert len(taken) == 428
    assert {response["status"] for _, response in taken} == {"201 Created"}
    meant = {key: path_of(response) for entry, response in taken for key in keys_of(entry)}
    digits: set[str] = set()
    for entry, response in taken:
        read = await hospital.get(f"/fhir/{path_of(response)}")
        assert read.status_code == 200, read.text
        found = exact(read.content)
        assert found["meta"]["versionId"] == "1"
        digits.update(decimals(found))
        assert list(differences(without_ours(entry["resource"]), without_ours(found), meant)) == []
    assert {"0.001130283521684783", "840.20"} <= digits


async def test_histories_before_their_practitioners_are_refused_whole(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    await sent(hospital, raw_of("hospitals"))
    before = await gateway.rows("SELECT count(*) AS n FROM resource WHERE org = $1", hospital.org)
    answer = await hospital.post("/fhir", raw_of("jessie"))
    assert answer.status_code == 422
    issues = answer.json()["issue"]
    assert {issue["details"]["coding"][0]["code"] for issue in issues} == {"reference-unresolved"}
    assert all(issue["expression"][0].startswith("Bundle.entry[") for issue in issues)
    assert await gateway.rows("SELECT count(*) AS n FROM resource WHERE org = $1", hospital.org) == before


async def test_hospitals_and_practitioners_sent_again_by_another_client_are_found_not_doubled(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    other = gateway.hospital(hospital.org.partition(":")[2], client="another")
    first = {path_of(response) for _, response in await sent(hospital, raw_of("hospitals"))}
    again = await sent(other, raw_of("hospitals"))
    assert {response["status"] for _, response in again} == {"200 OK"}
    assert {path_of(response) for _, response in again} == first


@pytest.mark.parametrize("name", ["hand-caught-in-press", "commuting-motorcycle", "unrelated-hypertension"])
async def test_visits_as_indonesian_hospitals_send_them_come_back_equal(gateway: Gateway, name: str) -> None:
    hospital, raw = gateway.hospital("100000401", client=name), (SAMPLES / f"{name}.json").read_bytes()
    taken = await sent(hospital, raw)
    meant = {key: path_of(response) for entry, response in taken for key in keys_of(entry)}
    for entry, response in taken:
        found = exact((await hospital.get(f"/fhir/{path_of(response)}")).content)
        assert list(differences(without_ours(entry["resource"]), without_ours(found), meant)) == []


async def test_only_the_work_accidents_among_the_samples_are_published(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    for name in (*FIRST, *HISTORIES):
        await sent(hospital, raw_of(name))
    for path in sorted(SAMPLES.glob("*.json")):
        await sent(hospital, path.read_bytes())
    reports = await gateway.reports(hospital)
    told = {content.patient.name: facts.signs for facts, content in reports}
    signs = ("injury-code", "external-cause")
    assert told == {"Budi Santoso": signs, "Siti Aminah": signs}
