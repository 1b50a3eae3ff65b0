"""The best parameters of the model, by expectation and maximisation (Bock and Aitkin 1981, doi:10.1007/BF02293801).

Penalties keep everything finite where the data does not: each ability has -a^2 / (2 * 3^2), so that an agent which solves
all or nothing has a finite one; the spread of difficulties has log(spread) - spread^2 / (2 * 2^2), which keeps it off 0
(Chung et al. 2013, doi:10.1007/s11336-013-9328-2) and off infinity. Against some dozens of tasks they weigh little.

EM takes many small steps where the data says little; pairs of them are extrapolated (SQUAREM, scheme S3 of Varadhan and
Roland 2008, doi:10.1111/j.1467-9469.2007.00585.x), and an extrapolation that makes the likelihood lower is not taken.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import mul

from itbench.errors import UsageError
from itbench.statistics.rasch.marginal import Grid, Parameters, Posterior, grid, grid_points
from itbench.statistics.rasch.responses import Group, Responses

ABILITY_SCALE = 3.0
SPREAD_SCALE = 2.0
_START = 1.2
_TOLERANCE = 1e-5
_ROUNDING = 1e-9
_MOST_WEIGHINGS = 8
_WEIGHT_TOLERANCE = 0.02
_LEAST_DISPERSION = 0.02
_MOST_ROUNDS = 300
_NEWTON_STEPS = 2
_MOST_ABILITY = 15.0
_LEAST_SPREAD, _MOST_SPREAD = 0.05, 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """One round of EM: the parameters it began with, what they say, and the better ones."""

    before: Parameters
    grid: Grid
    posteriors: list[Posterior]
    objective: float
    after: Parameters


def best(
    data: Responses,
    groups: Sequence[Group],
    start: Parameters | None = None,
    *,
    most_rounds: int = _MOST_ROUNDS,
) -> Step:
    """Return the last round, at whose end nothing changes any more; it is reached sooner from a good start.

    Raises:
        UsageError: the rounds do not settle.
    """
    totals = data.totals()
    found = _settled(start or _start(data, totals), totals, groups, most_rounds)
    for _ in range(0 if data.are_binary else _MOST_WEIGHINGS):
        weight = 1 / dispersion(data, groups, found)
        if abs(weight / found.before.weight - 1) < _WEIGHT_TOLERANCE:
            return found
        found = _settled(replace(found.after, weight=weight), totals, groups, most_rounds)
    if not data.are_binary:
        raise _unsettled(f"the dispersion of scores still changes after {_MOST_WEIGHINGS} fits")
    return found


def _unsettled(why: str) -> UsageError:
    return UsageError(
        f"the fit of difficulty and ability does not settle: {why}; leave out runs with few scores"
    )


def _start(data: Responses, totals: Sequence[float]) -> Parameters:
    shares = [(total + 0.5) / (count + 1) for total, count in zip(totals, data.counts(), strict=True)]
    return Parameters([_START * math.log(share / (1 - share)) for share in shares], 1.0)


def dispersion(data: Responses, groups: Sequence[Group], step: Step) -> float:
    """Return the variance of the scores about the model's chances p as a share of p (1 - p), that of scores of 0 and 1.

    Scores in [0, 1] have no larger one. Source: the quasi-likelihood of Wedderburn (1974, doi:10.1093/biomet/61.3.439); both
    sums are expectations under the posteriors of the tasks, as in EM.
    """
    residual = binomial = 0.0
    for group, posterior in zip(groups, step.posteriors, strict=True):
        places = slice(posterior.start, posterior.start + len(posterior.weights))
        for run, row in enumerate(data.rows):
            if run in group.missing:
                continue
            chances = step.grid.chances[run][places]
            products = list(map(mul, posterior.weights, chances))
            expected, square = sum(products), sum(map(mul, products, chances))
            binomial += len(group.tasks) * (expected - square)
            residual += sum(_square(row[task], expected, square) for task in group.tasks)
    return min(1.0, max(_LEAST_DISPERSION, residual / binomial))


def _square(score: float | None, expected: float, square: float) -> float:
    """Return the expectation of (score - chance)^2."""
    return 0.0 if score is None else score * score - 2 * score * expected + square


def _settled(now: Parameters, totals: Sequence[float], groups: Sequence[Group], most_rounds: int) -> Step:
    last = None
    for _ in range(most_rounds):
        first = _step(now, totals, groups)
        if last is not None and first.objective < last.objective - _ROUNDING:
            first = _step(last.after, totals, groups)
        second = _step(first.after, totals, groups)
        if _distance(second.before, second.after) < _TOLERANCE:
            return second
        now, last = _extrapolated(first.before, second.before, second.after), second
    moved = _distance(second.before, second.after)
    raise _unsettled(f"a parameter still moves by {moved:.2g} logits after {most_rounds} rounds")


def _step(now: Parameters, totals: Sequence[float], groups: Sequence[Group]) -> Step:
    there = grid(now, grid_points(now))
    posteriors, likelihood = there.posteriors(groups)
    everyone, of_run = _masses(there, posteriors, groups)
    abilities = [
        _better_ability(ability, total, of_run.get(run, everyone), there)
        for run, (ability, total) in enumerate(zip(now.abilities, totals, strict=True))
    ]
    squares = sum(mass * difficulty**2 for mass, difficulty in zip(everyone, there.difficulties, strict=True))
    spread = _better_spread(squares, sum(len(group.tasks) for group in groups))
    objective = likelihood + now.weight * sum(map(mul, now.abilities, totals)) + penalty(now)
    return Step(now, there, posteriors, objective, replace(now, abilities=abilities, spread=spread))


def penalty(parameters: Parameters) -> float:
    """Return what is added to the log-likelihood."""
    abilities = -sum(ability**2 for ability in parameters.abilities) / (2 * ABILITY_SCALE**2)
    return abilities + math.log(parameters.spread) - parameters.spread**2 / (2 * SPREAD_SCALE**2)


def _masses(
    there: Grid, posteriors: Sequence[Posterior], groups: Sequence[Group]
) -> tuple[list[float], dict[int, list[float]]]:
    """Return the expected number of tasks at each difficulty, and the same for each run that misses tasks."""
    everyone = [0.0] * len(there.z)
    lacking: dict[int, list[float]] = {}
    for group, posterior in zip(groups, posteriors, strict=True):
        count = len(group.tasks)
        for targets in (everyone, *(lacking.setdefault(run, [0.0] * len(there.z)) for run in group.missing)):
            for place, weight in enumerate(posterior.weights, posterior.start):
                targets[place] += count * weight
    return everyone, {
        run: [max(0.0, all_mass - less) for all_mass, less in zip(everyone, missing, strict=True)]
        for run, missing in lacking.items()
    }


def _better_ability(ability: float, total: float, masses: Sequence[float], there: Grid) -> float:
    """Take steps of Newton's towards where the expected total is the total, but for the penalty."""
    difficulties, precision = there.difficulties, 1 / (ABILITY_SCALE**2 * there.parameters.weight)
    for _ in range(_NEWTON_STEPS):
        chances = [1 / (1 + math.exp(difficulty - ability)) for difficulty in difficulties]
        products = list(map(mul, masses, chances))
        expected = sum(products)
        information = expected - sum(map(mul, products, chances)) + precision
        change = (total - expected - ability * precision) / information
        ability = min(max(ability + min(max(change, -1.0), 1.0), -_MOST_ABILITY), _MOST_ABILITY)
    return ability


def _better_spread(squares: float, n_tasks: int) -> float:
    # The root of u^2 / scale^2 + (n - 1) u - squares = 0 for u = spread^2.
    linear, scale = n_tasks - 1, SPREAD_SCALE**2
    root = (math.sqrt(linear**2 + 4 * squares / scale) - linear) * scale / 2
    return _within(math.sqrt(root))


def _within(spread: float) -> float:
    return min(max(spread, _LEAST_SPREAD), _MOST_SPREAD)


def _distance(one: Parameters, other: Parameters) -> float:
    return max(
        abs(one.spread - other.spread),
        *(abs(a - b) for a, b in zip(one.abilities, other.abilities, strict=True)),
    )


def _extrapolated(first: Parameters, second: Parameters, third: Parameters) -> Parameters:
    vectors = [[*each.abilities, math.log(each.spread)] for each in (first, second, third)]
    steps = [b - a for a, b in zip(vectors[0], vectors[1], strict=True)]
    bends = [c - 2 * b + a for a, b, c in zip(*vectors, strict=True)]
    bent = math.sqrt(sum(bend**2 for bend in bends))
    length = max(1.0, math.sqrt(sum(step**2 for step in steps)) / bent) if bent else 1.0
    if length == 1.0:
        return third
    moved = [
        min(max(start + 2 * length * step + length**2 * bend, -_MOST_ABILITY), _MOST_ABILITY)
        for start, step, bend in zip(vectors[0], steps, bends, strict=True)
    ]
    return replace(third, abilities=moved[:-1], spread=_within(math.exp(moved[-1])))
