"""A run's headline in one line that hides nothing: value, error bar, coverage and what is missing."""

from collections.abc import Mapping

from itbench.interfaces.fault import Stage
from itbench.statistics.estimate import Estimate, no_spread_interval

_NOT_RUN = "not run"
_NO_SPREAD = 1e-12


def headline(estimate: Estimate, faults: Mapping[str, int] | None = None) -> str:
    """Say what the run scored, with half the 95 % interval after ±, coverage, and the faults by stage.

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
        f"between {estimate.missing_as_zero:.3f} (missing as 0) and {estimate.mean:.3f} (missing left out)"
    )
    return f"{line}; {missing}; {bounds}"


def value_with_error(estimate: Estimate) -> str:
    """Return the value with half its 95 % interval, as it stands in a table; a dash where there is none."""
    if estimate.mean is None:
        return "-"
    if estimate.interval is None:
        return f"{estimate.mean:.3f}"
    if (estimate.standard_error or 0.0) > _NO_SPREAD:
        return f"{estimate.mean:.3f} ± {estimate.interval.half_width:.3f}"
    # Where all tasks came out alike, a half-width of 0 would claim what nobody knows.
    interval = no_spread_interval(estimate.mean, estimate.n_tasks_scored)
    return f"{estimate.mean:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def _value(estimate: Estimate, mean: float) -> str:
    if estimate.interval is None or estimate.standard_error is None:
        return f"{mean:.3f} (one task, no error bar)"
    if estimate.standard_error > _NO_SPREAD:
        return f"{mean:.3f} ± {estimate.interval.half_width:.3f}"
    # "± 0.000" would claim certainty where there is only nothing to measure it by.
    interval = no_spread_interval(mean, estimate.n_tasks_scored)
    return f"{mean:.3f} (all tasks alike; 95 % interval {interval.low:.3f} to {interval.high:.3f})"


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
