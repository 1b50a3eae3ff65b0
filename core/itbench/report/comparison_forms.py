"""A comparison of two runs for people, as sections of a report, and for machines, as rows and as JSON."""

from itbench.interfaces.json import JsonObject
from itbench.report.comparison import RunComparison
from itbench.report.document import Section, Table
from itbench.report.table import number

_SHOWN_TASKS = 40


def comparison_sections(found: RunComparison) -> list[Section]:
    """Return the comparison for people."""
    rows = [
        [
            task.task,
            number(task.first),
            number(task.second),
            "" if task.difference is None else f"{task.difference:+.3f}",
        ]
        for task in found.differing
    ]
    sections = [Section(title=found.title)]
    if rows:
        head = ["task", *found.names, "difference"]
        left_out = len(rows) - _SHOWN_TASKS
        notes = [f"... and {left_out} more tasks that differ (--json has all)"] if left_out > 0 else []
        shown = Table(head=head, rows=rows[:_SHOWN_TASKS], numbers=head[1:])
        sections.append(Section(table=shown, notes=notes))
    return [*sections, Section(notes=found.notes)]


def comparison_rows(found: RunComparison) -> list[JsonObject]:
    """Return a row over all tasks that both have scored, and one for each task, with the numbers as they are."""
    result = found.result
    overall: JsonObject = {
        "over": "all",
        "task": None,
        "first": None,
        "second": None,
        "difference": result.difference,
        "interval_low": result.interval.low if result.interval else None,
        "interval_high": result.interval.high if result.interval else None,
        "sign_flip_p_value": result.sign_flip.p_value if result.sign_flip else None,
        "tasks": result.n_tasks,
    }
    return [
        overall,
        *(
            {
                "over": "task",
                "task": task.task,
                "first": task.first,
                "second": task.second,
                "difference": task.difference,
            }
            for task in found.tasks
        ),
    ]


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
