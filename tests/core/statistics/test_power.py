"""Power against the noncentral t of scipy and the tables in print."""

import math
from itertools import product

import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.

from itbench.errors import UsageError
from itbench.statistics import power_of, smallest_difference, tasks_needed


def scipy_power(effect: float, n_tasks: int, alpha: float = 0.05) -> float:
    critical = scipy.stats.t.ppf(1 - alpha / 2, n_tasks - 1)
    shift = effect * math.sqrt(n_tasks)
    return float(
        scipy.stats.nct.sf(critical, n_tasks - 1, shift) + scipy.stats.nct.cdf(-critical, n_tasks - 1, shift)
    )


def test_the_power_agrees_with_the_noncentral_t() -> None:
    for n_tasks, shift in product([2, 3, 5, 10, 40, 59, 500, 10_000], [0.3, 1.0, 2.8, 5.0]):
        effect = shift / math.sqrt(n_tasks)
        found, expected = power_of(effect * 0.3, 0.3, n_tasks), scipy_power(effect, n_tasks)
        assert found == pytest.approx(expected, abs=2e-6), (n_tasks, shift)


@pytest.mark.parametrize(
    ("effect", "printed"),
    [(0.2, 199), (0.5, 34), (0.8, 15), (1.0, 10), (0.1, 787)],
    ids=["small", "medium", "large", "one deviation", "a tenth"],
)
def test_the_tasks_needed_are_those_of_the_printed_tables(effect: float, printed: int) -> None:
    assert tasks_needed(effect * 0.35, 0.35) == printed


@pytest.mark.parametrize("effect", [0.05, 0.15, 0.33, 0.7, 1.5, 4.0])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
def test_the_tasks_needed_are_enough_and_one_less_is_not(effect: float, power: float) -> None:
    found = tasks_needed(effect, 1.0, power=power)
    assert found is not None
    assert scipy_power(effect, found) >= power - 1e-6
    assert found == 2 or scipy_power(effect, found - 1) < power + 1e-6


def test_a_stricter_test_needs_more_tasks_than_the_normal_formula_says() -> None:
    # (1.95996 + 0.84162)^2 (0.3 / 0.1)^2 = 70.6, to which Student's t adds two
    assert tasks_needed(0.1, 0.3) == 73
    assert tasks_needed(-0.1, 0.3) == 73
    strict = tasks_needed(0.1, 0.3, alpha=0.01)
    assert strict is not None
    assert strict > 73


@pytest.mark.parametrize("n_tasks", [3, 5, 40, 59, 118, 3000])
def test_the_smallest_difference_is_found_with_just_the_power(n_tasks: int) -> None:
    found = smallest_difference(n_tasks, 0.35)
    assert found is not None
    assert scipy_power(found / 0.35, n_tasks) == pytest.approx(0.8, abs=2e-6)


def test_the_smallest_difference_of_so_many_tasks_needs_so_many_tasks() -> None:
    found = smallest_difference(59, 0.35)
    assert found is not None
    assert tasks_needed(found * 1.0001, 0.35) == 59


def test_one_task_shows_nothing() -> None:
    assert smallest_difference(1, 0.3) is None
    assert smallest_difference(0, 0.3) is None


def test_without_spread_two_tasks_show_any_difference() -> None:
    assert tasks_needed(0.1, 0.0) == 2
    assert smallest_difference(2, 0.0) == 0


def test_a_difference_beyond_any_suite_is_none() -> None:
    assert tasks_needed(1e-9, 0.3) is None


@pytest.mark.parametrize("difference", [0, math.nan])
def test_no_number_of_tasks_shows_no_difference(difference: float) -> None:
    with pytest.raises(UsageError, match="ask for one above 0"):
        tasks_needed(difference, 0.3)


@pytest.mark.parametrize("standard_deviation", [-0.1, math.nan, math.inf])
def test_an_impossible_spread_is_refused(standard_deviation: float) -> None:
    with pytest.raises(UsageError, match="standard deviation"):
        tasks_needed(0.1, standard_deviation)


@pytest.mark.parametrize(("alpha", "power"), [(0, 0.8), (0.05, 1), (0.9, 0.8)])
def test_an_impossible_alpha_or_power_is_refused(alpha: float, power: float) -> None:
    with pytest.raises(UsageError, match="0 < alpha < power < 1"):
        smallest_difference(10, 0.3, alpha=alpha, power=power)
