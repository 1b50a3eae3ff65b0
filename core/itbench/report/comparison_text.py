"""A comparison of two runs as text and for machines."""

from itbench.interfaces.json import JsonObject
from itbench.report.comparison import RunComparison
from itbench.report.table import number, table
from itbench.text.harmless import one_line

_SHOWN_TASKS = 40


def comparison_text(found: RunComparison) -> str:
    """Return the comparison as text."""
    rows = [
        [
            task.task,
            number(task.first),
            number(task.second),
            "" if task.difference is None else f"{task.difference:+.3f}",
        ]
        for task in found.differing
    ]
    lines = [one_line(found.title)]
    if rows:
        head = ["task", *found.names, "difference"]
        lines += ["", table(head, rows[:_SHOWN_TASKS], numbers=head[1:])]
    if len(rows) > _SHOWN_TASKS:
        lines.append(f"... and {len(rows) - _SHOWN_TASKS} more tasks that differ (--json has all)")
    return "\n".join([*lines, "", *map(one_line, found.notes)])


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
        "by_task": [{"task": task.task, "first": task.first, "second": task.second} for task in found.tasks],
    }
