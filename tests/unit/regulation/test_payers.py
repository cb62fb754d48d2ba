"""The table of payers: what a file must be to be taken, and what the shipped one says."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.regulation.data_files import DATA_FOLDER, BadRuleFile
from shared.regulation.payers import PAYER_TABLE, load_payers

Spoil = Callable[[dict[str, Any]], object]


def spoilt(folder: Path, spoil: Spoil) -> Path:
    data = yaml.safe_load((DATA_FOLDER / "payers.yaml").read_text())
    spoil(data)
    path = folder / "payers.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda d: d["cases"]["late_stage_1"][1].update(to=date(2025, 3, 1)), "overlaps the row from"),
        (lambda d: d["cases"]["arrears"][0].pop("legal_basis"), "legal_basis is missing"),
        (lambda d: d["cases"]["arrears"][0].update(confidence="maybe"), "confidence must be"),
        (lambda d: d["cases"]["arrears"][0]["steps"][0].update(payer="NOBODY"), "unknown code NOBODY"),
        (lambda d: d["cases"]["arrears"][0]["steps"][0].update(zz=1), "unknown key"),
        (lambda d: d["cases"]["arrears"][0].update(steps=[]), "a payer is expected"),
        (lambda d: d["cases"].pop("traffic"), "exactly the codes of payer_reasons"),
        (lambda d: d["cases"].update(zz=[]), "exactly the codes of payer_reasons"),
        (lambda d: d["cases"]["traffic"][0]["steps"][0].update(up_to_rupiah=0), "at least 1"),
        (lambda d: d["contributions"][0].update(due_day=31), "a day that every month has"),
        (lambda d: d.update(contributions=[]), "a row is expected"),
        (lambda d: d["hand_over_note"].pop("en"), "en is missing"),
        (lambda d: d.update(zz=1), "unknown key"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_file_line_and_reason(
    tmp_path: Path, spoil: Spoil, reason: str
) -> None:
    with pytest.raises(BadRuleFile, match=r"^payers\.yaml:\d+: .*" + reason):
        load_payers(spoilt(tmp_path, spoil))


def test_a_late_report_costs_by_the_law_of_its_day() -> None:
    before, since = (PAYER_TABLE.steps("late_stage_1", day) for day in (date(2025, 2, 23), date(2025, 2, 24)))
    assert before[0].confidence == "uncertain"
    assert since[0].legal_basis == "Permenaker 1/2025 art. 8(2a)-(2b)"


def test_jasa_raharja_pays_the_first_twenty_million() -> None:
    (step,) = PAYER_TABLE.steps("traffic", date(2026, 1, 1))
    assert (step.payer, step.share, step.up_to_rupiah) == ("JASA_RAHARJA", "care", 20_000_000)
