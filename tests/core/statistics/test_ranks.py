"""Many runs at once: corrected p values, small p values, and the ranks that are left."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.
from hypothesis import given, settings, strategies as st

from itbench.errors import UsageError
from itbench.statistics import all_pairs, holm, rank_ranges, sign_flip
from itbench.statistics.ranks import fewest_tasks
from itbench.statistics.sign_flip import MOST_EXACT


def p_value(differences: list[float]) -> float:
    return sign_flip(differences).p_value


quickly = settings(deadline=None, database=None, max_examples=60)


def test_holm_by_hand() -> None:
    # 3 * 0.01, 2 * 0.02, then 0.03 that may not be below 0.04; Holm's table in the order given
    assert holm([0.03, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([0.05]) == [0.05]
    assert holm([]) == []


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan])
def test_what_is_no_p_value_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="is no p value"):
        holm([0.1, value])


@pytest.mark.slow
@quickly
@given(st.lists(st.floats(0, 1), max_size=12))
def test_corrected_values_are_no_smaller_in_the_same_order_and_no_larger_than_bonferroni_s(values) -> None:
    found = holm(values)
    for value, corrected in zip(values, found, strict=True):
        assert value <= corrected <= min(1, len(values) * value) + 1e-12
    order = sorted(range(len(values)), key=values.__getitem__)
    assert all(found[a] <= found[b] for a, b in pairwise(order))


@pytest.mark.slow
@quickly
@given(st.lists(st.sampled_from([-1.0, -0.5, -1 / 3, 0.0, 0.25, 1 / 3, 1.0]), max_size=14))
def test_few_differences_have_the_exact_p_value(differences) -> None:
    assert p_value(differences) == pytest.approx(exact(differences))


def test_it_agrees_with_the_permutation_test_of_scipy() -> None:
    draw = random.Random(3)
    differences = [draw.gauss(0.4, 1) for _ in range(12)]
    expected = scipy.stats.permutation_test(
        (differences,), sum, permutation_type="samples", n_resamples=math.inf, vectorized=False
    )
    # scipy doubles the smaller tail, which is the same of a symmetric distribution
    assert p_value(differences) == pytest.approx(float(expected.pvalue))


def test_solved_or_not_has_the_p_value_of_the_sign_test_however_small() -> None:
    checked = 0
    for n in (21, 40, 200, 1000):
        for wins in range(n // 2 + 1, n + 1, max(1, n // 40)):
            expected = float(scipy.stats.binomtest(wins, n).pvalue)
            found = p_value([1.0] * wins + [-1.0] * (n - wins) + [0.0] * 7)
            assert found == pytest.approx(expected, rel=0.03), (n, wins)
            checked += 1
    assert checked > 60


def exact(differences: list[float]) -> float:
    """Return the p value by listing all sums."""
    sums = np.zeros(1)
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    return float(np.mean(np.abs(sums) >= abs(math.fsum(differences)) - 1e-9))


def test_above_the_exact_ones_it_stays_near_the_exact_value() -> None:
    draw = random.Random(1)
    kinds = (
        lambda: draw.gauss(0.5, 1),
        lambda: round(draw.gauss(1, 2)) / 6,
        lambda: draw.choice([1.0, 0.5, -1.0, -0.5]),
    )
    for kind in kinds:
        for _ in range(4):
            differences = [kind() for _ in range(MOST_EXACT + 2)]
            expected = exact(differences)
            assert p_value(differences) == pytest.approx(expected, rel=0.12), differences


@pytest.mark.parametrize("n", [60, 120, 300])
def test_nearly_all_one_way_has_a_p_value_too(n: int) -> None:
    """Near the largest sum the saddlepoint runs to infinity; few signs can be turned there, which are counted."""
    draw = random.Random(n)
    for exponent in range(1, 13):
        least = -draw.random() * 10**-exponent
        differences = [draw.random() + 0.1 for _ in range(n - 1)] + [least]
        # The signs found, those with the least one turned too, and the mirror images of both.
        assert p_value(differences) == 4 / 2.0**n, exponent
    # Tiny differences beside large ones: those that rounding loses have no sign, and of the others none is impossible.
    tiny = [10 ** -draw.uniform(0, 9) * draw.choice([1, 1, 1, -1]) for _ in range(n)]
    assert 2.0 ** (1 - n) <= p_value(tiny) <= 1
    assert p_value([1.0] * 5 + [1e-12] * n) == 2.0**-4


def test_all_one_way_is_as_rare_as_it_can_be() -> None:
    draw = random.Random(2)
    assert p_value([draw.random() + 0.1 for _ in range(50)]) == 2.0**-49
    assert p_value([]) == p_value([0.0] * 40) == 1.0


def board(*shares: float, n_tasks: int = 40) -> list[dict[str, list[float | None]]]:
    """Return runs that solve the first tasks, such a share of them."""
    return [{f"t{i:03}": [float(i < round(share * n_tasks))] for i in range(n_tasks)} for share in shares]


def test_runs_that_differ_on_few_tasks_share_their_ranks() -> None:
    runs = board(0.9, 0.85, 0.4, 0.35)
    pairs = all_pairs(runs)
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    # two tasks of two signs each: p = 1 / 2; twenty of the same sign: 2 / 2^20, and six tests
    assert pairs[0].p_value == pytest.approx(0.5)
    assert pairs[1].corrected == pytest.approx(2**-19 * 5)
    assert [found.text for found in rank_ranges(4, pairs)] == ["1 to 2", "1 to 2", "3 to 4", "3 to 4"]


def test_with_many_runs_a_lone_small_p_value_is_no_longer_enough() -> None:
    # One task of seven: of one pair, p = 2 / 2^7 = 0.0156; of ten, it is not below 0.05.
    two = board(0.5, 0.325)
    assert [found.text for found in rank_ranges(2, all_pairs(two))] == ["1", "2"]
    five = board(0.5, 0.5, 0.5, 0.5, 0.325)
    assert {found.text for found in rank_ranges(5, all_pairs(five))} == {"1 to 5"}


def test_runs_without_a_common_task_are_not_told_apart() -> None:
    (pair,) = all_pairs([{"a": [1.0]}, {"a": [None], "b": [0.0]}])
    assert (pair.difference, pair.n_tasks, pair.p_value, pair.corrected) == (None, 0, 1.0, 1.0)
    assert pair.better() is None
    assert [found.text for found in rank_ranges(2, [pair])] == ["1 to 2", "1 to 2"]


def test_more_pairs_need_more_tasks() -> None:
    for n_pairs in (1, 6, 45, 4950):
        needed = fewest_tasks(n_pairs)
        assert n_pairs * 2 / 2**needed < 0.05 <= n_pairs * 2 / 2 ** (needed - 1)
    assert (fewest_tasks(0), fewest_tasks(1), fewest_tasks(6)) == (6, 6, 8)


def test_too_many_runs_are_refused_with_their_number_of_pairs() -> None:
    with pytest.raises(
        UsageError, match="1000 runs make 499500 pairs; at most 300 runs are analysed together"
    ):
        all_pairs([{"a": [1.0]}] * 1000)
    assert len(all_pairs([{"a": [1.0]}] * 300)) == 44850


def share_of_boards_without_a_mistake(n_boards: int, seed: int, better: float = 0.3) -> float:
    """Return how often all rank ranges of simulated boards hold the true ranks: four agents are equal, one is better."""
    draw, good = random.Random(seed), 0
    for _ in range(n_boards):
        chances = [draw.betavariate(0.7, 0.7) for _ in range(60)]
        runs = [
            {f"t{i}": [float(draw.random() < min(1.0, chance + more))] for i, chance in enumerate(chances)}
            for more in (better, 0, 0, 0, 0)
        ]
        found = rank_ranges(5, all_pairs(runs))
        good += found[0].best == 1 and all(each.best <= 2 and each.worst == 5 for each in found[1:])
    return good / n_boards


@pytest.mark.soak
@pytest.mark.parametrize("better", [0.3, 0.05], ids=["clearly better", "hardly better"])
def test_no_rank_is_wrong_on_95_boards_in_100(better: float) -> None:
    # Four standard errors of a share of 0.95 on 2,000 boards are 0.02.
    assert share_of_boards_without_a_mistake(2_000, 1, better) >= 0.93


@pytest.mark.slow
def test_no_rank_is_wrong_on_nearly_all_of_a_few_boards() -> None:
    # A true share of 0.95 gives fewer than 88 in 100 once in 200 times.
    assert share_of_boards_without_a_mistake(100, seed=2) >= 0.88
