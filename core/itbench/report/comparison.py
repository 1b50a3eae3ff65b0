"""Two runs side by side, task by task. `comparison_forms` says how a comparison looks."""

from dataclasses import dataclass
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import agent_label
from itbench.report.plan_notes import have_other_truths
from itbench.statistics import Comparison, compare, mean, smallest_difference, tasks_needed
from itbench.statistics.interval import FEWEST_TASKS
from itbench.store.reader import RunFile

_SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class ComparedTask:
    """One task in two runs.

    Attributes:
        task: its id.
        first, second: the mean over its repeats in each run; None without a score.
    """

    task: str
    first: float | None
    second: float | None

    @property
    def difference(self) -> float | None:
        """First minus second; None where one of them has no score."""
        return None if self.first is None or self.second is None else self.first - self.second


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What two runs have in common and where they differ; the difference is first minus second.

    Attributes:
        first, second: their plans.
        result: of the comparison.
        tasks: all tasks of both.
        retried: how many trials of each were attempted more than once.
        scoring_versions: of the oldest rules among the scores of each; None without any.
    """

    first: JsonObject
    second: JsonObject
    result: Comparison
    tasks: list[ComparedTask]
    retried: tuple[int, int] = (0, 0)
    scoring_versions: tuple[int | None, int | None] = (None, None)

    @property
    def names(self) -> tuple[str, str]:
        """The agents of both, with a number that tells runs of the same agent apart."""
        one, other = (agent_label(plan["agent"]) for plan in self._plans)
        return f"1: {one}", f"2: {other}"

    @property
    def title(self) -> str:
        """Which runs are compared, on how many tasks."""
        return f"{self.names[0]} minus {self.names[1]} on {self.result.n_tasks} tasks"

    @property
    def differing(self) -> list[ComparedTask]:
        """The tasks on which the two runs differ."""
        return [task for task in self.tasks if task.first != task.second]

    @property
    def has_same_tasks(self) -> bool:
        """Whether both worked on the very same tasks and were scored by the same truths, as far as their hashes tell."""
        hashes = [{task["id"]: task["content_hash"] for task in plan["tasks"]} for plan in self._plans]
        is_same = all(hashes[0][task] == hashes[1][task] for task in hashes[0].keys() & hashes[1].keys())
        return is_same and not have_other_truths(self._plans)

    @property
    def has_same_roles(self) -> bool:
        """Whether the same models played the roles in the environments of both; else they are not comparable."""
        first, second = (plan.get("role_models", {}) for plan in self._plans)
        return bool(first == second)

    @property
    def notes(self) -> list[str]:
        """The outcome, and what a reader must know of it, a sentence for each."""
        result = self.result
        notes = [f"better on {result.wins}, equal on {result.ties}, worse on {result.losses} tasks"]
        notes += _verdict(result)
        if not self.has_same_tasks:
            notes.append(
                "warning: the tasks, their limits, truths or hidden data differ between the two runs (by their hashes)"
            )
        versions = self.scoring_versions
        if None not in versions and versions[0] != versions[1]:
            notes.append(
                f"warning: 1 was scored by rules of version {versions[0]}, 2 by version {versions[1]}; `itbench score RUN` scores again"
            )
        if not self.has_same_roles:
            notes.append(
                "warning: other models played the roles in the environments, so the runs are not comparable"
            )
        if any(self.retried):
            notes.append(f"tried again after faults: {self.retried[0]} trials of 1, {self.retried[1]} of 2")
        if result.only_in_a or result.only_in_b:
            notes.append(
                f"left out: {len(result.only_in_a)} tasks only in 1, {len(result.only_in_b)} only in 2"
            )
        return notes

    @property
    def _plans(self) -> tuple[JsonObject, JsonObject]:
        return self.first, self.second


def compare_runs(first: Path, second: Path) -> RunComparison:
    """Compare two runs on the tasks that both have scored.

    Raises:
        UsageError: they are not of one suite.
        RunFileError: one cannot be read.
    """
    with RunFile(first) as one, RunFile(second) as other:
        return compare_open_runs(one, other)


def compare_open_runs(one: RunFile, other: RunFile) -> RunComparison:
    """Compare two runs that are open already.

    Raises:
        UsageError: they are not of one suite.
        RunFileError: one cannot be read.
    """
    plans, values = (one.plan(), other.plan()), (one.values(), other.values())
    retried = (one.retried(), other.retried())
    versions = _oldest_rules(one), _oldest_rules(other)
    names = [f"{plan['domain']}/{plan['suite']}" for plan in plans]
    if names[0] != names[1]:
        raise UsageError(
            f"{one.path} is a run of {names[0]}, {other.path} one of {names[1]}; compare runs of one suite"
        )
    tasks = [
        ComparedTask(task, _mean(values[0].get(task, [])), _mean(values[1].get(task, [])))
        for task in dict.fromkeys([*values[0], *values[1]])
    ]
    return RunComparison(*plans, compare(*values), tasks, retried, versions)


def _oldest_rules(run: RunFile) -> int | None:
    return min(run.scoring_versions().values(), default=None)


def _verdict(result: Comparison) -> list[str]:
    if result.difference is None:
        return ["difference: none, no task was scored in both"]
    lines = [f"difference: {result.difference:+.3f}"]
    if result.interval is not None:
        lines[0] += f", 95 % interval {result.interval.signed_text} (paired by task)"
    if result.has_too_few_tasks:
        return [*lines, f"too few tasks to compare: {result.n_tasks}, at least {FEWEST_TASKS} are needed"]
    if result.sign_flip is not None:
        lines[0] += f", p = {result.sign_flip.p_value:.3f} ({result.sign_flip.method} sign flips)"
    if result.standard_deviation:
        smallest = smallest_difference(result.n_tasks, result.standard_deviation)
        if smallest is not None:
            lines.append(f"{result.n_tasks} tasks can show a difference of {smallest:.3f} (power 0.8)")
        needed = (
            tasks_needed(abs(result.difference), result.standard_deviation) if result.difference else None
        )
        if needed is not None and needed > result.n_tasks and not _is_significant(result):
            lines.append(f"to show this one, {needed} tasks would be needed")
    interval = result.interval
    if interval is not None and interval.low <= 0 <= interval.high and _is_significant(result):
        lines.append(
            "the interval supposes nothing of the differences and is wide for it; the p value supposes that each is as likely "
            "in either direction if there is no difference in truth"
        )
    return lines


def _is_significant(result: Comparison) -> bool:
    return result.sign_flip is not None and result.sign_flip.p_value < _SIGNIFICANT


def _mean(values: list[float | None]) -> float | None:
    scored = [value for value in values if value is not None]
    return mean(scored) if scored else None
