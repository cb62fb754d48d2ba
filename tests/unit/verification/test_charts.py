"""Bars on one scale from zero, with round ticks."""

import pytest

from services.verification.entrypoints.console.charts import chart


def test_lengths_are_in_proportion_and_the_longest_fits() -> None:
    drawn = chart([("a", 1.0, 2.0), ("b", 4.0, 8.0)])
    small, large = drawn.bars
    assert large.main_width == pytest.approx(4 * small.main_width, abs=0.2)
    assert drawn.origin + large.upper_width <= drawn.width
    assert drawn.ticks[-1][0] >= drawn.origin + large.upper_width


def test_ticks_are_round_and_few() -> None:
    for longest in (0.03, 0.9, 1, 7, 13, 99, 365, 12_345):
        ticks = chart([("a", 0.0, longest)]).ticks
        assert 2 <= len(ticks) <= 6
        step = float(ticks[1][1])
        assert f"{step:e}"[0] in "125"


def test_nothing_known_draws_nothing_and_does_not_divide_by_zero() -> None:
    drawn = chart([("a", None, None), ("b", 0.0, 0.0)])
    assert [bar.upper_width for bar in drawn.bars] == [0, 0]
    assert chart([]).bars == ()
