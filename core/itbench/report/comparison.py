"""Two runs side by side, task by task."""

from dataclasses import dataclass
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import agent_label
from itbench.report.plan_notes import have_other_truths
from itbench.report.table import number, table
from itbench.statistics import Comparison, compare, mean, smallest_difference, tasks_needed
from itbench.statistics.interval import FEWEST_TASKS
from itbench.store.reader import RunFile
from itbench.text.harmless import one_line

_SHOWN_TASKS = 40
_SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What two runs have in common and where they differ; the difference is first minus second.

    Attributes:
        first, second: their plans.
        result: of the comparison.
        tasks: id and the two values of each.
        retried: how many trials of each were attempted more than once.
    """

    first: JsonObject
    second: JsonObject
    result: Comparison
    tasks: list[tuple[str, float | None, float | None]]
    retried: tuple[int, int] = (0, 0)

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
    def _plans(self) -> tuple[JsonObject, JsonObject]:
        return self.first, self.second


def compare_runs(first: Path, second: Path) -> RunComparison:
    """Compare two runs on the tasks that both have scored.

    Raises:
        UsageError: they are not of one suite.
        RunFileError: one cannot be read.
    """
    with RunFile(first) as one, RunFile(second) as other:
        plans, values = (one.plan(), other.plan()), (one.values(), other.values())
        retried = (one.retried(), other.retried())
    names = [f"{plan['domain']}/{plan['suite']}" for plan in plans]
    if names[0] != names[1]:
        raise UsageError(
            f"{first} is a run of {names[0]}, {second} one of {names[1]}; compare runs of one suite"
        )
    tasks = [
        (task, _mean(values[0].get(task, [])), _mean(values[1].get(task, [])))
        for task in dict.fromkeys([*values[0], *values[1]])
    ]
    return RunComparison(*plans, compare(*values), tasks, retried)


def comparison_text(found: RunComparison) -> str:
    """Return the comparison as text."""
    result = found.result
    names = [
        f"{at}: {agent_label(plan['agent'])}" for at, plan in enumerate((found.first, found.second), start=1)
    ]
    rows = [
        [task, number(one), number(other), "" if one is None or other is None else f"{one - other:+.3f}"]
        for task, one, other in found.tasks
        if one != other
    ]
    lines = [one_line(f"{names[0]} minus {names[1]} on {result.n_tasks} tasks")]
    if rows:
        head = ["task", *names, "difference"]
        lines += ["", table(head, rows[:_SHOWN_TASKS], numbers=head[1:])]
    if len(rows) > _SHOWN_TASKS:
        lines.append(f"... and {len(rows) - _SHOWN_TASKS} more tasks that differ (--json has all)")
    lines += ["", f"better on {result.wins}, equal on {result.ties}, worse on {result.losses} tasks"]
    lines += _verdict(result)
    if not found.has_same_tasks:
        lines.append(
            "warning: the tasks, their limits, truths or hidden data differ between the two runs (by their hashes)"
        )
    if not found.has_same_roles:
        lines.append(
            "warning: other models played the roles in the environments, so the runs are not comparable"
        )
    if any(found.retried):
        lines.append(f"tried again after faults: {found.retried[0]} trials of 1, {found.retried[1]} of 2")
    if result.only_in_a or result.only_in_b:
        lines.append(f"left out: {len(result.only_in_a)} tasks only in 1, {len(result.only_in_b)} only in 2")
    return "\n".join(lines)


def comparison_json(found: RunComparison) -> JsonObject:
    """Return the comparison for machines."""
    result = found.result
    return {
        "first": found.first["id"],
        "second": found.second["id"],
        "difference": result.difference,
        "standard_error": result.standard_error,
        "interval": [result.interval.low, result.interval.high] if result.interval else None,
        "p_value": result.p_value,
        "sign_flip_p_value": result.sign_flip.p_value if result.sign_flip else None,
        "tasks": result.n_tasks,
        "wins": result.wins,
        "ties": result.ties,
        "losses": result.losses,
        "trials_tried_again": list(found.retried),
        "same_tasks": found.has_same_tasks,
        "same_role_models": found.has_same_roles,
        "only_in_first": list(result.only_in_a),
        "only_in_second": list(result.only_in_b),
        "by_task": [{"task": task, "first": one, "second": other} for task, one, other in found.tasks],
    }


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
