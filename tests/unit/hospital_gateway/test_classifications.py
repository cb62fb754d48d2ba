"""Codes of ICD-10 and ICD-9-CM: what hospitals rightly send counts, and what does not exist is told."""

from pathlib import Path

import pytest
import yaml

from services.hospital_gateway.adapters.fhir import classifications
from services.hospital_gateway.adapters.fhir.classifications import icd9_cm_problem, icd10_problem, listed_codes


@pytest.mark.parametrize(
    "code",
    [
        "S62.5", "S625", "S62", "S62.50", "M79.09", "W31", "W31.9", "W31.92", "Y96", "Z57.5", "G20+", "E11.9", "I70.20",
        "T08.1", "M45.3",
    ],
)  # fmt: skip
def test_codes_of_the_list_and_their_supplementary_characters_count(code: str) -> None:
    assert icd10_problem(code) is None


@pytest.mark.parametrize("code", ["A90", "A91", "I84.9", "K58.9", "H54.7", "K35.9", "N18.0", "R50.1"])
def test_codes_of_earlier_editions_count(code: str) -> None:
    assert icd10_problem(code) is None


@pytest.mark.parametrize("code", ["S62.9", "A99.9", "U98", "E11.65", "Y06.3"])
def test_a_well_formed_code_that_does_not_exist_is_unknown(code: str) -> None:
    assert icd10_problem(code) == "icd10-unknown"


@pytest.mark.parametrize(
    "code", ["", "S6", "62.5", "s62.5", "S62.5.1", "S62.501", "fracture", "S62. 5", "S00-S09", "XIX"]
)
def test_what_has_not_the_form_is_told_so(code: str) -> None:
    assert icd10_problem(code) == "icd10-format"


def test_every_code_of_the_list_counts() -> None:
    codes = [code for code in listed_codes() if code[-1].isdigit() and "-" not in code]
    assert len(codes) > 12_000
    assert [code for code in codes if icd10_problem(code)] == []


def test_earlier_editions_hold_only_what_the_list_lacks() -> None:
    kept = yaml.safe_load((Path(classifications.__file__).parent / "icd10_beyond_the_list.yaml").read_text("utf-8"))
    assert set(kept["earlier_editions"]) & set(listed_codes()) == set()
    assert kept["confidence"] == "uncertain"


@pytest.mark.parametrize("code", ["79.01", "7901", "79", "93.3", "00.66", "805.2", "V58.1", "E885.9"])
def test_the_form_of_icd_9_cm_counts(code: str) -> None:
    assert icd9_cm_problem(code) is None


@pytest.mark.parametrize("code", ["7", "79.012", "79,01", "S62.5", "ORIF", "79.", ""])
def test_what_has_not_the_form_of_icd_9_cm_is_told_so(code: str) -> None:
    assert icd9_cm_problem(code) == "icd9cm-format"
