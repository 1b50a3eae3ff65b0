"""Whether a run is worse than an earlier one, with the chance of a false alarm.

The test is that of `itbench compare`, one-sided: if the agent is as good as it was, each task's difference might as well have the
other sign, so at most 5 % of runs are called worse by chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.report.comparison import RunComparison, compare_runs
from itbench.report.table import counted
from itbench.store.reader import RunFile

FALSE_ALARM = 0.05
"""The largest chance that a run is called worse although the agent is as good as before."""
# With fewer tasks, all of them worse have a larger chance than that: 2 ** -n.
FEWEST = 5
_OPTION = "--fail-if-worse-than"


@dataclass(frozen=True, slots=True)
class Drop:
    """A run held against an earlier one.

    Attributes:
        other: file of the earlier run.
        comparison: of the two; differences are this run minus the earlier one.
    """

    other: Path
    comparison: RunComparison

    @property
    def p_value(self) -> float | None:
        """One-sided: how often a difference this low comes by chance; None without enough tasks."""
        result = self.comparison.result
        if result.sign_flip is None or result.difference is None or result.n_tasks < FEWEST:
            return None
        half = result.sign_flip.p_value / 2
        return half if result.difference < 0 else 1 - half

    @property
    def is_worse(self) -> bool:
        """Whether the run is worse by the test, or cannot be told from one: too few tasks have a score in both."""
        return self.p_value is None or self.p_value <= FALSE_ALARM

    @property
    def text(self) -> str:
        """The outcome in a sentence."""
        result, p_value = self.comparison.result, self.p_value
        tasks = counted(result.n_tasks, "task")
        if p_value is None or result.difference is None or result.sign_flip is None:
            return f"{tasks} have a score in this run and in {str(self.other)!r}, {FEWEST} are needed, with {_OPTION}"
        is_or_not = "worse" if self.is_worse else "not shown to be worse"
        found = f"{is_or_not} than {str(self.other)!r}: difference {result.difference:+.3f} on {tasks}, one-sided p = {p_value:.3f}"
        method = f"{result.sign_flip.method} sign flips"
        return f"{found} ({method}); at most {FALSE_ALARM:.0%} of runs as good as that one are called worse"

    def document(self) -> JsonObject:
        """Return it for machines."""
        result = self.comparison.result
        return {
            "run": str(self.other),
            "difference": result.difference,
            "tasks": result.n_tasks,
            "p_value": self.p_value,
            "method": None if result.sign_flip is None else result.sign_flip.method,
            "false_alarm": FALSE_ALARM,
            "is_worse": self.is_worse,
        }


def drop(run: RunFile, other: Path) -> Drop:
    """Hold a run against an earlier one.

    Raises:
        ITBenchError: they cannot be compared.
    """
    found = compare_runs(run.path, other)
    _require_comparable(found, other)
    return Drop(other, found)


def require_comparable(plan: JsonObject, rules: int, other: Path) -> None:
    """Refuse, before a run begins, an earlier run with which it could not be compared at its end.

    Args:
        plan: of the run that is going to begin.
        rules: version of those by which it will be scored.
        other: file of the earlier one.

    Raises:
        UsageError: says why they cannot be compared.
        RunFileError: the earlier run cannot be read.
    """
    with RunFile(other) as run:
        earlier, scored = run.plan(), run.values()
        versions = set(run.scoring_versions().values())
    suites = [f"{each['domain']}/{each['suite']}" for each in (plan, earlier)]
    if suites[0] != suites[1]:
        raise UsageError(f"{_OPTION}: {str(other)!r} is a run of {suites[1]}, not of {suites[0]}")
    tasks = [_hashes(each) for each in (plan, earlier)]
    both = tasks[0].keys() & tasks[1].keys()
    if any(tasks[0][task] != tasks[1][task] for task in both):
        raise UsageError(f"{_OPTION}: {str(other)!r} has other tasks or limits (by their hashes)")
    if plan.get("role_models", {}) != earlier.get("role_models", {}):
        raise UsageError(f"{_OPTION}: in {str(other)!r} other models play the roles in the environments")
    if versions - {rules}:
        raise UsageError(f"{_OPTION}: {str(other)!r} was scored by other rules; run: itbench score {other}")
    usable = sum(1 for task in both if any(value is not None for value in scored.get(task, [])))
    if usable < FEWEST:
        raise UsageError(
            f"{_OPTION}: {counted(usable, 'task')} of this run have a score in {str(other)!r}; with fewer than {FEWEST} nothing "
            f"can be shown with a chance of {FALSE_ALARM:.0%} for a false alarm"
        )


def _require_comparable(found: RunComparison, other: Path) -> None:
    versions = found.scoring_versions
    if not found.has_same_tasks:
        raise UsageError(f"{_OPTION}: {str(other)!r} has other tasks, limits, truths or hidden data")
    if not found.has_same_roles:
        raise UsageError(f"{_OPTION}: in {str(other)!r} other models play the roles in the environments")
    if None not in versions and versions[0] != versions[1]:
        raise UsageError(f"{_OPTION}: {str(other)!r} was scored by other rules; run: itbench score {other}")


def _hashes(plan: JsonObject) -> Mapping[str, str]:
    return {task["id"]: task["content_hash"] for task in plan["tasks"]}
