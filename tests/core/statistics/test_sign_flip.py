"""The sign-flip test: exact by hand and against scipy; `test_ranks` has what is approximated."""

import numpy as np
import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.

from itbench.statistics import sign_flip
from itbench.statistics.sign_flip import SignFlip


@pytest.mark.parametrize(
    ("differences", "p_value"),
    [
        ([0.5], 1.0),
        ([1, 1], 0.5),
        ([1, 1, 1, 1, 1], 2 / 32),
        ([1, -1], 1.0),
        ([3, 2, -1], 4 / 8),
        ([3, 2, 1, 0, 0], 2 / 8),
        ([0.1, 0.2, 0.3, -0.6], 1.0),
    ],
)
def test_few_differences_are_counted_out_by_hand(differences: list[float], p_value: float) -> None:
    assert sign_flip(differences).p_value == p_value
    assert sign_flip(differences).method == "exact"


@pytest.mark.parametrize("differences", [[], [0, 0, 0]], ids=["none", "all zero"])
def test_no_difference_is_no_evidence(differences: list[float]) -> None:
    assert sign_flip(differences).p_value == 1


def test_the_exact_test_agrees_with_scipy() -> None:
    differences = [((i * 37) % 23 - 8) / 23 for i in range(11)]
    expected = scipy.stats.permutation_test(
        (np.array(differences),), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert sign_flip(differences).p_value == pytest.approx(float(expected))


def test_what_can_be_counted_is_exact() -> None:
    assert sign_flip([0.1] * 1000) == SignFlip(2.0**-999, "exact")
    assert sign_flip([0.1] * 20 + [-0.1] * 20 + [0.0] * 50) == SignFlip(1.0, "exact")
    assert sign_flip([0.5] * 60 + [-0.5] * 40).method == "approximate"


def test_the_sign_does_not_count() -> None:
    differences = [0.3] * 40 + [-0.2] * 30 + [0.7, -0.9]
    assert sign_flip(differences) == sign_flip([-difference for difference in differences])


def test_many_differences_are_normal() -> None:
    found = sign_flip([1.0] * 1300 + [-1.0] * 1200)
    assert found.p_value == pytest.approx(2 * float(scipy.stats.norm.sf(2)), rel=0.05)
