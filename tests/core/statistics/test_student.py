"""Student's t against scipy and against closed forms."""

import math
from itertools import product

import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.

from itbench.statistics import quantile, two_sided_p

DEGREES = [1, 1.5, 2, 3, 5, 10, 29, 58, 59, 60, 61, 117, 1_000, 99_999, 1_000_000]
PROBABILITIES = [1e-12, 1e-6, 1e-4, 0.001, 0.01, 0.025, 0.1, 0.25, 0.4, 0.499]


def test_quantiles_and_p_values_agree_with_scipy() -> None:
    for degrees, probability in product(DEGREES, PROBABILITIES):
        case = f"{degrees} degrees, probability {probability}"
        expected = float(scipy.stats.t.ppf(probability, degrees))
        assert quantile(probability, degrees) == pytest.approx(expected, rel=1e-9), case
        assert quantile(1 - probability, degrees) == pytest.approx(
            float(scipy.stats.t.isf(1 - (1 - probability), degrees)), rel=1e-9
        ), case
        assert two_sided_p(expected, degrees) == pytest.approx(2 * probability, rel=1e-9), case


@pytest.mark.parametrize("t", [0.001, 0.5, 1, 1.7, 1.8, 12.706, 1e6])
def test_one_degree_of_freedom_is_the_cauchy_distribution(t: float) -> None:
    assert two_sided_p(t, 1) == pytest.approx(2 / math.pi * math.atan(1 / t), rel=1e-12)


@pytest.mark.parametrize(
    ("degrees", "printed"), [(1, 12.706), (2, 4.303), (10, 2.228), (58, 2.002), (120, 1.980)]
)
def test_quantiles_are_those_of_the_printed_tables(degrees: int, printed: float) -> None:
    assert quantile(0.975, degrees) == pytest.approx(printed, abs=0.0005)


def test_the_middle_and_the_ends_are_exact() -> None:
    assert quantile(0.5, 7) == 0
    assert two_sided_p(0, 7) == 1
    assert two_sided_p(math.inf, 7) == 0
    assert two_sided_p(1e200, 7) == 0


def test_the_sign_of_t_does_not_matter_to_a_two_sided_p() -> None:
    assert two_sided_p(-2.3, 9) == two_sided_p(2.3, 9)


def test_the_normal_distribution_takes_over_smoothly() -> None:
    assert two_sided_p(2, 0.99e8) == pytest.approx(two_sided_p(2, 1.01e8), rel=1e-6)
    assert quantile(0.975, 1e12) == pytest.approx(1.959963984540054, rel=1e-9)


@pytest.mark.parametrize("probability", [0, 1, -0.1, 1.1, math.nan])
def test_an_impossible_probability_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        quantile(probability, 3)


@pytest.mark.parametrize(("t", "degrees"), [(1, 0), (1, -1), (1, math.nan), (math.nan, 3)])
def test_a_distribution_that_does_not_exist_is_refused(t: float, degrees: float) -> None:
    with pytest.raises(ValueError, match="no t distribution"):
        two_sided_p(t, degrees)
