"""The trials of a run, filtered, sorted and paged by SQLite: of a hundred thousand, only those of one page are read."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itbench.report.stored_metrics import read_metrics
from itbench.store.reader import RunFile
from itbench.view.data.conditions import Condition, conditions
from itbench.view.data.wanted import Wanted

METRIC = "metric."
# Columns by the name that a reader knows them by.
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
_LIKE = ("%", "_", "\\")
_FROM = """
FROM outcome JOIN task ON task.id = outcome.task
LEFT JOIN latest_score AS score ON score.trial = outcome.trial
"""
_FIELDS = """
SELECT outcome.*, json_extract(task.document, '$.tags') AS tags, score.reasons AS reasons, score.metrics AS metrics
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRow:
    """One task and repeat as its latest attempt left it; amounts are None where they are not known."""

    trial: int
    task: str
    repeat: int
    attempts: int
    status: str
    value: float | None
    fault_stage: str | None
    limit_hit: str | None
    turns: int
    tool_calls: int
    failed_tool_calls: int
    tokens: int | None
    cost_usd: float | None
    wall_s: float
    replies: int
    tags: Sequence[str]
    why: str
    metrics: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPage:
    """One page of trials.

    Attributes:
        rows: of the page.
        matching: how many trials the filter leaves.
        total: how many have ended.
    """

    rows: Sequence[TrialRow]
    matching: int
    total: int


def trial_page(run: RunFile, wanted: Wanted) -> TrialPage:
    """Return the trials that are wanted."""
    (total,) = run.connection.execute(
        "SELECT count(*) FROM (SELECT DISTINCT task, repeat FROM trial)"
    ).fetchone()
    columns = [*COLUMNS, *(f"{METRIC}{name}" for name in metric_names(run))]
    where, values = _where(conditions(wanted.text, columns))
    matching = total
    if where:
        (matching,) = run.connection.execute(f"SELECT count(*) {_FROM} {where}", values).fetchone()
    order = _order(wanted)
    # The rows of the page are chosen by their numbers first, so that only theirs are put together.
    chosen = f"SELECT outcome.trial {_FROM} {where} ORDER BY {order} LIMIT ? OFFSET ?"
    query = f"{_FIELDS} {_FROM} WHERE outcome.trial IN ({chosen}) ORDER BY {order}"
    found = run.connection.execute(query, (*values, wanted.size, wanted.offset)).fetchall()
    return TrialPage(rows=[_row(each) for each in found], matching=matching, total=total)


def metric_names(run: RunFile) -> list[str]:
    """Return the names of the metrics, as one of the scores has them."""
    row = run.connection.execute("SELECT metrics FROM score LIMIT 1").fetchone()
    return list(read_metrics(row["metrics"])) if row else []


def _order(wanted: Wanted) -> str:
    direction = "DESC" if wanted.is_descending else "ASC"
    column = _column(wanted.sort)
    first = f"{column} IS NULL, {column} {direction}, " if column else ""
    return f"{first}task.position {direction if wanted.sort == 'task' else 'ASC'}, outcome.repeat"


def _column(name: str) -> str | None:
    """Return the SQL of a column; its name is one that is known, or becomes a quoted text."""
    if name == "task":
        return None  # As the plan has them.
    if name.startswith(METRIC):
        path = '$."' + name.removeprefix(METRIC).replace('"', "") + '"'
        return "json_extract(score.metrics, {})".format("'" + path.replace("'", "''") + "'")
    return COLUMNS.get(name)


def _where(found: Sequence[Condition]) -> tuple[str, list[Any]]:
    parts, values = [], []
    for condition in found:
        sql, more = _any(condition) if condition.column is None else _one(condition, condition.column)
        parts.append(f"NOT coalesce({sql}, 0)" if condition.is_not else sql)
        values += more
    return ("WHERE " + " AND ".join(f"({part})" for part in parts) if parts else ""), values


def _any(condition: Condition) -> tuple[str, list[Any]]:
    columns = sorted(TEXTS)
    parts = " OR ".join(f"{COLUMNS[name]} LIKE ? ESCAPE '\\'" for name in columns)
    return parts, [_pattern(condition.value)] * len(columns)


def _one(condition: Condition, name: str) -> tuple[str, list[Any]]:
    column = COLUMNS["task"] if name == "task" else _column(name)
    if condition.operator == ":":
        return f"{column} LIKE ? ESCAPE '\\'", [_pattern(condition.value)]
    if condition.value == "-":
        return f"{column} IS {'NOT ' if condition.operator == '!=' else ''}NULL", []
    if name in TEXTS or condition.number is None:
        sign = "!=" if condition.operator == "!=" else "="
        return f"lower({column}) {sign} ?", [condition.value.lower()]
    return f"{column} {condition.operator} ?", [condition.number]


def _pattern(text: str) -> str:
    for character in reversed(_LIKE):
        text = text.replace(character, f"\\{character}")
    return f"%{text}%"


def _row(found: sqlite3.Row) -> TrialRow:
    reasons = json.loads(found["reasons"]) if found["reasons"] else []
    return TrialRow(
        trial=found["trial"],
        task=found["task"],
        repeat=found["repeat"],
        attempts=found["attempts"],
        status=found["status"],
        value=found["value"],
        fault_stage=found["fault_stage"],
        limit_hit=found["limit_hit"],
        turns=found["turns"],
        tool_calls=found["tool_calls"],
        failed_tool_calls=found["failed_tool_calls"],
        tokens=found["tokens"],
        cost_usd=found["cost_usd"],
        wall_s=found["wall_s"],
        replies=found["replies"],
        tags=json.loads(found["tags"] or "[]"),
        why=found["fault"] or (str(reasons[0]) if reasons else ""),
        metrics=read_metrics(found["metrics"]),
    )
