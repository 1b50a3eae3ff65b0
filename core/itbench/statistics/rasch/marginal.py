"""The likelihood of the model with difficulties integrated out, at a grid of difficulties, and the posterior of each task.

With difficulties b = spread * z and z standard normal, the likelihood of a task that the runs scored y_i is the integral of
exp(w sum_i y_i (a_i - b) - log(1 + exp(a_i - b))) under the normal density of z, with w = 1 for scores of 0 and 1. It depends on b
by the total of the y_i alone, so that the sum over runs is made once for the grid and not for each task. The trapezoidal rule on an even grid is exact to
about exp(-2 pi^2 s^2 / h^2) for a step h and posteriors no narrower than s (Trefethen and Weideman 2014, doi:10.1137/130932132).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from itbench.statistics.rasch.responses import Group

_REACH = 6.0
_STEP_OF_DEVIATION = 1.2
_COARSEST = 0.5
_NEGLIGIBLE = 1e-8


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the model has.

    Attributes:
        abilities: of the runs, in logits.
        spread: standard deviation of the difficulties, whose mean is 0, in logits.
        weight: how many scores of 0 and 1 one score counts as, 1 / dispersion.
    """

    abilities: list[float]
    spread: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of the tasks of one group: weights at consecutive places of the grid, from `start`."""

    start: int
    weights: list[float]


def expectation(posterior: Posterior, values: Sequence[float]) -> float:
    """Return the mean under a posterior of what has these values on the grid."""
    return math.fsum(map(mul, posterior.weights, values[posterior.start :]))


@dataclass(frozen=True, slots=True)
class Grid:
    """Difficulties at which everything is evaluated, under certain parameters.

    Attributes:
        z: even steps, in standard deviations.
        chances: of each run, the chance of success at each difficulty.
        softplus: of each run, log(1 + exp(ability - difficulty)) at each difficulty.
        parameters: those it is for.
    """

    z: list[float]
    chances: list[list[float]]
    softplus: list[list[float]]
    parameters: Parameters

    @property
    def difficulties(self) -> list[float]:
        """The same in logits."""
        return [self.parameters.spread * z for z in self.z]

    def posteriors(self, groups: Sequence[Group]) -> tuple[list[Posterior], float]:
        """Return the posterior of each group and the log-likelihood of all tasks, up to a constant of the data."""
        weight, difficulties = self.parameters.weight, self.difficulties
        everyone = [
            -z * z / 2 - weight * sum(column)
            for z, column in zip(self.z, zip(*self.softplus, strict=True), strict=True)
        ]
        found, likelihood = [], 0.0
        for group in groups:
            logs = [
                each - weight * group.total * difficulty
                for each, difficulty in zip(everyone, difficulties, strict=True)
            ]
            for run in group.missing:
                logs = [each + weight * more for each, more in zip(logs, self.softplus[run], strict=True)]
            top = max(logs)
            raw = [math.exp(each - top) for each in logs]
            total = sum(raw)
            likelihood += len(group.tasks) * (top + math.log(total))
            found.append(_trimmed(raw, total))
        return found, likelihood + sum(len(group.tasks) for group in groups) * math.log(self.z[1] - self.z[0])


def grid(parameters: Parameters, z: Sequence[float]) -> Grid:
    """Return the grid for these parameters."""
    difficulties = [parameters.spread * each for each in z]
    chances, softplus = [], []
    for ability in parameters.abilities:
        powers = [math.exp(difficulty - ability) for difficulty in difficulties]
        chances.append([1 / (1 + power) for power in powers])
        softplus.append(
            [
                ability - difficulty + math.log1p(power)
                for difficulty, power in zip(difficulties, powers, strict=True)
            ]
        )
    return Grid(list(z), chances, softplus, parameters)


def grid_points(parameters: Parameters) -> list[float]:
    """Return steps fine enough for the narrowest posterior: a score of 0 or 1 has at most 1 / 4 of information on a difficulty."""
    information = parameters.weight * len(parameters.abilities) / 4
    narrowest = 1 / math.sqrt(1 + parameters.spread**2 * information)
    n_steps = math.ceil(_REACH / min(_COARSEST, _STEP_OF_DEVIATION * narrowest))
    return [_REACH * place / n_steps for place in range(-n_steps, n_steps + 1)]


def _trimmed(raw: Sequence[float], total: float) -> Posterior:
    limit = _NEGLIGIBLE * total
    start = next(place for place, each in enumerate(raw) if each > limit)
    end = len(raw) - next(place for place, each in enumerate(reversed(raw)) if each > limit)
    return Posterior(start, [each / total for each in raw[start:end]])
