"""The trials of a run, filtered, sorted and paged by SQLite: of a hundred thousand, only those of one page are read."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from itbench.report.stored_metrics import read_metrics
from itbench.store.reader import RunFile
from itbench.view.data.conditions import Condition, conditions
from itbench.view.data.copies import TrialCopies
from itbench.view.data.trial_columns import COLUMNS, FROM, METRIC, TEXTS, column_of, copied_column_of
from itbench.view.data.wanted import Wanted

_Column: TypeAlias = Callable[[str], str | None]
_LIKE = ("%", "_", "\\")
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


@dataclass(frozen=True, slots=True)
class _Query:
    """Which trials are wanted, in SQL.

    Attributes:
        source: of all trials.
        trial: the column of their numbers.
        where: the condition.
        order: of the rows.
        values: of the condition.
    """

    source: str
    trial: str
    where: str
    order: str
    values: Sequence[Any]

    @property
    def counted(self) -> str:
        """How many there are."""
        return f"SELECT count(*) {self.source} {self.where}"

    @property
    def chosen(self) -> str:
        """The numbers of those of one page."""
        return f"SELECT {self.trial} {self.source} {self.where} ORDER BY {self.order} LIMIT ? OFFSET ?"


def trial_page(run: RunFile, wanted: Wanted, copies: TrialCopies | None = None) -> TrialPage:
    """Return the trials that are wanted; of a large run they are chosen from its copy."""
    (total,) = run.connection.execute(
        "SELECT count(*) FROM (SELECT DISTINCT task, repeat FROM trial)"
    ).fetchone()
    columns = [*COLUMNS, *(f"{METRIC}{name}" for name in metric_names(run))]
    found = conditions(wanted.text, columns)
    numbers, matching = _chosen(run, wanted, found, copies)
    # Only the rows of the page are put together.
    query = f"{_FIELDS} {FROM} WHERE outcome.trial IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own words
    rows = {row["trial"]: _row(row) for row in run.connection.execute(query, (json.dumps(numbers),))}
    page = [rows[number] for number in numbers if number in rows]
    return TrialPage(rows=page, matching=total if matching is None else matching, total=total)


def _chosen(
    run: RunFile, wanted: Wanted, found: Sequence[Condition], copies: TrialCopies | None
) -> tuple[list[int], int | None]:
    """Return the numbers of the trials of the page, and how many match; None where all do."""
    if copies is not None and not (wanted.text or wanted.sort or wanted.offset):
        copies.begin(run)
    elif copies is not None:
        copy = copies.of(run)
        numbers = None if copy is None else _asked(copy.ask, _query(wanted, found, copied_column_of), wanted)
        if numbers is not None:
            return numbers
    ask = run.connection.execute
    return _asked(lambda *given: ask(*given).fetchall(), _query(wanted, found, column_of), wanted) or ([], 0)


def _asked(
    ask: Callable[[str, Sequence[Any]], list[Any] | None], query: _Query, wanted: Wanted
) -> tuple[list[int], int | None] | None:
    counted = ask(query.counted, query.values) if query.where else [(None,)]
    chosen = ask(query.chosen, (*query.values, wanted.size, wanted.offset))
    return None if counted is None or chosen is None else ([each[0] for each in chosen], counted[0][0])


def _query(wanted: Wanted, found: Sequence[Condition], column: _Column) -> _Query:
    where, values = _where(found, column)
    is_copy = column is copied_column_of
    return _Query(
        source="FROM row" if is_copy else FROM,
        trial="row.trial" if is_copy else "outcome.trial",
        where=where,
        order=_order(wanted, column, "row.position" if is_copy else "task.position"),
        values=values,
    )


def metric_names(run: RunFile) -> list[str]:
    """Return the names of the metrics, as one of the scores has them."""
    row = run.connection.execute("SELECT metrics FROM score LIMIT 1").fetchone()
    return list(read_metrics(row["metrics"])) if row else []


def _order(wanted: Wanted, column: _Column, position: str) -> str:
    direction = "DESC" if wanted.is_descending else "ASC"
    if wanted.sort == "task":  # As the plan has them.
        return f"{position} {direction}, {column('repeat')}"
    sorted_by = column(wanted.sort)
    first = f"{sorted_by} IS NULL, {sorted_by} {direction}, " if sorted_by else ""
    return f"{first}{position}, {column('repeat')}"


def _where(found: Sequence[Condition], column: _Column) -> tuple[str, list[Any]]:
    parts, values = [], []
    for condition in found:
        sql, more = (
            _any(condition, column)
            if condition.column is None
            else _one(condition, condition.column, column(condition.column))
        )
        parts.append(f"NOT coalesce({sql}, 0)" if condition.is_not else sql)
        values += more
    return ("WHERE " + " AND ".join(f"({part})" for part in parts) if parts else ""), values


def _any(condition: Condition, column: _Column) -> tuple[str, list[Any]]:
    columns = sorted(TEXTS)
    parts = " OR ".join(f"{column(name)} LIKE ? ESCAPE '\\'" for name in columns)
    return parts, [_pattern(condition.value)] * len(columns)


def _one(condition: Condition, name: str, column: str | None) -> tuple[str, list[Any]]:
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
