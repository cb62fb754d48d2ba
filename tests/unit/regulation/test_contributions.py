"""Contributions by month, segment and risk group, with their discounts; risk groups by sector."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.regulation.contributions import (
    CONTRIBUTIONS,
    Payer,
    contribution,
    load_contributions,
    load_risk_groups,
    risk_group_of,
)
from shared.regulation.data_files import DATA_FOLDER, BadRuleFile

W = 5_000_000


def due(segment: str, month: date, base: int = W, **more: Any) -> int | None:
    found = contribution(Payer(segment, month, base, **more))
    return found.amount_rupiah if found else None


# Of 5,000,000 by risk group: at the base rate, for members of JKP, and half of the base for labour-intensive industry.
@pytest.mark.parametrize(
    ("group", "base", "jkp", "discounted"),
    [
        ("I", 12_000, 5_000, 6_000),
        ("II", 27_000, 20_000, 13_500),
        ("III", 44_500, 37_500, 22_250),
        ("IV", 63_500, 56_500, 31_750),
        ("V", 87_000, 80_000, 43_500),
    ],
)
def test_rates_by_risk_group(group: str, base: int, jkp: int, discounted: int) -> None:
    month = date(2025, 3, 1)
    assert due("PU", month, risk_group=group) == base
    assert due("PU", month, risk_group=group, jkp_member=True) == jkp
    assert due("PU", month, risk_group=group, labour_intensive=True) == discounted
    assert due("PU_NON_ASN", month, risk_group=group, labour_intensive=True, jkp_member=True) == discounted


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (date(2015, 7, 1), 27_000),
        (date(2020, 7, 1), 27_000),
        (date(2020, 8, 1), 270),
        (date(2021, 1, 1), 270),
        (date(2021, 2, 1), 20_000),
        (date(2023, 9, 1), 20_000),
        (date(2023, 10, 1), 20_000),
        (date(2015, 6, 1), None),
    ],
)
def test_the_month_selects_rate_and_relief(month: date, expected: int | None) -> None:
    assert due("PU", month, risk_group="II", jkp_member=True) == expected


@pytest.mark.parametrize(
    ("month", "expected"),
    [(date(2025, 1, 1), 20_000), (date(2025, 2, 1), 13_500), (date(2026, 1, 1), 13_500), (date(2026, 2, 1), 20_000)],
)
def test_labour_intensive_industry_pays_half_of_the_base_for_a_year(month: date, expected: int) -> None:
    assert due("PU", month, risk_group="II", jkp_member=True, labour_intensive=True) == expected


@pytest.mark.parametrize(
    ("month", "transport", "expected"),
    [
        (date(2025, 12, 1), True, 10_000),
        (date(2026, 1, 1), True, 5_000),
        (date(2026, 1, 1), False, 10_000),
        (date(2026, 4, 1), False, 5_000),
        (date(2027, 1, 1), False, 10_000),
        (date(2027, 3, 1), True, 5_000),
        (date(2027, 4, 1), True, 10_000),
    ],
)
def test_the_self_employed_pay_one_percent_of_a_nominal(month: date, transport: bool, expected: int) -> None:
    assert due("BPU", month, 800_000, transport_worker=transport) == expected


def test_construction_pays_of_wages_or_of_the_contract() -> None:
    assert due("JAKON", date(2026, 1, 1)) == 87_000
    # 0.21 % of 100 m, 0.17 % of 400 m, 0.13 % of 500 m, 0.11 % of 4,000 m, 0.09 % of 1,000 m.
    found = contribution(Payer("JAKON", date(2026, 1, 1), 6_000_000_000, of_contract=True))
    assert found is not None
    assert found.amount_rupiah == 210_000 + 680_000 + 650_000 + 4_400_000 + 900_000
    assert (found.confidence, found.formula.count("×")) == ("uncertain", 5)
    assert due("JAKON", date(2026, 1, 1), 100_000_000, of_contract=True) == 210_000


def test_migrants_pay_a_package_and_others_nothing_here() -> None:
    assert due("PMI", date(2026, 1, 1), 0) == 370_000
    assert due("ASN", date(2026, 1, 1), risk_group="I") is None
    assert due("PU", date(2026, 1, 1)) is None


def test_a_contribution_is_as_sure_as_its_least_sure_value() -> None:
    for month, confidence in ((date(2020, 7, 1), "certain"), (date(2020, 8, 1), "uncertain")):
        found = contribution(Payer("PU", month, W, risk_group="I"))
        assert found is not None
        assert found.confidence == confidence
    relieved = contribution(Payer("PU", date(2025, 8, 1), W, risk_group="I", labour_intensive=True))
    assert relieved is not None
    assert relieved.legal_basis == "PP 44/2015 art. 16(1); PP 36/2025 art. 10A"
    assert relieved.formula == "50 % × 0,24 % × 5.000.000"


def test_members_of_jkp_pay_fourteen_hundredths_less_in_every_group() -> None:
    base, jkp = CONTRIBUTIONS.risk_rates[0], CONTRIBUTIONS.risk_rates[-1]
    assert {base.percent[group] - jkp.percent[group] for group in base.percent} == {Decimal("0.14")}


@pytest.mark.parametrize(
    ("kbli", "group"), [("47111", "I"), ("01461", "I"), ("01134", "II"), ("41011", "V"), ("25111", None), ("", None)]
)
def test_the_longest_prefix_gives_the_risk_group(kbli: str, group: str | None) -> None:
    assert risk_group_of(kbli) == group


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("to: 2023-09-30", "to: 2023-10-31", "risk_rates.2.from: its validity overlaps that of PP 37/2021"),
        ("V: 1.74", "V: 174", "risk_rates.0.percent.V: 174 % is over 100 %"),
        ("applies_to: base\n    from: 2015", "applies_to: all\n    from: 2015", "unknown code all"),
        ("    legal_basis: PP 49/2023 art. 16A\n", "", "risk_rates.2: legal_basis is missing"),
        ("to_rupiah: 500000000,", "to_rupiah: 50000000,", "is not above the band before"),
        ("migrants:", "colour: red\nmigrants:", "colour: unknown key"),
    ],
)
def test_contributions_that_cannot_be_right_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "contributions.yaml"
    text = (DATA_FOLDER / path.name).read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BadRuleFile, match=re.escape(reason)) as refused:
        load_contributions(path)
    assert re.match(r"contributions\.yaml:\d+: ", str(refused.value))


def test_a_sector_in_two_risk_groups_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "risk_groups.yaml"
    path.write_text((DATA_FOLDER / path.name).read_text().replace('"1201"', '"47"'))
    with pytest.raises(BadRuleFile, match=r"risk_groups\.yaml:\d+: groups\.II\.kbli: 47 stands in group I too"):
        load_risk_groups(path)
