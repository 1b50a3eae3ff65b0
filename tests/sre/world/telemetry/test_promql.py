"""The functions of PromQL against hand-computed cases."""

from __future__ import annotations

from math import inf, isnan, nan

import pytest

from itbench_sre.world.telemetry.promql import (
    exponent_text,
    histogram_quantile,
    increase,
    rate,
    template_text,
    total,
)

MINUTE_MS = 60_000
RANGE_MS = 2 * MINUTE_MS


def test_a_rate_is_extrapolated_to_both_ends_of_the_range() -> None:
    # 6 more in 60 s; 30 s are missing on each side, both under 1.1 intervals: 6 * 120 / 60 / 120.
    points = [(30_000, 100.0), (90_000, 106.0)]
    assert rate(points, RANGE_MS, RANGE_MS) == pytest.approx(0.1, rel=1e-15)
    assert increase(points, RANGE_MS, RANGE_MS) == pytest.approx(12.0, rel=1e-15)


def test_one_sample_has_no_rate() -> None:
    assert rate([(90_000, 5.0)], RANGE_MS, RANGE_MS) is None


def test_the_range_is_open_on_the_left() -> None:
    assert rate([(0, 1.0), (90_000, 5.0)], RANGE_MS, RANGE_MS) is None
    assert rate([(1, 1.0), (90_000, 5.0)], RANGE_MS, RANGE_MS) is not None


def test_a_sample_after_the_range_is_not_seen() -> None:
    assert rate([(90_000, 5.0), (120_001, 9.0)], RANGE_MS, RANGE_MS) is None


def test_a_counter_reset_adds_what_was_lost() -> None:
    # 10 -> 4 is a reset: the rise is (2 - 10) + 10 + ... = 4 - 10 + 10 and then 6 - 4.
    points = [(15_000, 10.0), (60_000, 4.0), (105_000, 6.0)]
    # 6 in 90 s; 15 s missing on each side: 6 * 120 / 90.
    assert increase(points, RANGE_MS, RANGE_MS) == pytest.approx(8.0, rel=1e-15)


def test_a_gap_of_more_than_11_tenths_of_an_interval_is_filled_by_half_an_interval() -> None:
    # Samples 10 s apart at the end only: 100 s are missing on the left, 5 s are added instead.
    points = [(100_000, 50.0), (110_000, 60.0), (120_000, 70.0)]
    assert increase(points, RANGE_MS, RANGE_MS) == pytest.approx(20 * 25 / 20, rel=1e-15)


def test_a_counter_is_not_extrapolated_below_zero() -> None:
    # 1 -> 5 in 60 s would be zero 15 s before the first sample, although 45 s are missing.
    points = [(45_000, 1.0), (105_000, 5.0)]
    assert increase(points, RANGE_MS, RANGE_MS) == pytest.approx(4 * (60 + 15 + 15) / 60, rel=1e-15)


def test_a_counter_that_stands_still_has_rate_zero() -> None:
    assert rate([(30_000, 7.0), (90_000, 7.0)], RANGE_MS, RANGE_MS) == 0.0


@pytest.mark.parametrize(
    ("buckets", "value"),
    [
        ([(10.0, 0.0), (100.0, 10.0), (inf, 10.0)], 95.5),
        ([(10.0, 20.0), (100.0, 20.0), (inf, 20.0)], 9.5),
        ([(10.0, 1.0), (100.0, 2.0), (inf, 10.0)], 100.0),
        ([(-5.0, 20.0), (10.0, 20.0), (inf, 20.0)], -5.0),
        ([(10.0, 5.0), (100.0, 4.0), (inf, 5.0)], 9.5),
        ([(10.0, 2.0), (10.0, 3.0), (inf, 5.0)], 9.5),
    ],
    ids=["inside", "first bucket", "last bucket", "negative first", "made monotonic", "same bound twice"],
)
def test_the_quantile_of_a_histogram(buckets: list[tuple[float, float]], value: float) -> None:
    assert histogram_quantile(0.95, buckets) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "buckets",
    [[], [(10.0, 1.0), (20.0, 2.0)], [(inf, 3.0)], [(10.0, 0.0), (inf, 0.0)]],
    ids=["nothing", "no infinity", "only infinity", "no observations"],
)
def test_a_histogram_without_a_quantile(buckets: list[tuple[float, float]]) -> None:
    assert isnan(histogram_quantile(0.95, buckets))


def test_differences_of_rounding_do_not_make_a_bucket_smaller() -> None:
    buckets = [(10.0, 1.0), (20.0, 1.0 - 1e-13), (inf, 1.0)]
    assert histogram_quantile(0.95, buckets) == pytest.approx(9.5, rel=1e-12)


def test_sums_do_not_lose_small_terms() -> None:
    assert total([1.0, 1e100, 1.0, -1e100]) == 2.0


@pytest.mark.parametrize(
    ("value", "shown", "templated"),
    [
        (1.0, "1e+00", "1"),
        (0.02222222222222222, "2.222222222222222e-02", "0.02222222222222222"),
        (44037.17260273972, "4.403717260273972e+04", "44037.17260273972"),
        (15000.0, "1.5e+04", "15000"),
        (0.0, "0e+00", "0"),
        (1234.5, "1.2345e+03", "1234.5"),
        (1e-05, "1e-05", "1e-05"),
        (0.00012, "1.2e-04", "0.00012"),
        (1e21, "1e+21", "1e+21"),
        (-2.5, "-2.5e+00", "-2.5"),
        (inf, "+Inf", None),
        (nan, "NaN", None),
    ],
)
def test_numbers_are_shown_as_go_shows_them(value: float, shown: str, templated: str | None) -> None:
    assert exponent_text(value) == shown
    if templated is not None:
        assert template_text(value) == templated
