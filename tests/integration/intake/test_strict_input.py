"""Bodies that no form can be read from."""

import json
from typing import Any

import pytest

from tests.support.intake_service import Intake, accident


async def post(intake: Intake, body: bytes, content_type: str = "application/json") -> Any:
    headers = {**intake.once(), "Content-Type": content_type}
    return await intake.http.post("/v1/accident-reports", content=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b'{"a": 1, "a": 2}', "duplicate-key"),
        (b'{"segment": "PU\x00"}', "nul"),
        (b'{"segment": "PU\\u0000"}', "nul"),
        (b'{"segment": "\\ud800"}', "not-json"),
        (b"\xff\xfe{}", "not-json"),
        (b"[" * 100 + b"]" * 100, "too-deep"),
        (b"[" * 100_000, "too-deep"),
        (b'{"wage": 1e999}', "number-range"),
        (b'{"wage": NaN}', "number-range"),
        (b'{"wage": ' + b"9" * 5_000 + b"}", "number-range"),
    ],
)
async def test_what_is_not_plain_json_is_unreadable(intake: Intake, body: bytes, code: str) -> None:
    answer = await post(intake, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_body_over_one_mebibyte_is_too_large(intake: Intake) -> None:
    report = accident()
    report["note"] = "x" * 1_048_576
    assert (await post(intake, json.dumps(report).encode())).status_code == 413

    async def endless() -> Any:
        while True:
            yield b" " * 65_536

    answer = await intake.http.post("/v1/accident-reports", content=endless(), headers=intake.once())
    assert answer.status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data", ""])
async def test_another_type_than_json_is_not_taken(intake: Intake, content_type: str) -> None:
    assert (await post(intake, json.dumps(accident()).encode(), content_type)).status_code == 415


async def test_thousands_of_unknown_fields_are_all_named(intake: Intake) -> None:
    report = accident() | {f"field_{n}": n for n in range(2_000)}
    answer = await post(intake, json.dumps(report).encode())
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 2_000


@pytest.mark.parametrize("name", ["a/b", "a~b", "", "\U0001f980", "x" * 5_000])
async def test_odd_names_of_fields_are_refused_with_a_pointer(intake: Intake, name: str) -> None:
    answer = await post(intake, json.dumps(accident() | {name: 1}).encode())
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["code"] == "unknown-field"
    assert error["pointer"] == "/" + name.replace("~", "~0").replace("/", "~1")


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=W10",
        "cursor=WyJhIiwiYiJd",
        "limit=0",
        "limit=201",
        "limit=x",
        "updated_since=yesterday",
        "updated_since=0",
    ],
)
async def test_wrong_query_parameters_are_refused(intake: Intake, query: str) -> None:
    answer = await intake.http.get(f"/v1/accident-reports?{query}", headers=intake.bearer())
    assert answer.status_code == 422


@pytest.mark.parametrize("version", ["0", "x", "99999999999999999999", ""])
async def test_a_wrong_version_of_a_paper_is_refused(intake: Intake, version: str) -> None:
    report = await intake.submit()
    path = f"/v1/accident-reports/{report['id']}/documents/ID?version={version}"
    for method in ("GET", "DELETE"):
        assert (await intake.http.request(method, path, headers=intake.bearer())).status_code == 422
