"""The Rasch model against direct maximisation by scipy, and what its intervals hold in simulation."""

import math
import random

import numpy as np
import pytest
import scipy  # Its modules, which take a second, are loaded where they are used.

from itbench.errors import UsageError
from itbench.statistics import fit_rasch
from itbench.statistics.rasch.em import ABILITY_SCALE, SPREAD_SCALE, best
from itbench.statistics.rasch.errors import inverted, standard_errors
from itbench.statistics.rasch.fit import chance
from itbench.statistics.rasch.responses import responses

Run = dict[str, list[float | None]]


def simulated(
    abilities: list[float],
    n_tasks: int,
    spread: float,
    seed: int,
    *,
    missing: float = 0.0,
    kind: str = "solved",
) -> tuple[list[float], list[Run]]:
    """Return difficulties and runs of the model; scores are solved or not, means of three repeats, or any share."""
    draw = random.Random(seed)
    difficulties = [draw.gauss(0, spread) for _ in range(n_tasks)]

    def scores(p: float) -> list[float | None]:
        if draw.random() < missing:
            return [None]
        if kind == "share":
            return [draw.betavariate(2 * p, 2 * (1 - p))]
        return [float(draw.random() < p) for _ in range(3 if kind == "repeats" else 1)]

    runs = [
        {f"t{i:04}": scores(chance(ability, difficulty)) for i, difficulty in enumerate(difficulties)}
        for ability in abilities
    ]
    return difficulties, runs


def objective(parameters: np.ndarray, scores: np.ndarray, weight: float) -> float:
    """Return the penalised likelihood by a rule of its own: Gauss and Hermite's with 120 points."""
    *abilities, log_spread = parameters
    z, weights = np.polynomial.hermite_e.hermegauss(120)
    margin = np.asarray(abilities)[:, None] - np.exp(log_spread) * z[None, :]
    seen = ~np.isnan(scores)
    told = np.nan_to_num(scores).T @ margin - seen.T @ np.logaddexp(0, margin)
    likelihood = np.log(np.exp(weight * told) @ weights).sum()
    penalty = -(np.square(abilities).sum()) / (2 * ABILITY_SCALE**2)
    return float(likelihood + penalty + log_spread - np.exp(2 * log_spread) / (2 * SPREAD_SCALE**2))


def table(runs: list[Run]) -> np.ndarray:
    tasks = sorted(runs[0])
    return np.array(
        [[math.nan if run[task][0] is None else np.mean(run[task]) for task in tasks] for run in runs],
        dtype=float,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("abilities", "missing", "kind"),
    [
        ([0.5, -0.5, 1.0], 0.0, "solved"),
        ([0.0, 2.0, -1.0, 1.0], 0.2, "solved"),
        ([-1.0, 0.0, 1.5], 0.1, "share"),
    ],
    ids=["all scored", "some missing", "shares"],
)
def test_it_is_where_the_likelihood_is_largest(abilities, missing: float, kind: str) -> None:
    _, runs = simulated(abilities, 30, 1.2, seed=7, missing=missing, kind=kind)
    found, scores = fit_rasch(runs), table(runs)
    weight = 1 / found.dispersion
    at = np.array([*(each.value for each in found.abilities), math.log(found.spread)])
    result = scipy.optimize.minimize(
        lambda parameters: -objective(parameters, scores, weight), np.zeros(len(at)), tol=1e-9
    )
    assert at == pytest.approx(result.x, abs=2e-4)


@pytest.mark.slow
def test_the_errors_are_those_of_the_curvature_and_of_the_sandwich() -> None:
    _, runs = simulated([0.5, -0.5, 1.0], 30, 1.2, seed=8, missing=0.1)
    data = responses(runs)
    groups = data.groups()
    step = best(data, groups)
    found = standard_errors(data, groups, step)
    scores, at = table(runs), np.array([*step.before.abilities, math.log(step.before.spread)])
    size, h = len(at), 1e-3
    unit = np.eye(size) * h

    def slope(parameters: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.array(
            [
                (objective(parameters + e, values, 1) - objective(parameters - e, values, 1)) / (2 * h)
                for e in unit
            ]
        )

    curvature = -np.array([(slope(at + e, scores) - slope(at - e, scores)) / (2 * h) for e in unit])
    # what all tasks have less one has, one task at a time
    whole = slope(at, scores)
    parts = np.array([whole - slope(at, np.delete(scores, task, axis=1)) for task in range(30)])
    inverse = np.linalg.inv(curvature)
    sandwich = inverse @ (parts.T @ parts) @ inverse * 30 / 29
    assert found.of_model == pytest.approx(np.sqrt(np.diag(inverse))[:-1], rel=2e-3)
    assert found.robust == pytest.approx(np.sqrt(np.diag(sandwich))[:-1], rel=2e-3)


def test_a_matrix_is_inverted_or_refused() -> None:
    draw = np.random.default_rng(1)
    root = draw.normal(size=(6, 6))
    matrix = root @ root.T
    assert np.array(inverted(matrix.tolist())) == pytest.approx(np.linalg.inv(matrix))
    with pytest.raises(ArithmeticError, match="positive definite"):
        inverted([[1.0, 2.0], [2.0, 1.0]])


def test_where_all_is_scored_agents_and_tasks_rank_by_their_means() -> None:
    _, runs = simulated([0.5, -0.5, 1.0, 0.0], 40, 1.5, seed=9)
    found = fit_rasch(runs)
    means = [sum(float(repeats[0] or 0) for repeats in run.values()) for run in runs]
    order = sorted(range(4), key=means.__getitem__)
    assert sorted(range(4), key=lambda run: found.abilities[run].value) == order
    ordered = sorted(found.difficulties.values(), key=lambda task: task.value)
    shares = [task.mean_score for task in ordered]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) > 2


def test_it_makes_up_for_the_hard_tasks_that_one_run_was_not_scored_on() -> None:
    """One run has no score where most others failed, so that its plain mean is higher."""
    _, runs = simulated([0.0, 0.0, 0.5, -0.5, 1.0, -1.0], 200, 2.0, seed=10)
    for task in runs[0]:
        if sum(float(run[task][0] or 0) for run in runs[1:]) < 3:
            runs[0][task] = [None]
    found = fit_rasch(runs)
    assert float(np.nanmean(table(runs)[0])) > 0.75
    assert found.abilities[0].n_tasks < 120
    assert found.abilities[0].interval.low < 0 < found.abilities[0].interval.high
    assert abs(found.abilities[0].value) < 0.5


def test_agents_and_tasks_at_the_ends_have_finite_values_and_are_marked() -> None:
    tasks = [f"t{i}" for i in range(10)]
    runs: list[Run] = [
        {task: [1.0] for task in tasks},
        {task: [0.0] for task in tasks},
        {task: [float(i < 5)] for i, task in enumerate(tasks)},
    ]
    found = fit_rasch(runs)
    assert [each.is_at_end for each in found.abilities] == [True, True, False]
    best_one, worst_one, middle = found.abilities
    assert worst_one.value < middle.value < best_one.value
    assert best_one.value < 10
    assert best_one.interval.high - best_one.interval.low > middle.interval.high - middle.interval.low
    all_solved = fit_rasch([{task: [1.0] for task in tasks} for _ in range(3)])
    assert all(each.is_at_end for each in all_solved.difficulties.values())
    assert all(math.isfinite(each.value) for each in all_solved.abilities)


def test_tasks_that_all_or_none_solve_keep_the_spread_finite() -> None:
    runs: list[Run] = [{f"t{i:02}": [float(i < 10)] for i in range(20)} for _ in range(4)]
    found = fit_rasch(runs)
    assert 2 < found.spread < 10
    values = [each.value for each in found.difficulties.values()]
    assert max(values[:10]) < 0 < min(values[10:])


def test_scores_that_vary_less_than_solved_or_not_are_told_by_the_dispersion() -> None:
    solved = fit_rasch(simulated([0.0, 0.5, 1.0, -0.5], 60, 1.0, seed=11)[1])
    shares = fit_rasch(simulated([0.0, 0.5, 1.0, -0.5], 200, 1.0, seed=11, kind="share")[1])
    assert solved.dispersion == 1
    # a beta distribution of parameters 2 p and 2 (1 - p) has the variance p (1 - p) / 3
    assert shares.dispersion == pytest.approx(1 / 3, abs=0.06)


def test_the_order_of_runs_and_tasks_changes_nothing() -> None:
    _, runs = simulated([0.5, -0.5, 1.0], 30, 1.2, seed=12, missing=0.1)
    found = fit_rasch(runs)
    turned = fit_rasch([dict(reversed(run.items())) for run in reversed(runs)])
    assert [each.value for each in turned.abilities] == pytest.approx(
        [each.value for each in reversed(found.abilities)], abs=1e-4
    )


def test_faults_and_tasks_without_any_score_are_left_out() -> None:
    _, runs = simulated([0.5, -0.5, 1.0], 20, 1.2, seed=13)
    more = [{**run, "never": [None, None]} for run in runs]
    assert "never" not in fit_rasch(more).difficulties
    assert fit_rasch(more).abilities == fit_rasch(runs).abilities


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ([], "at least 2 runs"),
        ([{"a": [1.0]}], "1 of 1 have one"),
        ([{"a": [1.0]}, {"a": [None]}], "1 of 2 have one"),
        ([{f"t{i}": [1.0] for i in range(5)}] * 2, "at least 6 tasks with a score; there are 5"),
    ],
    ids=["no run", "one run", "a run without a score", "few tasks"],
)
def test_too_little_is_refused_in_plain_words(runs, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fit_rasch(runs)


def test_too_many_runs_are_refused() -> None:
    with pytest.raises(UsageError, match="at most 300 runs"):
        fit_rasch([{f"t{i}": [1.0] for i in range(6)}] * 301)


def test_a_fit_that_does_not_settle_is_told() -> None:
    data = responses(simulated([0.5, -0.5, 1.0], 20, 1.2, seed=13)[1])
    with pytest.raises(
        UsageError, match=r"does not settle: a parameter still moves by 0\.\d+ logits after 1 rounds"
    ):
        best(data, data.groups(), most_rounds=1)


@pytest.mark.parametrize("kind", ["no overlap", "all equal", "all alike but one"])
def test_runs_that_say_little_of_each_other_have_wide_intervals(kind: str) -> None:
    """Two runs of 8 tasks."""
    runs: dict[str, list[Run]] = {
        "no overlap": [{f"{run}{i}": [float(i < 4)] for i in range(8)} for run in "ab"],
        "all equal": [{f"t{i}": [0.5] for i in range(8)}] * 2,
        "all alike but one": [{f"t{i}": [float(i < each)] for i in range(8)} for each in (4, 5)],
    }
    one, other = fit_rasch(runs[kind]).abilities
    assert one.interval.low < other.value < one.interval.high
    if kind == "no overlap":
        assert one.interval.high - one.interval.low > 2


def test_a_score_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.5 of task 'a' is not in"):
        fit_rasch([{"a": [1.5]}, {"a": [1.0]}])


BOARDS: dict[str, tuple[int, int, float, float, str]] = {
    "two agents": (2, 40, 1.5, 0.0, "solved"),
    "five agents": (5, 40, 1.0, 0.0, "solved"),
    "few tasks": (5, 12, 1.5, 0.0, "solved"),
    "very different tasks": (5, 40, 2.5, 0.0, "solved"),
    "a tenth without a score": (10, 59, 1.5, 0.1, "solved"),
    "three repeats": (5, 40, 1.5, 0.0, "repeats"),
    "shares": (5, 40, 1.5, 0.0, "share"),
}


def shares_held(board: str, n_boards: int) -> tuple[float, float]:
    """Return how often the intervals of simulated boards hold the true abilities and difficulties."""
    n_agents, n_tasks, spread, missing, kind = BOARDS[board]
    draw, able, hard = random.Random(board), [], []
    for _ in range(n_boards):
        abilities = [draw.gauss(0, 1) for _ in range(n_agents)]
        difficulties, runs = simulated(
            abilities, n_tasks, spread, draw.randrange(10**9), missing=missing, kind=kind
        )
        found = fit_rasch(runs)
        able += [
            each.interval.low <= ability <= each.interval.high
            for ability, each in zip(abilities, found.abilities, strict=True)
        ]
        hard += [
            each.interval.low <= difficulties[int(each.task[1:])] <= each.interval.high
            for each in found.difficulties.values()
        ]
    return sum(able) / len(able), sum(hard) / len(hard)


@pytest.mark.soak
@pytest.mark.parametrize("board", BOARDS)
def test_intervals_hold_95_abilities_and_90_difficulties_in_100(board: str) -> None:
    able, hard = shares_held(board, 400)
    # Errors of agents on one board go together; 400 boards tell a share of 0.95 to about 0.02 even so.
    assert able >= 0.93
    # What is known of a difficulty takes abilities and spread as known, which few agents and tasks do not tell well.
    assert hard >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("board", ["two agents", "few tasks", "a tenth without a score", "three repeats"])
def test_intervals_hold_nearly_all_abilities_of_a_few_boards(board: str) -> None:
    able, hard = shares_held(board, 20)
    assert able >= 0.85
    assert hard >= 0.84
