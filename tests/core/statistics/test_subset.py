"""Choosing the tasks that rank as all do."""

import random
from itertools import combinations

import pytest

from itbench.errors import UsageError
from itbench.statistics import choose_subset
from itbench.statistics.rasch.responses import responses
from itbench.statistics.subset import _prefix_scores, _Tally, by_information

Run = dict[str, list[float | None]]


def simulated(n_runs: int, seed: int, n_noise: int = 0) -> list[Run]:
    """Return runs of 40 tasks of middle difficulty, 40 that all solve, and some that nobody solves."""
    draw = random.Random(seed)
    chances = [0.1 + 0.8 * run / (n_runs - 1) for run in range(n_runs)]
    return [
        {f"middle{i:02}": [float(draw.random() < chance)] for i in range(40)}
        | {f"easy{i:02}": [1.0] for i in range(40)}
        | {f"hard{i:02}": [0.0] for i in range(n_noise)}
        for chance in chances
    ]


def test_the_most_telling_task_is_as_hard_as_agents_are_able() -> None:
    order = by_information([0.0, 0.1], {"easy": -4.0, "middle": 0.0, "hard": 3.0, "harder": 6.0})
    assert order == ["middle", "hard", "easy", "harder"]


def test_the_second_task_is_for_the_agents_that_the_first_one_told_little_of() -> None:
    order = by_information([-3.0, 3.0, 3.2], {"a": 3.0, "b": 2.9, "c": -3.0})
    assert order == ["a", "c", "b"]


def test_the_lazy_choice_is_the_greedy_one() -> None:
    import math

    draw = random.Random(3)
    abilities = [draw.gauss(0, 1.5) for _ in range(7)]
    difficulties = {f"t{i}": draw.gauss(0, 2) for i in range(30)}
    so_far, order, left = [1 / 9] * 7, [], dict(difficulties)
    told = {
        task: [p * (1 - p) for a in abilities for p in [1 / (1 + math.exp(b - a))]]
        for task, b in difficulties.items()
    }
    while left:
        task = max(left, key=lambda t: sum(math.log1p(n / o) for n, o in zip(told[t], so_far, strict=True)))
        so_far = [o + n for o, n in zip(so_far, told[task], strict=True)]
        order.append(task)
        del left[task]
    assert by_information(abilities, difficulties) == order


@pytest.mark.slow
def test_tasks_that_tell_nothing_are_left_out() -> None:
    found = choose_subset(simulated(10, seed=1, n_noise=20), agreement=0.9)
    assert found.is_enough
    assert found.agreement is not None
    assert found.agreement >= 0.9
    assert 1 < len(found.tasks) <= 40
    assert {task[:6] for task in found.tasks} == {"middle"}
    assert found.n_tasks == 100
    assert (found.n_folds, found.curve[-1].size, found.curve[-1].kendall) == (5, 100, 1.0)
    # of ten runs in five folds, 5 * (2 * 8 + 1) pairs have one in the fold
    assert found.n_pairs == 85
    assert found.random_mean is not None
    assert found.random_mean < found.agreement


@pytest.mark.slow
def test_every_larger_size_that_was_tried_agrees_as_well() -> None:
    found = choose_subset(simulated(8, seed=2), agreement=0.85)
    larger = [each.kendall or 0.0 for each in found.curve if each.size >= len(found.tasks)]
    assert min(larger) >= 0.85
    (before,) = [each.kendall for each in found.curve if each.size < len(found.tasks)][-1:]
    assert before is None or before < 0.85


@pytest.mark.slow
def test_so_many_tasks_as_were_asked_for_with_what_they_are_worth() -> None:
    runs = simulated(6, seed=3)
    found = choose_subset(runs, size=5)
    assert len(found.tasks) == len(set(found.tasks)) == 5
    assert found.agreement == next(each.kendall for each in found.curve if each.size == 5)
    assert choose_subset(runs, size=5).tasks == found.tasks


def test_runs_that_are_all_alike_have_no_subset_that_ranks_them() -> None:
    runs: list[Run] = [{f"t{i}": [float(i % 2)] for i in range(10)} for _ in range(4)]
    found = choose_subset(runs)
    assert found.agreement is None
    assert not found.is_enough


@pytest.mark.parametrize(
    ("n_runs", "size", "agreement", "message"),
    [
        (3, None, 0.9, "at least 4 runs, some to choose by and some to try it on; there are 3"),
        (4, 0, 0.9, "a subset of 0 tasks cannot be"),
        (4, 81, 0.9, "the runs have scores for 80"),
        (4, None, 1.1, "1.1 cannot be reached"),
        (4, None, 0.0, "0.0 cannot be reached"),
    ],
)
def test_what_cannot_be_is_refused(n_runs: int, size: int | None, agreement: float, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        choose_subset(simulated(n_runs, seed=4), size=size, agreement=agreement)


def agreement_with_fresh_runs(seed: int, size: int | None = 20) -> tuple[float, float]:
    """Return what cross-validation says of a subset, and how it ranks 40 fresh runs of the same tasks."""
    from itbench.statistics import kendall_tau_b

    draw = random.Random(seed)
    difficulties = {f"t{i:02}": draw.gauss(0, 1.5) for i in range(60)}

    def run() -> Run:
        ability = draw.gauss(0, 1)
        return {
            t: [float(draw.random() < 1 / (1 + 2.718281828 ** (b - ability)))]
            for t, b in difficulties.items()
        }

    found = choose_subset([run() for _ in range(10)], size=size, agreement=0.8)
    fresh = [run() for _ in range(40)]
    by_all = [sum(float(repeats[0] or 0) for repeats in each.values()) for each in fresh]
    by_some = [sum(float(each[task][0] or 0) for task in found.tasks) for each in fresh]
    real = kendall_tau_b(by_all, by_some)
    assert found.agreement is not None
    assert real is not None
    return found.agreement, real


def test_a_run_without_a_score_on_the_subset_has_no_rank_there() -> None:
    """The best run was scored on the telling tasks only: on the other ones it is not the worst, but left out."""
    runs: list[Run] = [
        {f"t{i}": [float(i < solved)] for i in range(10)} | {f"u{i}": [float(i < solved)] for i in range(10)}
        for solved in (3, 5, 7, 8, 10)
    ]
    for i in range(10):
        runs[-1][f"u{i}"] = [None]
    data = responses(runs)
    places = [place for place, task in enumerate(data.tasks) if task.startswith("u")]
    (scores,) = _prefix_scores(data, places, [10])
    assert scores == [0.3, 0.5, 0.7, 0.8, None]
    tally = _Tally()
    for pair in combinations(range(5), 2):
        tally.add(pair, scores, [0.3, 0.5, 0.7, 0.8, 1.0])
    assert (tally.untied, tally.kendall) == (6, 1.0)


def test_too_many_runs_are_refused() -> None:
    with pytest.raises(UsageError, match="at most 300 runs"):
        choose_subset([{f"t{i}": [1.0] for i in range(6)}] * 301)


@pytest.mark.soak
def test_what_cross_validation_says_holds_for_fresh_runs() -> None:
    pairs = [agreement_with_fresh_runs(seed) for seed in range(200)]
    said, real = (sum(each) / len(pairs) for each in zip(*pairs, strict=True))
    assert said == pytest.approx(real, abs=0.03)


@pytest.mark.soak
def test_a_size_that_is_chosen_by_what_cross_validation_says_is_hardly_flattered() -> None:
    pairs = [agreement_with_fresh_runs(seed, None) for seed in range(200)]
    said, real = (sum(each) / len(pairs) for each in zip(*pairs, strict=True))
    assert said >= 0.8
    assert -0.01 <= said - real <= 0.04


@pytest.mark.slow
def test_what_cross_validation_says_holds_for_fresh_runs_of_a_few_boards() -> None:
    pairs = [agreement_with_fresh_runs(seed) for seed in range(10)]
    said, real = (sum(each) / len(pairs) for each in zip(*pairs, strict=True))
    assert said == pytest.approx(real, abs=0.1)
