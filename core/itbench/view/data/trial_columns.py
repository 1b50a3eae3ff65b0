"""The columns of the table of trials, by the name that a reader knows them by, and where SQL finds them."""

from collections.abc import Mapping

METRIC = "metric."
COLUMNS: Mapping[str, str] = {
    "task": "outcome.task",
    "repeat": "outcome.repeat",
    "attempts": "outcome.attempts",
    "status": "outcome.status",
    "score": "outcome.value",
    "turns": "outcome.turns",
    "calls": "outcome.tool_calls",
    "failed": "outcome.failed_tool_calls",
    "tokens": "outcome.tokens",
    "cost": "outcome.cost_usd",
    "time": "outcome.wall_s",
    "limit": "outcome.limit_hit",
    "fault": "outcome.fault_stage",
    "tags": "json_extract(task.document, '$.tags')",
    "why": "coalesce(outcome.fault, json_extract(score.reasons, '$[0]'), '')",
}
TEXTS = frozenset({"task", "status", "limit", "fault", "tags", "why"})
FROM = """
FROM outcome JOIN task ON task.id = outcome.task
LEFT JOIN latest_score AS score ON score.trial = outcome.trial
"""


def column_of(name: str) -> str | None:
    """Return the SQL of a column, by its name; None where there is none.

    The name of a metric may be anything, and becomes a quoted text.
    """
    if name.startswith(METRIC):
        return f"json_extract(score.metrics, {_path(name)})"
    return COLUMNS.get(name)


def copied_column_of(name: str) -> str | None:
    """Return the same in a copy."""
    if name.startswith(METRIC):
        return f"json_extract(row.metrics, {_path(name)})"
    return f'row."{name}"' if name in COLUMNS else None


def _path(metric: str) -> str:
    path = '$."' + metric.removeprefix(METRIC).replace('"', "") + '"'
    return "'" + path.replace("'", "''") + "'"
