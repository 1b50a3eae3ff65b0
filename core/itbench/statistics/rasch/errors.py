"""Standard errors of the abilities: from the curvature of the likelihood, and robust against what the model has wrong.

The curvature is that of the likelihood with difficulties integrated out: what complete data would tell minus the variance of its
score under the posterior of each task (Louis 1982, doi:10.1111/j.2517-6161.1982.tb01203.x). The robust error is the sandwich
inverse(J) B inverse(J), with B the sum over tasks of the squares of each one's score (White 1982, doi:10.2307/1912526), times
n / (n - 1) for few tasks: it needs tasks to be independent, and neither scores of 0 and 1 nor equal discrimination.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from itbench.statistics.rasch.em import ABILITY_SCALE, SPREAD_SCALE, Step
from itbench.statistics.rasch.responses import Group, Responses

Matrix = list[list[float]]


@dataclass(frozen=True, slots=True)
class StandardErrors:
    """Of each ability, in logits.

    Attributes:
        robust: by the sandwich.
        of_model: as if the model were right and each score 0 or 1.
    """

    robust: list[float]
    of_model: list[float]


def standard_errors(data: Responses, groups: Sequence[Group], step: Step) -> StandardErrors:
    """Return the errors at the best parameters; the spread counts as one more parameter."""
    inverse = inverted(_information(groups, step, data.n_runs))
    spread = _products(_scores(data, groups, step))
    n_tasks = len(data.tasks)
    factor = n_tasks / (n_tasks - 1)
    robust = []
    for row in inverse[: data.n_runs]:
        halfway = [sum(map(mul, row, column)) for column in spread]
        robust.append(math.sqrt(max(0.0, factor * sum(map(mul, halfway, row)))))
    return StandardErrors(robust, [math.sqrt(inverse[run][run]) for run in range(data.n_runs)])


def _features(step: Step, n_runs: int, run: int) -> list[float]:
    """Return the part of a parameter's score that depends on the difficulty: the chance of a run, or z^2 for the spread."""
    return step.grid.chances[run] if run < n_runs else [-z * z for z in step.grid.z]


def _information(groups: Sequence[Group], step: Step, n_runs: int) -> Matrix:
    spread, weight = step.before.spread, step.before.weight
    deviations, complete = [], []
    for run in range(n_runs + 1):
        values, total, scale = _features(step, n_runs, run), 0.0, weight if run < n_runs else 1.0
        of_run: list[float] = []
        for group, posterior in zip(groups, step.posteriors, strict=True):
            if run in group.missing:
                of_run += [0.0] * len(posterior.weights)
                continue
            count, here = len(group.tasks), values[posterior.start : posterior.start + len(posterior.weights)]
            center = sum(map(mul, posterior.weights, here))
            total += count * _complete(posterior.weights, here, is_run=run < n_runs)
            of_run += [
                scale * math.sqrt(count * share) * (value - center)
                for share, value in zip(posterior.weights, here, strict=True)
            ]
        deviations.append(of_run)
        complete.append(scale * total)
    lost = _products(deviations)
    penalties = [1 / ABILITY_SCALE**2] * n_runs + [2 * spread**2 / SPREAD_SCALE**2]
    return [
        [(complete[i] + penalties[i] if i == j else 0.0) - lost[i][j] for j in range(n_runs + 1)]
        for i in range(n_runs + 1)
    ]


def _complete(weights: Sequence[float], values: Sequence[float], *, is_run: bool) -> float:
    if is_run:
        return sum(weight * value * (1 - value) for weight, value in zip(weights, values, strict=True))
    return -2 * math.fsum(map(mul, weights, values))


def _scores(data: Responses, groups: Sequence[Group], step: Step) -> Matrix:
    """Return of each parameter the part that each task has in the slope of the likelihood; they add up to its penalty's."""
    found = [[0.0] * len(data.tasks) for _ in range(data.n_runs + 1)]
    for group, posterior in zip(groups, step.posteriors, strict=True):
        places = slice(posterior.start, posterior.start + len(posterior.weights))
        squares = sum(map(mul, posterior.weights, (z * z for z in step.grid.z[places])))
        expected = [sum(map(mul, posterior.weights, chances[places])) for chances in step.grid.chances]
        for task in group.tasks:
            found[-1][task] = squares - 1
            for run, row in enumerate(data.rows):
                score = row[task]
                found[run][task] = 0.0 if score is None else step.before.weight * (score - expected[run])
    return found


def _products(rows: Matrix) -> Matrix:
    """Return the matrix of the inner products of all rows."""
    half = [[sum(map(mul, row, other)) for other in rows[: place + 1]] for place, row in enumerate(rows)]
    return [[half[max(i, j)][min(i, j)] for j in range(len(rows))] for i in range(len(rows))]


def inverted(matrix: Matrix) -> Matrix:
    """Return the inverse of a symmetric positive definite matrix, by Gauss and Jordan's elimination.

    Raises:
        ArithmeticError: it is not positive definite.
    """
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for place in range(size):
        pivot = rows[place][place]
        if pivot <= 0:
            raise ArithmeticError("the information about the abilities is not positive definite")
        rows[place] = own = [value / pivot for value in rows[place]]
        for other in range(size):
            factor = rows[other][place]
            if other != place and factor:
                rows[other] = [value - factor * mine for value, mine in zip(rows[other], own, strict=True)]
    return [row[size:] for row in rows]
