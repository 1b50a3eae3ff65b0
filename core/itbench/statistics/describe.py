"""A run's headline in one line that hides nothing: value, interval, coverage and what is missing."""

from collections.abc import Mapping

from itbench.interfaces.fault import Stage
from itbench.statistics.estimate import Estimate
from itbench.statistics.means import MeanOverTasks

_NOT_RUN = "not run"


def headline(estimate: Estimate, faults: Mapping[str, int] | None = None) -> str:
    """Say what the run scored, with its 95 % interval, coverage, and the faults by stage.

    The faults count trials by stage. Those of the agent are scored as 0, so they are not among the missing;
    what is missing without a fault has not been run.

    Raises:
        ValueError: there are more faults than trials without a score.
    """
    missing = _missing(estimate, faults or {})
    if estimate.n_planned == 0:
        return "no score: no trial was planned"
    coverage = f"{estimate.n_scored} of {estimate.n_planned} trials"
    if estimate.mean is None:
        return f"no score: {coverage} have one; {missing}"
    line = f"{_value(estimate, estimate.mean)} over {coverage}"
    if estimate.is_complete:
        return line
    bounds = (
        f"{estimate.missing_as_zero:.3f} with the missing as 0, {estimate.mean:.3f} with them left out, "
        f"{estimate.missing_as_one:.3f} with them as 1"
    )
    return f"{line}; {missing}; {bounds}"


def value_with_interval(estimate: Estimate | MeanOverTasks) -> str:
    """Return the value with its 95 % interval, as it stands in a table; a dash where there is none."""
    if estimate.mean is None:
        return "-"
    return f"{estimate.mean:.3f}" + (f" ({estimate.interval.text})" if estimate.interval else "")


def _value(estimate: Estimate, mean: float) -> str:
    interval = f", 95 % interval {estimate.interval.text}" if estimate.interval else ""
    doubt = ", too few tasks to compare" if estimate.has_too_few_tasks else ""
    return f"{mean:.3f}{interval}{doubt},"


def _missing(estimate: Estimate, faults: Mapping[str, int]) -> str:
    n_missing = estimate.n_planned - estimate.n_scored
    counts = {str(stage): n for stage, n in faults.items() if n and not Stage(stage).is_scored}
    n_faults = sum(counts.values())
    if n_faults > n_missing:
        raise ValueError(f"{n_faults} faults {counts!r} but {n_missing} trials without a score")
    if n_faults < n_missing:
        counts[_NOT_RUN] = n_missing - n_faults
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    names = [name if len(by_count) == 1 else f"{n} {name}" for name, n in by_count]
    return f"{n_missing} without a score ({', '.join(names)})"
