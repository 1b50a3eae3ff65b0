"""Where a number stands along an axis, and which numbers are written there."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from itbench.interfaces.panel import PanelAxis
from itbench.view.charts.words import is_drawable, tick_text

# Of numbers that differ by less, all stand in one place.
_LEAST_PART: Final = 1e-9
_LEAST_SPAN: Final = 1e-12
_STEPS: Final = (1.0, 2.0, 5.0, 10.0)
_LEAST_LOGARITHM: Final = 1e-100
# An axis from 0 to 1 has numbers between, also where all values are one or the other.
_WHOLE_SPAN: Final = 2.0


@dataclass(frozen=True, slots=True)
class Scale:
    """A way from numbers to pixels.

    Attributes:
        axis: what is measured.
        low, high: the numbers at its ends; their logarithms where the axis has these.
        start, end: the pixels there.
        is_whole: whether all numbers are whole ones, and only such stand beside the axis.
    """

    axis: PanelAxis
    low: float
    high: float
    start: float
    end: float
    is_whole: bool = False

    def has(self, value: float | None) -> bool:
        """Tell whether a number has a place on the axis."""
        return is_drawable(value) and (not self.axis.is_log or (value or 0.0) > _LEAST_LOGARITHM)

    def at(self, value: float) -> float:
        """Return the pixel of a number; one beyond an end, or without a logarithm, stands at the end."""
        found = value if not self.axis.is_log else math.log10(max(value, _LEAST_LOGARITHM))
        part = (found - self.low) / (self.high - self.low)
        return self.start + min(1.0, max(0.0, part)) * (self.end - self.start)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Return at most about so many pixels with what is written there."""
        if self.axis.names:
            values = _named(self.low, self.high, len(self.axis.names), most)
        elif self.axis.is_log:
            values = _powers(self.low, self.high, most)
        else:
            values = _round(self.low, self.high, most, least=float(self.is_whole))
        return [(self.at(value), tick_text(self.axis, value)) for value in values]


def scale(axis: PanelAxis, values: Iterable[float | None], start: float, end: float) -> Scale:
    """Return a scale that has all values on it, as far as they can be drawn and the axis does not set its ends."""
    if axis.names and axis.is_log:
        axis = axis.model_copy(update={"is_log": False})  # Names stand at 0, 1, 2.
    probe = Scale(axis, 0.0, 1.0, 0.0, 1.0)
    ends = [each for each in (axis.low, axis.high) if probe.has(each)]
    found = [value for value in (*values, *ends) if value is not None and probe.has(value)]
    low, high = (min(found), max(found)) if found else ((1.0, 10.0) if axis.is_log else (0.0, 1.0))
    low = axis.low if axis.low is not None and probe.has(axis.low) else low
    high = axis.high if axis.high is not None and probe.has(axis.high) else high
    if axis.is_log:
        low, high = math.log10(low), math.log10(high)
    low, high = _apart(axis, low, high)
    if not axis.names:
        pad = (high - low) * 0.04
        low = low if axis.low is not None else low - pad
        high = high if axis.high is not None else high + pad
    is_whole = bool(found) and high - low >= _WHOLE_SPAN and all(value == int(value) for value in found)
    return Scale(axis, low, high, start, end, is_whole=is_whole)


def _apart(axis: PanelAxis, low: float, high: float) -> tuple[float, float]:
    """Return ends that differ, of which those that the axis sets stay."""
    least = max(abs(low), abs(high)) * _LEAST_PART
    if high - low > max(least, _LEAST_SPAN):
        return low, high
    half = max(abs(low) * 0.1, 0.5)
    if axis.low is not None:
        return low, low + 2 * half
    return (high - 2 * half, high) if axis.high is not None else (low - half, low + half)


def _round(low: float, high: float, most: int, least: float) -> list[float]:
    rough = max(least, (high - low) / max(1, most))
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in _STEPS if each * power >= rough * (1 - _LEAST_PART))
    first, last = math.ceil(low / step - _LEAST_PART), math.floor(high / step + _LEAST_PART)
    # Rounded, so that 3 * 0.1 is 0.3.
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _powers(low: float, high: float, most: int) -> list[float]:
    powers = range(math.ceil(low - _LEAST_PART), math.floor(high + _LEAST_PART) + 1)
    if len(powers) >= 2:
        every = max(1, math.ceil(len(powers) / max(1, most)))
        return [10.0**power for power in powers[::every]]
    between = [
        digit * 10.0**power
        for power in range(math.floor(low), math.ceil(high) + 1)
        for digit in (1, 2, 3, 5)
        if low <= math.log10(digit) + power <= high
    ]
    return _thinned(between, most) or [10.0 ** ((low + high) / 2)]


def _named(low: float, high: float, count: int, most: int) -> list[float]:
    first, last = max(0.0, low - _LEAST_PART), min(count - 1.0, high + _LEAST_PART)
    return _thinned([float(at) for at in range(math.ceil(first), math.floor(last) + 1)], most)


def _thinned(values: Sequence[float], most: int) -> list[float]:
    return list(values[:: max(1, math.ceil(len(values) / max(1, most)))])
