"""Every event that was ever a sample still reads as it did."""

import json
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from shared.events import CATALOGUE, decode
from shared.events.json_schemas import SCHEMAS
from tests.contract.golden import FOLDER, MANIFEST, add_missing, manifest_problems, opened_form, published_sealer

SEALER = published_sealer()
SEALED = sorted(FOLDER.glob("*/*.sealed.json"))
# The first samples ever entered. A shorter or different beginning means that the past was rewritten.
FIRST_ENTRY = "jkk.accident-report.submitted.v1/full.sealed.json"


def contains(whole: Any, part: Any) -> bool:
    """Whether `whole` has everything `part` has: later fields may be more, nothing may be less or different."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(k in whole and contains(whole[k], v) for k, v in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(contains(w, p) for w, p in zip(whole, part, strict=True))
    return bool(whole == part)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def opened_beside(path: Path) -> Path:
    return path.with_name(path.name.replace(".sealed.", ".opened."))


@pytest.mark.parametrize("path", SEALED, ids=lambda path: f"{path.parent.name}/{path.name.split('.')[0]}")
def test_a_golden_sample_decodes_to_its_opened_form(path: Path) -> None:
    record = read(path)
    value = None if record["value"] is None else orjson.dumps(record["value"])
    event = decode(record["headers"], value, SEALER, key=record["key"])
    assert contains(opened_form(event), read(opened_beside(path)))
    assert CATALOGUE[event.type].topic == record["topic"]


@pytest.mark.parametrize("path", SEALED, ids=lambda path: f"{path.parent.name}/{path.name.split('.')[0]}")
def test_a_golden_sample_fits_the_committed_schemas(path: Path) -> None:
    record, opened = read(path), read(opened_beside(path))
    if record["value"] is None:
        return
    type_ = record["headers"]["ce_type"]
    Draft202012Validator(read(SCHEMAS / f"{type_}.json")).validate(record["value"])
    if opened["content"] is not None:
        Draft202012Validator(read(SCHEMAS / f"{type_}.content.json")).validate(opened["content"])


def test_every_type_has_a_golden_sample() -> None:
    assert {path.parent.name for path in SEALED} == set(CATALOGUE)


def test_every_sample_is_golden() -> None:
    missing = add_missing_names()
    assert not missing, "run `python -m tests.contract.golden`"


def add_missing_names() -> list[str]:
    from tests.contract.event_samples import samples

    return [f"{t}/{name}" for t, name in samples() if not (FOLDER / t / f"{name}.sealed.json").exists()]


def test_no_golden_sample_was_changed_or_removed() -> None:
    assert not manifest_problems(FOLDER)
    assert (FOLDER / MANIFEST).read_text().splitlines()[0].endswith(FIRST_ENTRY)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "golden"))


def test_changing_a_sample_is_noticed(copy: Path) -> None:
    path = copy / FIRST_ENTRY
    path.write_text(path.read_text().replace("employer:JJ012345", "employer:JJ999999"))
    assert manifest_problems(copy) == [f"{FIRST_ENTRY}: changed"]


def test_removing_a_sample_is_noticed(copy: Path) -> None:
    (copy / FIRST_ENTRY).unlink()
    assert manifest_problems(copy) == [f"{FIRST_ENTRY}: removed"]


def test_a_sample_beside_the_manifest_is_noticed(copy: Path) -> None:
    shutil.copy(copy / FIRST_ENTRY, copy / "jkk.claim.changed.v1" / "smuggled.sealed.json")
    assert manifest_problems(copy) == ["jkk.claim.changed.v1/smuggled.sealed.json: not in the manifest"]


def test_adding_samples_never_rewrites_one(copy: Path) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    shutil.rmtree(copy / "jkk.claim.changed.v1")
    (copy / FIRST_ENTRY).write_text("touched")
    add_missing(copy, SEALER)
    assert (copy / "jkk.claim.changed.v1" / "full.sealed.json").exists()
    assert (copy / FIRST_ENTRY).read_text() == "touched"
    kept = [p for p in before if p.parent.name == "jkk.medical-report.assembled.v1"]
    assert all(p.read_bytes() == before[p] for p in kept)


@pytest.mark.parametrize(
    ("whole", "part"),
    [({"a": 1}, {"a": 2}), ({}, {"a": None}), ([1], [1, 2]), ([1, 2], [1]), ({"a": "1"}, {"a": 1})],
)
def test_a_lost_or_changed_value_would_be_seen(whole: Any, part: Any) -> None:
    assert not contains(whole, part)
