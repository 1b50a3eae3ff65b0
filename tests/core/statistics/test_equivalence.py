"""No worse by a margin, and equal within one."""

import random

import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.
from hypothesis import given, settings, strategies as st

from itbench.errors import UsageError
from itbench.statistics import equivalence, mean_interval, mean_p_value

quickly = settings(deadline=None, database=None, max_examples=60)
Run = dict[str, list[float | None]]


def runs(differences: list[float]) -> tuple[Run, Run]:
    """Return two runs with these differences by task."""
    return (
        {f"t{i}": [max(0.0, each)] for i, each in enumerate(differences)},
        {f"t{i}": [max(0.0, -each)] for i, each in enumerate(differences)},
    )


@pytest.mark.parametrize(("solved", "n"), [(0, 5), (3, 5), (5, 5), (30, 40)])
@pytest.mark.parametrize("bound", [0.1, 0.5, 0.9])
def test_of_solved_or_not_the_p_value_is_the_binomial_one(solved: int, n: int, bound: float) -> None:
    found = mean_p_value([1.0] * solved + [0.0] * (n - solved), bound)
    expected = float(scipy.stats.binomtest(solved, n, bound, alternative="greater").pvalue)
    assert found == pytest.approx(expected, abs=1e-9)


def test_it_has_no_p_value_without_values_and_none_beyond_the_range() -> None:
    assert mean_p_value([], 0.5) is None
    assert mean_p_value([0.2], 0.0) == 0.0
    assert mean_p_value([0.2], 1.0) == 1.0
    assert mean_p_value([0.0] * 5, 0.0) == 1.0
    with pytest.raises(ValueError, match="outside"):
        mean_p_value([1.5], 0.5)


@pytest.mark.slow
@quickly
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.sampled_from([0.01, 0.05, 0.2]))
def test_the_p_value_is_alpha_where_the_lower_limit_is(values: list[float], alpha: float) -> None:
    limits = mean_interval(values, confidence=1 - 2 * alpha)
    assert limits is not None
    if limits.low > 1e-6:
        assert mean_p_value(values, limits.low) == pytest.approx(alpha, abs=1e-5)


def test_student_s_p_values_are_those_of_scipy() -> None:
    draw = random.Random(4)
    differences = [draw.choice([0.0, 0.0, 0.5, -0.5, 1.0, -1.0]) for _ in range(50)]
    found = equivalence(*runs(differences), 0.1)
    worse = scipy.stats.ttest_1samp(differences, -0.1, alternative="greater").pvalue
    better = scipy.stats.ttest_1samp(differences, 0.1, alternative="less").pvalue
    assert (found.t_p_worse, found.t_p_better) == pytest.approx((float(worse), float(better)))


def test_equal_runs_are_equal_only_where_there_are_enough_tasks() -> None:
    # If a share q of tasks were lost by one, none of n shows it with a chance of (1 - q)^n: 0.95^59 is just below 0.05.
    few, enough = equivalence(*runs([0.0] * 58), 0.05), equivalence(*runs([0.0] * 59), 0.05)
    assert few.p_worse == pytest.approx(0.95**58, abs=1e-6)
    assert (few.is_no_worse, few.is_equal) == (False, False)
    assert (enough.is_no_worse, enough.is_equal) == (True, True)
    assert enough.t_p_worse is None
    assert enough.interval is not None
    assert enough.interval.low == pytest.approx(-1 + 0.05 ** (1 / 59))


def test_a_better_run_is_no_worse_and_not_equal() -> None:
    found = equivalence(*runs([0.5] * 30), 0.1)
    assert (found.is_no_worse, found.is_equal) == (True, False)
    assert found.p_equal == found.p_better
    turned = equivalence(*runs([-0.5] * 30), 0.1)
    assert (turned.is_no_worse, turned.is_equal) == (False, False)


def test_runs_without_a_common_score_show_nothing() -> None:
    found = equivalence({"a": [1.0]}, {"b": [1.0]}, 0.05)
    assert (found.n_tasks, found.difference, found.interval, found.p_equal) == (0, None, None, None)
    assert not found.is_no_worse
    assert not found.is_equal


@pytest.mark.parametrize("margin", [0, -0.1, 1, float("nan")])
def test_a_margin_that_says_nothing_is_refused(margin: float) -> None:
    with pytest.raises(UsageError, match="above 0 and below 1"):
        equivalence({"a": [1.0]}, {"a": [1.0]}, margin)


def share_of_false_claims(n_tasks: int, n_runs: int, loss: float, seed: int) -> float:
    """Return how often an agent that is worse by 0.05 is called no worse: it loses that share of tasks, and swaps others."""
    draw, false = random.Random(seed), 0
    for _ in range(n_runs):
        found = [draw.random() for _ in range(n_tasks)]
        differences = [-1.0 if each < 0.05 + loss else (1.0 if each > 1 - loss else 0.0) for each in found]
        false += equivalence(*runs(differences), 0.05).is_no_worse
    return false / n_runs


@pytest.mark.soak
@pytest.mark.parametrize("loss", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("n_tasks", [10, 40, 200])
def test_a_worse_agent_is_called_no_worse_5_times_in_100_at_most(n_tasks: int, loss: float) -> None:
    # Four standard errors of a share of 0.05 in 1,000 are 0.028.
    assert share_of_false_claims(n_tasks, 1_000, loss, seed=n_tasks) <= 0.078


@pytest.mark.slow
def test_a_worse_agent_is_hardly_ever_called_no_worse() -> None:
    # A true share of 0.05 gives more than 8 in 50 once in 1,000 times; Student's t would give about 18.
    assert share_of_false_claims(20, 50, 0.0, seed=1) <= 8 / 50
