"""Bars as SVG that the server draws: they print, need no script, and stand beside a table with the same numbers."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_LABEL_WIDTH = 230
_BARS_WIDTH = 380
_VALUE_WIDTH = 110
_ROW_HEIGHT = 26
_AXIS_HEIGHT = 22
_TICKS_MAX = 5


@dataclass(frozen=True)
class Bar:
    """One row: `main` is drawn dark, `upper` (at least as long) light behind it; None draws nothing."""

    label: str
    main: float | None
    upper: float | None
    y: int = 0
    main_width: float = 0
    upper_width: float = 0

    @property
    def text_y(self) -> int:
        return self.y + _ROW_HEIGHT // 2 + 4


@dataclass(frozen=True)
class Chart:
    """Everything placed; lengths in user units of the drawing."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    width: int = _LABEL_WIDTH + _BARS_WIDTH + _VALUE_WIDTH
    origin: int = _LABEL_WIDTH

    @property
    def foot(self) -> int:
        return self.height - _AXIS_HEIGHT


def chart(rows: Iterable[tuple[str, float | None, float | None]]) -> Chart:
    """Rows of label, main value and upper value, none of them negative, on one scale from zero."""
    listed = list(rows)
    longest = max((value for _, *values in listed for value in values if value is not None), default=0.0)
    step = _tick_step(longest)
    end = step * max(math.ceil(longest / step), 1)
    bars = [
        Bar(label, main, upper, place * _ROW_HEIGHT, _length(main, end), _length(upper, end))
        for place, (label, main, upper) in enumerate(listed)
    ]
    ticks = [(_LABEL_WIDTH + _BARS_WIDTH * n * step / end, f"{n * step:g}") for n in range(round(end / step) + 1)]
    return Chart(tuple(bars), tuple(ticks), len(bars) * _ROW_HEIGHT + _AXIS_HEIGHT)


def _length(value: float | None, end: float) -> float:
    return 0.0 if value is None else round(_BARS_WIDTH * value / end, 1)


def _tick_step(longest: float) -> float:
    """1, 2 or 5 times a power of ten, so that at most `_TICKS_MAX` steps are needed."""
    if longest <= 0:
        return 1.0
    rough = longest / _TICKS_MAX
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
