"""Rank correlations against scipy, and what their intervals hold."""

import math
import random
from collections.abc import Sequence

import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.
from hypothesis import given, settings, strategies as st

from itbench.errors import UsageError
from itbench.statistics import kendall_tau_b, rank_agreement, rank_reliability, spearman_rho
from itbench.statistics.rank_correlation import mean_ranks

quickly = settings(deadline=None, database=None, max_examples=60)
Run = dict[str, list[float | None]]
PAIRS = st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1)), min_size=2, max_size=15)


def test_tau_by_hand() -> None:
    # Of six pairs, five in one order and one in opposite ones.
    assert kendall_tau_b([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)
    # One pair is tied in the first: 4 in one order, 1 in opposite ones, sqrt(5 * 6).
    assert kendall_tau_b([1, 2, 2, 3], [1, 2, 3, 2.5]) == pytest.approx(3 / math.sqrt(30))
    assert spearman_rho([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(1 - 6 * 2 / (4 * 15))


def test_what_does_not_rank_has_no_correlation() -> None:
    assert kendall_tau_b([1, 1, 1], [1, 2, 3]) is None
    assert spearman_rho([1, 2, 3], [2, 2, 2]) is None
    assert kendall_tau_b([], []) is None
    assert spearman_rho([], []) is None


@pytest.mark.slow
@quickly
@given(PAIRS)
def test_both_agree_with_scipy(pairs) -> None:
    first, second = zip(*pairs, strict=True)
    assert mean_ranks(first) == pytest.approx(list(scipy.stats.rankdata(first)))
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert kendall_tau_b(first, second) is None
        assert spearman_rho(first, second) is None
        return
    assert kendall_tau_b(first, second) == pytest.approx(float(scipy.stats.kendalltau(first, second)[0]))
    assert spearman_rho(first, second) == pytest.approx(float(scipy.stats.spearmanr(first, second)[0]))


@pytest.mark.slow
@settings(quickly, max_examples=8)
@given(PAIRS, st.integers(0, 5))
def test_an_interval_holds_its_value_and_turns_with_it(pairs, seed: int) -> None:
    first, second = ([float(round(value, 3)) for value in values] for values in zip(*pairs, strict=True))
    if len(first) < 5:
        return
    found, turned = (
        rank_agreement(first, second, seed=seed),
        rank_agreement(first, [-v for v in second], seed=seed),
    )
    assert (found.kendall is None) == (found.kendall_interval is None)
    if found.kendall is not None and found.kendall_interval is not None:
        assert -1 <= found.kendall_interval.low <= found.kendall <= found.kendall_interval.high <= 1
        assert turned.kendall == pytest.approx(-found.kendall)
        assert turned.kendall_interval is not None
        assert turned.kendall_interval.low == pytest.approx(-found.kendall_interval.high)


def test_drawn_agents_have_the_tau_b_of_what_was_drawn() -> None:
    from itbench.statistics.rank_bootstrap import _tau_of_draws

    draw = random.Random(5)
    first, second = ([draw.choice([0.1, 0.2, 0.3, 0.4]) for _ in range(9)] for _ in range(2))
    of = _tau_of_draws(first, second)
    for _ in range(20):
        drawn = draw.choices(range(9), k=9)
        expected = kendall_tau_b([first[i] for i in drawn], [second[i] for i in drawn])
        assert of(drawn) == (None if expected is None else pytest.approx(expected))


def test_the_same_order_of_few_agents_is_not_certain() -> None:
    found = rank_agreement([1, 2, 3, 4, 5, 6], [1, 3, 4, 6, 8, 9])
    assert (found.kendall, found.spearman) == (1.0, pytest.approx(1.0))
    assert found.kendall_interval is not None
    assert found.spearman_interval is not None
    # three pairs of agents that share none, all in one order: a chance of 0.025^(1/3) and more
    assert found.kendall_interval.low == pytest.approx(2 * 0.025 ** (1 / 3) - 1)
    assert found.kendall_interval.high == 1
    assert found.spearman_interval.low == pytest.approx(-1.0)


def test_four_agents_have_no_interval_and_two_no_correlation() -> None:
    found = rank_agreement([1, 2, 3, 4], [1, 2, 4, 3])
    assert found.kendall == pytest.approx(2 / 3)
    assert found.kendall_interval is None
    with pytest.raises(UsageError, match="ranks of 2 agents cannot be correlated; at least 3"):
        rank_agreement([1, 2], [1, 2])


def test_agents_with_equal_scores_make_fewer_pairs_that_share_no_agent() -> None:
    # Four of six agents are alike in both suites: only two pairs share no agent and are not tied.
    found = rank_agreement([1, 1, 1, 1, 5, 6], [2, 2, 2, 2, 8, 9]).kendall_interval
    assert found is not None
    assert found.low == pytest.approx(2 * 0.025 ** (1 / 2) - 1)


def test_too_many_agents_are_refused() -> None:
    scores = [float(i) for i in range(301)]
    with pytest.raises(UsageError, match="301 runs make 45150 pairs; at most 300"):
        rank_agreement(scores, scores)


def test_a_suite_of_clear_differences_ranks_alike_with_other_tasks() -> None:
    clear = [{f"t{i}": [float(i % 10 < better)] for i in range(100)} for better in (1, 3, 5, 7, 9)]
    sure = rank_reliability(clear)
    assert sure is not None
    assert sure > 0.95
    # Halves that rank in opposite orders are not raised to an even more opposite one.
    opposite: list[Run] = [
        {f"t{i}": [float((i < 2) == is_first)] for i in range(4)} for is_first in (True, False)
    ]
    assert rank_reliability(opposite) == pytest.approx(-1.0)


def test_a_suite_of_few_common_tasks_or_of_equal_agents_does_not_rank() -> None:
    assert rank_reliability([]) is None
    assert rank_reliability([{"a": [1.0]}, {"a": [None], "b": [1.0]}]) is None
    assert rank_reliability([{f"t{i}": [1.0] for i in range(3)}, {f"t{i}": [0.0] for i in range(3)}]) is None
    assert rank_reliability([{f"t{i}": [1.0] for i in range(9)}] * 4) is None


def on_fresh_tasks(abilities: Sequence[float], n_tasks: int, draw: random.Random) -> list[Run]:
    """Return runs of agents on tasks that are drawn for them."""
    difficulties = [draw.gauss(0, 1.5) for _ in range(n_tasks)]
    return [
        {
            f"t{i}": [float(draw.random() < 1 / (1 + math.exp(difficulty - ability)))]
            for i, difficulty in enumerate(difficulties)
        }
        for ability in abilities
    ]


def scores(runs: Sequence[Run]) -> list[float]:
    return [sum(float(repeats[0] or 0) for repeats in run.values()) for run in runs]


def reliability_said_and_real(n_boards: int, scale: float, n_tasks: int, seed: int) -> tuple[float, float]:
    """Return the means of what is said of suites, and of how alike as many other tasks rank the same agents."""
    draw, said, real = random.Random(seed), [], []
    for _ in range(n_boards):
        abilities = [draw.gauss(0, scale) for _ in range(8)]
        first, second = (on_fresh_tasks(abilities, n_tasks, draw) for _ in range(2))
        one, other = rank_reliability(first), kendall_tau_b(scores(first), scores(second))
        if one is not None and other is not None:
            said.append(one)
            real.append(other)
    return sum(said) / len(said), sum(real) / len(real)


@pytest.mark.soak
@pytest.mark.parametrize(("scale", "n_tasks"), [(0.0, 40), (0.5, 20), (1.0, 40), (2.0, 100)])
def test_other_tasks_rank_agents_as_alike_as_is_said(scale: float, n_tasks: int) -> None:
    said, real = reliability_said_and_real(400, scale, n_tasks, seed=n_tasks)
    # Four standard errors of a tau of 8 agents that all are equal, 0.29, on 400 boards are 0.058.
    assert said == pytest.approx(real, abs=0.06)


@pytest.mark.slow
def test_tasks_that_tell_nothing_of_agents_are_not_said_to_rank_alike() -> None:
    said, real = reliability_said_and_real(20, 0.0, 40, seed=4)
    # Four standard errors on 20 boards are 0.26; tasks drawn again with replacement would say 0.38.
    assert abs(said) < 0.26
    assert abs(real) < 0.26


def share_held(n_agents: int, correlation: float, n_boards: int, seed: int) -> float:
    """Return how often the interval of tau holds that of the population, 2 / pi * asin(correlation) for a normal one."""
    draw, truth, held = random.Random(seed), 2 / math.pi * math.asin(correlation), 0
    for _ in range(n_boards):
        first = [draw.gauss(0, 1) for _ in range(n_agents)]
        second = [correlation * x + math.sqrt(1 - correlation**2) * draw.gauss(0, 1) for x in first]
        found = rank_agreement(first, second, seed=draw.randrange(1000)).kendall_interval
        assert found is not None
        held += found.low <= truth <= found.high
    return held / n_boards


@pytest.mark.soak
@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
@pytest.mark.parametrize("n_agents", [5, 8, 12, 30])
def test_the_interval_holds_the_population_s_of_95_in_100(n_agents: int, correlation: float) -> None:
    # Four standard errors of a share of 0.95 on 500 boards are 0.039.
    assert share_held(n_agents, correlation, 500, seed=n_agents) >= 0.91


def held_on_fresh_tasks(n_agents: int, n_boards: int, seed: int) -> float:
    """Return how often the interval holds the mean tau of agents and tasks that are both drawn anew."""
    draw, found = random.Random(seed), []

    def two_suites(n: int) -> tuple[list[float], list[float]]:
        first = [draw.gauss(0, 1) for _ in range(n)]
        second = [0.6 * x + 0.8 * draw.gauss(0, 1) for x in first]
        return scores(on_fresh_tasks(first, 40, draw)), scores(on_fresh_tasks(second, 40, draw))

    many = [tau for _ in range(40) if (tau := kendall_tau_b(*two_suites(30))) is not None]
    truth = sum(many) / len(many)
    for _ in range(n_boards):
        interval = rank_agreement(*two_suites(n_agents), seed=draw.randrange(1000)).kendall_interval
        assert interval is not None
        found.append(interval.low <= truth <= interval.high)
    return sum(found) / len(found)


@pytest.mark.soak
@pytest.mark.parametrize("n_agents", [5, 8, 25])
def test_the_interval_holds_that_of_other_agents_on_other_tasks_of_95_in_100(n_agents: int) -> None:
    # Four standard errors of a share of 0.95 on 500 boards are 0.039.
    assert held_on_fresh_tasks(n_agents, 500, seed=n_agents) >= 0.91


@pytest.mark.slow
def test_the_interval_holds_that_of_other_agents_on_other_tasks_of_nearly_all_of_a_few() -> None:
    # A true share of 0.95 gives fewer than 21 in 25 once in 140 times.
    assert held_on_fresh_tasks(8, 25, seed=1) >= 0.84
