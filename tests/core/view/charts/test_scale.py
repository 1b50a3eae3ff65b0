"""Scales have all numbers on them, with few round ones beside the axis."""

import math

import pytest
from hypothesis import given, strategies as st

from itbench import PanelAxis
from itbench.view.charts.scale import scale

numbers = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=8)


@given(values=numbers, is_log=st.booleans(), most=st.integers(1, 20))
def test_numbers_stand_between_the_ends_and_in_order(values: list[float], is_log: bool, most: int) -> None:
    found = scale(PanelAxis(is_log=is_log), values, 10, 200)
    placed = sorted(value for value in values if found.has(value))
    pixels = [found.at(value) for value in placed]
    assert pixels == sorted(pixels)
    assert all(10 <= pixel <= 200 for pixel in pixels)
    ticks = found.ticks(most)
    assert len(ticks) <= 2 * most + 2
    assert all(10 <= pixel <= 200 and words for pixel, words in ticks)


@pytest.mark.parametrize(
    ("axis", "values", "wanted"),
    [
        (PanelAxis(low=0, high=1), [], ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (PanelAxis(low=0, high=1, unit="%"), [], ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]),
        (PanelAxis(unit="$", low=0), [1400], ["$0", "$500", "$1,000"]),
        (PanelAxis(is_log=True), [0.1, 100], ["0.1", "1", "10", "100"]),
        (PanelAxis(is_log=True), [2, 6], ["2", "3", "5"]),
        (PanelAxis(names=("mon", "tue", "wed")), [0, 2], ["mon", "tue", "wed"]),
        (PanelAxis(), [math.nan], ["0", "0.5", "1"]),
        (PanelAxis(), [7.0], ["6.5", "7", "7.5"]),
    ],
    ids=["unit", "per cent", "dollars", "powers", "between powers", "names", "nothing", "one number"],
)
def test_round_numbers_stand_beside_the_axis(axis: PanelAxis, values: list[float], wanted: list[str]) -> None:
    assert [words for _, words in scale(axis, values, 0, 100).ticks(5)] == wanted
