"""The estimate of a run: hand-computed, against scipy, and what must not change it."""

import math
from random import Random

import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.
from hypothesis import given, settings, strategies as st

from itbench.statistics import Interval, estimate, mean_interval

WORKED: dict[str, list[float | None]] = {"a": [1, 1, 0], "b": [0, 0, 0], "c": [1, 0.5, None], "d": [1, 1, 1]}
Run = dict[str, list[float | None]]
SCORES = st.none() | st.floats(0, 1)
RUNS = st.dictionaries(st.text(max_size=4), st.lists(SCORES, max_size=4), max_size=8)
quickly = settings(deadline=None, database=None, max_examples=60)


def test_the_worked_example_is_what_the_hand_says() -> None:
    found = estimate(WORKED)
    assert found.mean == pytest.approx((2 / 3 + 0 + 3 / 4 + 1) / 4)
    assert found.missing_as_zero == pytest.approx((2 / 3 + 0 + 1 / 2 + 1) / 4)
    assert found.missing_left_out == found.mean
    # squared distances of 2/3, 0, 3/4, 1 from 29/48 add up to 0.546875
    assert found.standard_error == pytest.approx(math.sqrt(0.546875 / 3 / 4))
    assert found.interval == mean_interval([2 / 3, 0, 3 / 4, 1])
    assert found.within_variance == pytest.approx((2 / 3 + 1 / 8) / 7)
    assert found.between_variance == pytest.approx(0.546875 / 3 - (2 / 3 + 1 / 8) / 7 * 3 / 8)
    assert (found.n_scored, found.n_planned) == (11, 12)
    assert (found.n_tasks_scored, found.n_tasks_planned) == (4, 4)
    assert not found.is_complete


@pytest.mark.slow  # Imports scipy.stats.
def test_the_error_agrees_with_scipy() -> None:
    values = {f"t{i}": [(i * 7 % 11) / 11, (i * 5 % 13) / 13] for i in range(40)}
    task_means = [sum(repeats) / 2 for repeats in values.values()]
    found = estimate(values)
    assert found.standard_error == pytest.approx(float(scipy.stats.sem(task_means)))


def test_repeats_of_a_task_are_not_taken_for_independent_trials() -> None:
    once = estimate({"a": [0.0], "b": [1.0], "c": [1.0]})
    ten_times = estimate({"a": [0.0] * 10, "b": [1.0] * 10, "c": [1.0] * 10})
    assert ten_times.standard_error == once.standard_error
    assert ten_times.within_variance == 0


def test_a_task_counts_once_however_often_it_was_repeated() -> None:
    assert estimate({"a": [1.0] * 9, "b": [0.0]}).mean == 0.5


def test_spread_within_tasks_alone_leaves_nothing_between_them() -> None:
    found = estimate({"a": [0, 1], "b": [1, 0], "c": [0, 1]})
    assert found.within_variance == pytest.approx(0.5)
    assert found.between_variance == 0


def test_a_run_without_tasks_has_no_mean() -> None:
    found = estimate({})
    assert found.mean is None
    assert found.missing_as_zero is None
    assert found.interval is None
    assert (found.n_planned, found.n_tasks_planned) == (0, 0)
    assert found.is_complete


def test_a_run_without_scores_has_no_mean_but_a_lower_bound() -> None:
    found = estimate({"a": [None, None], "b": [None]})
    assert found.mean is None
    assert found.missing_as_zero == 0
    assert (found.n_scored, found.n_planned, found.n_tasks_scored, found.n_tasks_planned) == (0, 3, 0, 2)


def test_one_task_has_a_mean_and_a_wide_interval() -> None:
    found = estimate({"a": [1, 0, 1], "b": [None]})
    assert found.mean == pytest.approx(2 / 3)
    assert found.missing_as_zero == pytest.approx(1 / 3)
    assert found.standard_error is None
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((0.025 * 2 / 3, 1 - 0.025 / 3))
    assert found.within_variance == pytest.approx(1 / 3)
    assert found.between_variance is None


def test_single_repeats_tell_nothing_of_the_spread_within_tasks() -> None:
    found = estimate({"a": [1], "b": [0, None]})
    assert found.within_variance is None
    assert found.between_variance is None


def test_a_task_with_nothing_planned_is_no_task() -> None:
    assert estimate({"a": [], "b": [1.0]}) == estimate({"b": [1.0]})


def test_values_outside_the_range_of_a_score_have_no_interval() -> None:
    found = estimate({"a": [0.9], "b": [1.5], "c": [1.0]})
    assert found.mean == pytest.approx(3.4 / 3)
    assert found.interval is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_a_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        estimate({"a": [value], "b": [1.0]})


def test_equal_tasks_have_no_spread_whatever_the_rounding() -> None:
    found = estimate({f"t{i}": [0.1, 0.1, 0.1] for i in range(3)})
    assert found.mean == 0.1
    assert found.standard_error == 0
    assert found.within_variance == 0
    assert found.interval == mean_interval([0.1, 0.1, 0.1])
    assert found.interval != Interval(0.1, 0.1)


@pytest.mark.slow
@quickly
@given(RUNS, st.randoms(use_true_random=False))
def test_the_order_of_tasks_and_repeats_does_not_matter(run: Run, random: Random) -> None:
    shuffled = [(task, random.sample(repeats, len(repeats))) for task, repeats in run.items()]
    random.shuffle(shuffled)
    assert estimate(dict(shuffled)) == estimate(run)


@pytest.mark.slow
@quickly
@given(RUNS, st.data())
def test_a_missing_trial_more_never_changes_the_mean_of_those_scored(run: Run, data: st.DataObject) -> None:
    more = {task: [*repeats, *[None] * data.draw(st.integers(0, 2))] for task, repeats in run.items()}
    more["a task that was never scored"] = [None]
    assert estimate(more).missing_left_out == estimate(run).missing_left_out
    assert estimate(more).interval == estimate(run).interval


@pytest.mark.slow
@quickly
@given(RUNS)
def test_missing_as_zero_is_never_above_missing_left_out(run: Run) -> None:
    found = estimate(run)
    if found.mean is None:
        assert found.missing_as_zero in {None, 0.0}
    else:
        assert found.missing_as_zero is not None
        assert found.missing_as_one is not None
        assert found.missing_as_zero <= found.mean + 1e-12
        assert found.mean <= found.missing_as_one + 1e-12
        if found.is_complete:
            assert found.missing_as_zero == found.mean


@pytest.mark.slow
@quickly
@given(RUNS)
def test_the_mean_lies_within_the_values_and_the_interval_about_it(run: Run) -> None:
    found = estimate(run)
    scores = [value for repeats in run.values() for value in repeats if value is not None]
    assert (found.mean is None) == (not scores)
    assert found.n_scored == len(scores)
    if found.mean is not None:
        assert min(scores) <= found.mean <= max(scores)
    if found.mean is not None and found.interval is not None:
        assert found.interval.low <= found.mean <= found.interval.high
