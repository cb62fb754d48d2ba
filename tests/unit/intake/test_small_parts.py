"""Merge patch, file types, digests, the first checklist and the settings."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.application.facts import report_facts, stage_2_facts
from services.intake.application.forms.examples import ACCIDENT_REPORT, STAGE_2
from services.intake.domain.file_types import media_type_of
from services.intake.domain.merge_patch import merge_patch
from services.intake.domain.papers import first_checklist
from services.intake.entrypoints.http.content_digest import check_content_digest
from services.intake.settings import IntakeSettings
from shared.errors import Refusal, Unreadable


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [  # appendix A of RFC 7396
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_what_its_rfc_says(target: Any, patch: Any, result: Any) -> None:
    before = repr(target)
    assert merge_patch(target, patch) == result
    assert repr(target) == before


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(b"%PDF-2.0\n", "application/pdf"), (b"\xff\xd8\xff\xdb", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"),
     (b"", None), (b"%PDF", None), (b"\x89PNG\n", None), (b"<svg/>", None), (b"PK\x03\x04", None)],
)  # fmt: skip
def test_the_first_bytes_say_what_a_file_is(content: bytes, media_type: str | None) -> None:
    assert media_type_of(content) == media_type


def _digest(algorithm: str, content: bytes) -> str:
    return f"{algorithm}=:{base64.b64encode(hashlib.new(algorithm.replace('-', ''), content).digest()).decode()}:"


@pytest.mark.parametrize(
    "header",
    [None, "", _digest("sha-256", b"x"), f"{_digest('sha-512', b'x')} , {_digest('sha-256', b'x')}", "crc=:AA==:;q=1"],
)
def test_a_true_digest_passes(header: str | None) -> None:
    check_content_digest(header, b"x")


def test_one_wrong_digest_among_right_ones_is_refused() -> None:
    with pytest.raises(Refusal):
        check_content_digest(_digest("sha-256", b"x") + "," + _digest("sha-512", b"y"), b"x")


@pytest.mark.parametrize("header", ["sha-256", "sha-256=", "SHA-256=:AA==:", "sha-256=:A:", ",", "a" * 3_000])
def test_a_malformed_digest_is_unreadable(header: str) -> None:
    with pytest.raises(Unreadable):
        check_content_digest(header, b"x")


def states(report: dict[str, Any], stage_2: dict[str, Any] | None, codes: list[str]) -> dict[str, str]:
    items = first_checklist(report_facts(report), stage_2_facts(stage_2) if stage_2 else None, codes, "r")
    return {item.document_code: item.state for item in items}


def test_the_first_checklist_follows_from_the_report_and_what_was_brought() -> None:
    found = states(ACCIDENT_REPORT, None, ["ID"])
    assert (found["T1"], found["ID"], found["KPJ"], found["T2"]) == ("provided", "provided", "missing", "missing")
    assert "DEATH" not in found


def test_a_fatal_accident_asks_for_the_papers_of_a_death_at_once() -> None:
    fatal = {**ACCIDENT_REPORT, "event": {**ACCIDENT_REPORT["event"], "consequence": "death"}}
    assert states(fatal, None, [])["DEATH"] == "missing"


def test_stage_2_asks_for_the_papers_of_what_it_claims() -> None:
    found = states(ACCIDENT_REPORT, STAGE_2, [])
    assert (found["T2"], found["TRSP"], found["REST"], found["PHOTO"]) == ("provided", "missing", "missing", "missing")


COMMON: dict[str, Any] = {
    "port": 1,
    "public_url": "http://x",
    "issuer": "http://x",
    "database_url": "postgresql://x",
    "kafka_bootstrap": "x:1",
    "secrets_dir": Path("secrets"),
}


def test_papers_lie_below_the_services_own_folder_unless_a_store_is_named(tmp_path: Path) -> None:
    assert IntakeSettings(**COMMON, data_dir=tmp_path).documents_at == (tmp_path / "documents").as_uri()
    assert IntakeSettings(**COMMON, document_store_url="s3://papers/x").documents_at == "s3://papers/x"
    with pytest.raises(ValidationError, match="SIMPUL_DOCUMENT_STORE_URL"):
        IntakeSettings(**COMMON)
