"""The sign-flip test: exact by hand and against scipy, random and normal against the exact one."""

import numpy as np
import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.

from itbench.statistics import sign_flip


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


def test_sixteen_differences_are_exact_and_seventeen_are_drawn() -> None:
    assert sign_flip([0.1] * 16).method == "exact"
    assert sign_flip([0.1] * 16).p_value == 2 / 2**16
    assert sign_flip([0.1] * 17).method == "10000 random flips"
    assert sign_flip([0.1] * 16 + [0.0] * 50).method == "exact"


def test_random_flips_come_close_to_the_exact_p_value() -> None:
    # 100 equal differences, 60 of them positive: the sum is that of a fair coin thrown 100 times.
    expected = scipy.stats.binomtest(60, 100).pvalue
    found = sign_flip([0.5] * 60 + [-0.5] * 40, seed=3)
    # four standard errors of a share of 10,000
    assert found.p_value == pytest.approx(float(expected), abs=0.0093)


def test_random_flips_repeat_with_their_seed_and_only_with_it() -> None:
    differences = [0.3] * 40 + [-0.2] * 30 + [0.7, -0.9]
    p_values = {sign_flip(differences, seed=seed).p_value for seed in range(5)}
    assert sign_flip(differences, seed=2) == sign_flip(differences, seed=2)
    assert len(p_values) > 1


def test_random_flips_never_claim_an_impossible_pattern() -> None:
    assert sign_flip([1.0] * 1000).p_value == 1 / 10_001


def test_many_differences_are_normal() -> None:
    found = sign_flip([1.0] * 1300 + [-1.0] * 1200)
    assert found.method == "normal approximation"
    assert found.p_value == pytest.approx(2 * float(scipy.stats.norm.sf(2)))
