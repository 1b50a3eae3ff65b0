"""A fit of the Rasch model: P(agent a solves task t) = 1 / (1 + exp(difficulty_t - ability_a)), in logits.

Source of the model: Rasch (1960), Probabilistic Models for Some Intelligence and Attainment Tests. A board has many tasks and few
agents, so difficulties are taken as drawn from a normal distribution of mean 0 and unknown spread, and integrated out, and
abilities are estimated (random items: De Boeck 2008, doi:10.1007/s11336-008-9092-x). Estimating both side by side would
make tasks look more different than they are, the more so the fewer agents there are (Neyman and Scott 1948).

Scores between 0 and 1 enter as they are, as in a fractional logit (Papke and Wooldridge 1996): the estimate needs the mean right,
and the robust error makes up for a variance that is not that of 0 and 1. Missing scores are left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from itbench.errors import UsageError
from itbench.statistics.interval import FEWEST_TASKS, Interval
from itbench.statistics.means import Values
from itbench.statistics.most_runs import require_few_runs
from itbench.statistics.rasch.em import Step, best
from itbench.statistics.rasch.errors import standard_errors
from itbench.statistics.rasch.marginal import Posterior, expectation
from itbench.statistics.rasch.responses import Group, Responses, responses
from itbench.statistics.student import quantile

FEWEST_RUNS = 2
_NORMAL_975 = 1.959964
_UPPER = 0.975


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityEstimate:
    """How able the agent of a run is.

    Attributes:
        value: in logits: at a task of this difficulty it succeeds half the time; 0 is the mean difficulty.
        standard_error: robust, clustered by task; by the model where `is_at_end`.
        interval: 95 %, by Student's t with tasks - 1 degrees of freedom.
        n_tasks: how many tasks the run has a score for.
        is_at_end: whether it solved all or nothing, so that only the penalty keeps the value finite.
    """

    value: float
    standard_error: float
    interval: Interval
    n_tasks: int
    is_at_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DifficultyEstimate:
    """How hard a task is.

    Attributes:
        task: its id.
        value: in logits, mean of what is known of it; 0 is the mean of all tasks.
        standard_deviation: of what is known of it.
        interval: 95 %: the value and 1.96 standard deviations to both sides.
        mean_score: over the runs that have a score for it.
        n_runs: how many these are.
        is_at_end: whether all runs or none solved it, so that only the other tasks tell how far off it may be.
    """

    task: str
    value: float
    standard_deviation: float
    interval: Interval
    mean_score: float
    n_runs: int
    is_at_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RaschFit:
    """Abilities and difficulties on one scale.

    Attributes:
        abilities: of the runs, in their order.
        difficulties: of the tasks that any run has a score for, by id.
        spread: standard deviation of the difficulties, in logits.
        dispersion: variance of the scores as a share of that of scores of 0 and 1.
    """

    abilities: list[AbilityEstimate]
    difficulties: dict[str, DifficultyEstimate]
    spread: float
    dispersion: float


def chance(ability: float, difficulty: float) -> float:
    """Return the chance of success."""
    return 1 / (1 + math.exp(min(difficulty - ability, 700.0)))


def fit_rasch(runs: Sequence[Values]) -> RaschFit:
    """Fit the model to the scores of several runs of one suite.

    Raises:
        UsageError: there are fewer than 2 runs with scores, more than 300, or fewer than 6 tasks, or the fit does not settle.
        ValueError: a score is not in [0, 1].
    """
    data = fitting_responses(runs)
    groups = data.groups()
    step = best(data, groups)
    return RaschFit(
        abilities=_abilities(data, groups, step),
        difficulties=_difficulties(data, groups, step),
        spread=step.before.spread,
        dispersion=1 / step.before.weight,
    )


def fitting_responses(runs: Sequence[Values]) -> Responses:
    """Lay out the scores of enough runs on enough tasks.

    Raises:
        UsageError: there are fewer than 2 runs with scores, more than 300, or fewer than 6 tasks.
        ValueError: a score is not in [0, 1].
    """
    require_few_runs(len(runs))
    data = responses(runs)
    if data.n_runs < FEWEST_RUNS or 0 in data.counts():
        raise UsageError(
            f"a fit of difficulty and ability needs at least {FEWEST_RUNS} runs, and a score in each; "
            f"{sum(count > 0 for count in data.counts())} of {data.n_runs} have one"
        )
    if len(data.tasks) < FEWEST_TASKS:
        raise UsageError(
            f"a fit of difficulty and ability needs at least {FEWEST_TASKS} tasks with a score; there are {len(data.tasks)}"
        )
    return data


def _abilities(data: Responses, groups: Sequence[Group], step: Step) -> list[AbilityEstimate]:
    errors = standard_errors(data, groups, step)
    wide = quantile(_UPPER, len(data.tasks) - 1)
    found = []
    for run, (total, count) in enumerate(zip(data.totals(), data.counts(), strict=True)):
        is_at_end = total in {0, count}
        error = errors.of_model[run] if is_at_end else errors.robust[run]
        value = step.before.abilities[run]
        found.append(
            AbilityEstimate(
                value=value,
                standard_error=error,
                interval=Interval(value - wide * error, value + wide * error),
                n_tasks=count,
                is_at_end=is_at_end,
            )
        )
    return found


def _difficulties(data: Responses, groups: Sequence[Group], step: Step) -> dict[str, DifficultyEstimate]:
    found = {}
    for group, posterior in zip(groups, step.posteriors, strict=True):
        n_runs = data.n_runs - len(group.missing)
        center, deviation = _moments(posterior, step.grid.difficulties)
        for task in group.tasks:
            found[data.tasks[task]] = DifficultyEstimate(
                task=data.tasks[task],
                value=center,
                standard_deviation=deviation,
                interval=Interval(center - _NORMAL_975 * deviation, center + _NORMAL_975 * deviation),
                mean_score=group.total / n_runs,
                n_runs=n_runs,
                is_at_end=group.total in {0, n_runs},
            )
    return {task: found[task] for task in data.tasks}


def _moments(posterior: Posterior, difficulties: Sequence[float]) -> tuple[float, float]:
    here = difficulties[posterior.start : posterior.start + len(posterior.weights)]
    center = expectation(posterior, difficulties)
    variance = sum(
        weight * (each - center) ** 2 for weight, each in zip(posterior.weights, here, strict=True)
    )
    return center, math.sqrt(variance)
