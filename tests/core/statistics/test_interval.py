"""The interval of a mean: against exact and simulated values, what must hold for any values, and how often it is right."""

import random
from collections.abc import Callable, Sequence

import pytest
import scipy  # Its module `stats`, which takes a second, is loaded where it is used.
from hypothesis import given, settings, strategies as st

from itbench.statistics import Interval, mean, mean_interval
from itbench.statistics.interval import FEWEST_TASKS

SHARES = st.floats(0, 1) | st.sampled_from([0.0, 1 / 3, 0.5, 1.0])
VALUES = st.lists(SHARES, min_size=1, max_size=8)
quickly = settings(deadline=None, database=None, max_examples=30)


def limits(values: Sequence[float], low: float = 0.0, high: float = 1.0) -> tuple[float, float]:
    found = mean_interval(values, low=low, high=high)
    assert found is not None
    return found.low, found.high


@pytest.mark.parametrize(
    ("n_ones", "n_values"),
    [(0, 1), (1, 1), (1, 2), (6, 6), (3, 7), (0, 40), (1, 100), (50, 100), (9, 10_000)],
)
def test_of_zeros_and_ones_it_is_the_exact_binomial_interval(n_ones: int, n_values: int) -> None:
    expected = scipy.stats.binomtest(n_ones, n_values).proportion_ci(0.95, "exact")
    assert limits([1.0] * n_ones + [0.0] * (n_values - n_ones)) == pytest.approx(
        (float(expected.low), float(expected.high)), abs=1e-7
    )


@pytest.mark.parametrize("n_values", [1, 2, 5, 30, 200])
@pytest.mark.parametrize("value", [0.0, 0.25, 1.0])
def test_equal_values_still_leave_room_for_others(value: float, n_values: int) -> None:
    # The largest of n + 1 uniform weights' partial sums: (1 - w) v and (1 - w) v + w with P(weight > w) = 0.025.
    unseen = 1 - 0.025 ** (1 / n_values)
    expected = ((1 - unseen) * value, (1 - unseen) * value + unseen)
    assert limits([value] * n_values) == pytest.approx(expected, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("n_values", [2, 7, 40])
def test_it_agrees_with_weights_that_are_drawn(n_values: int) -> None:
    draw = random.Random(n_values)
    values = [draw.random() ** 2 for _ in range(n_values)]
    n_draws = 20_000

    def drawn(extreme: float) -> list[float]:
        weighed = [*values, extreme]
        means = []
        for _ in range(n_draws):
            weights = [draw.expovariate(1.0) for _ in weighed]
            means.append(sum(w * z for w, z in zip(weights, weighed, strict=True)) / sum(weights))
        return sorted(means)

    expected = drawn(0.0)[round(0.025 * n_draws)], drawn(1.0)[round(0.975 * n_draws)]
    assert limits(values) == pytest.approx(expected, abs=0.01)


def test_with_many_values_it_is_close_to_students_interval() -> None:
    values = [(i * 7 % 199) / 199 for i in range(199)]
    expected = scipy.stats.t.interval(0.95, 198, loc=scipy.stats.tmean(values), scale=scipy.stats.sem(values))
    assert limits(values) == pytest.approx(tuple(map(float, expected)), abs=0.005)


def test_without_values_there_is_none() -> None:
    assert mean_interval([]) is None


@pytest.mark.parametrize("value", [-0.001, 1.001, float("nan"), float("inf")])
def test_a_value_outside_the_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"lies outside \[0\.0, 1\.0\]"):
        mean_interval([0.5, value])


def test_the_fewest_tasks_are_those_on_which_a_sign_test_can_be_significant() -> None:
    assert 2 / 2**FEWEST_TASKS < 0.05 < 2 / 2 ** (FEWEST_TASKS - 1)


@pytest.mark.parametrize(
    ("low", "high", "text", "signed"),
    [
        (0.0126, 0.9874, "0.01 to 0.99", "+0.01 to +0.99"),
        (0.29, 0.57, "0.29 to 0.57", "+0.29 to +0.57"),
        (0.0, 1.0, "0.00 to 1.00", "+0.00 to +1.00"),
        (-0.004, 0.004, "-0.01 to 0.01", "-0.01 to +0.01"),
    ],
    ids=["outward", "exact", "ends", "about zero"],
)
def test_limits_are_printed_rounded_outward(low: float, high: float, text: str, signed: str) -> None:
    assert (Interval(low, high).text, Interval(low, high).signed_text) == (text, signed)


@pytest.mark.slow
@quickly
@given(VALUES)
def test_it_has_width_holds_the_mean_and_stays_in_the_range(values: list[float]) -> None:
    low, high = limits(values)
    assert 0 <= low <= mean(values) <= high <= 1
    assert high - low > 0.02 / len(values)


@pytest.mark.slow
@quickly
@given(VALUES, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_the_mirror_image_has_the_mirrored_interval(
    values: list[float], order: random.Random
) -> None:
    low, high = limits(values)
    assert limits(order.sample(values, len(values))) == pytest.approx((low, high), abs=1e-6)
    assert limits([1 - value for value in values]) == pytest.approx((1 - high, 1 - low), abs=1e-6)


@pytest.mark.slow
@quickly
@given(VALUES, st.data())
def test_a_higher_value_never_lowers_a_limit(values: list[float], data: st.DataObject) -> None:
    low, high = limits(values)
    at = data.draw(st.integers(0, len(values) - 1))
    raised = [*values[:at], data.draw(st.floats(values[at], 1)), *values[at + 1 :]]
    found = limits(raised)
    assert found[0] >= low - 1e-6
    assert found[1] >= high - 1e-6


@pytest.mark.slow
@quickly
@given(VALUES, st.floats(-5, 5), st.floats(0.1, 10))
def test_another_range_moves_and_stretches_it(values: list[float], start: float, width: float) -> None:
    low, high = limits(values)
    moved = [min(start + width * value, start + width) for value in values]
    expected = (start + width * low, start + width * high)
    assert limits(moved, start, start + width) == pytest.approx(expected, abs=1e-5)


Draw = Callable[[random.Random], float]


def solved(share: float) -> Draw:
    """One try at a task that is solved or not."""
    return lambda draw: float(draw.random() < share)


def repeats(alpha: float, beta: float, n: int) -> Draw:
    """Mean of n tries at a task whose own chance is drawn first: repeats of a task are alike."""

    def task_mean(draw: random.Random) -> float:
        chance = draw.betavariate(alpha, beta)
        return sum(draw.random() < chance for _ in range(n)) / n

    return task_mean


def fractions(draw: random.Random) -> float:
    """Precision at full recall: often 0, often 1, else one of few fractions."""
    return draw.choices([0.0, 1 / 3, 0.5, 2 / 3, 1.0], [40, 15, 10, 5, 30])[0]


def rarely_zero(draw: random.Random) -> float:
    """Nearly perfect, but for a rare failure that few tasks do not show."""
    return 0.0 if draw.random() < 0.05 else draw.uniform(0.9, 1.0)


def difference(draw: random.Random) -> float:
    """Of two agents of which one is a little better, as a share of [-1, 1]."""
    chance = draw.betavariate(0.5, 0.5)
    return ((draw.random() < min(1.0, chance + 0.1)) - (draw.random() < chance) + 1) / 2


SCORES: dict[str, tuple[Draw, float | None]] = {
    "half solved": (solved(0.5), 0.5),
    "most solved": (solved(0.9), 0.9),
    "nearly all solved": (solved(0.98), 0.98),
    "three alike repeats": (repeats(0.3, 0.3, 3), 0.5),
    "three repeats of hard tasks": (repeats(0.4, 1.6, 3), 0.2),
    "fractions": (fractions, 0.05 + 0.05 + 1 / 30 + 0.3),
    "rarely zero": (rarely_zero, 0.95 * 0.95),
    "any value": (random.Random.random, 0.5),
    "differences": (difference, None),
}


def share_covered(scores: str, n_tasks: int, n_runs: int) -> float:
    """Return how often the interval of a simulated run holds the true mean."""
    draw, truth = random.Random(f"{scores}/{n_tasks}"), SCORES[scores][1]
    one = SCORES[scores][0]
    if truth is None:
        truth = mean([one(draw) for _ in range(100_000)])
    hits = 0
    for _ in range(n_runs):
        low, high = limits([one(draw) for _ in range(n_tasks)])
        hits += low <= truth <= high
    return hits / n_runs


@pytest.mark.soak
@pytest.mark.parametrize("n_tasks", [2, 3, 6, 12, 20, 40])
@pytest.mark.parametrize("scores", SCORES)
def test_it_holds_the_true_mean_of_95_runs_in_100(scores: str, n_tasks: int) -> None:
    # 3 standard errors of a share of 0.95 in 1,000 runs are 0.02.
    assert share_covered(scores, n_tasks, 1_000) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("scores", SCORES)
def test_it_holds_the_true_mean_of_nearly_all_of_a_few_runs(scores: str) -> None:
    # A true share of 0.95 gives fewer than 42 in 50 once in 700 times.
    assert share_covered(scores, 8, 50) >= 0.84
