"""The page of one run: what it says as a whole, and its trials."""

from collections.abc import Mapping
from typing import Any

from itbench.errors import ITBenchError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.shard import planned_repeats
from itbench.report.agent_label import agent_label
from itbench.report.plan_notes import plan_warnings
from itbench.report.table import taken_by_one
from itbench.report.transcript.fields import text_of
from itbench.store.reader import RunFile
from itbench.view.data.catalogue import Catalogue, RunEntry
from itbench.view.data.copies import TrialCopies
from itbench.view.data.live import under_way
from itbench.view.data.trial_columns import METRIC
from itbench.view.data.trials import TrialRow, metric_names, trial_page
from itbench.view.pages.grid import Cell, Column, Grid, Row
from itbench.view.pages.page import Asked, Page
from itbench.view.pages.words import cost_text, metric_text, score_text, time_text, tokens_text

_COLUMNS = (
    Column(key="task", title="Task"),
    Column(key="repeat", title="Repeat", is_number=True),
    Column(key="status", title="Status"),
    Column(key="score", title="Score", is_number=True),
    Column(key="turns", title="Turns", is_number=True),
    Column(key="calls", title="Calls", is_number=True, about="tool calls"),
    Column(key="failed", title="Failed", is_number=True, is_optional=True, about="tool calls that failed"),
    Column(key="tokens", title="Tokens", is_number=True),
    Column(key="cost", title="Cost", is_number=True),
    Column(key="time", title="Time", is_number=True),
    Column(key="attempts", title="Attempts", is_number=True, is_optional=True),
    Column(key="limit", title="Limit", is_optional=True, about="that was reached"),
    Column(key="fault", title="Fault", is_optional=True, about="the stage that failed"),
    Column(key="tags", title="Tags", is_optional=True),
    Column(key="why", title="Why"),
)
_TONES = {"no score": "bad", "leak": "bad", "agent fault": "warning", "unscored": "muted"}
_GOOD, _BAD = 1.0, 0.0


def run_page(catalogue: Catalogue, asked: Asked, run: str) -> Page:
    """Return the page of one run; of one that cannot be read, why.

    Raises:
        UsageError: there is no such run.
    """
    entry = catalogue.entry(run)
    try:
        with catalogue.open(run) as file:
            # What is worked on changes before it is copied.
            context = _context(file, entry, asked, None if entry.is_running else catalogue.copies)
    except ITBenchError as error:
        if entry.row is not None and entry.problem is None:
            raise
        context = {"entry": entry, "problem": entry.problem or str(error)}
        return Page(
            template="problem.html", title=entry.path.name, context=context, trail=(("Runs", "runs", {}),)
        )
    return Page(
        template="run.html", title=_title(context["plan"]), context=context, trail=(("Runs", "runs", {}),)
    )


def _title(plan: JsonObject) -> str:
    return f"{plan['domain']}/{plan['suite']}, {agent_label(plan['agent'])}"


def _context(run: RunFile, entry: RunEntry, asked: Asked, copies: TrialCopies | None) -> dict[str, Any]:
    plan = run.plan()
    return {
        "entry": entry,
        "row": entry.row,
        "plan": plan,
        "agent": agent_label(plan["agent"]),
        "planned": sum(map(len, planned_repeats(plan).values())),
        "plan_text": text_of(plan | {"tasks": f"{len(plan['tasks'])} tasks"}),
        "warnings": plan_warnings(plan),
        "grid": _grid(run, entry.key, asked, plan, copies),
        "under_way": under_way(entry.path) if asked.setting.is_live else [],
    }


def _grid(run: RunFile, key: str, asked: Asked, plan: JsonObject, copies: TrialCopies | None) -> Grid:
    wanted = asked.wanted()
    found = trial_page(run, wanted, copies)
    names = list(dict.fromkeys(name for row in found.rows for name in row.metrics)) or metric_names(run)
    titles = {metric: title for title, metric in plan.get("shown_metrics", {}).items()}
    metrics = [
        Column(
            key=f"{METRIC}{name}",
            title=titles.get(name, name),
            is_number=True,
            is_optional=name not in titles,
            about=f"{METRIC}{name}",
        )
        for name in names
    ]
    return Grid(
        name=f"trials-{plan['domain']}",
        columns=[*_COLUMNS[:4], *metrics, *_COLUMNS[4:]],
        rows=[_row(key, row, has_truth=asked.setting.has_truth) for row in found.rows],
        wanted=wanted,
        matching=found.matching,
        total=found.total,
        page="run",
        parameters={"run": key},
        is_ticked=True,
        hint="words, or score<0.5 turns>20 status:fault",
    )


def _row(key: str, row: TrialRow, *, has_truth: bool) -> Row:
    why = row.why if has_truth else ""
    status = row.status + (f" ({row.limit_hit} limit)" if row.limit_hit else "")
    cells = {
        "task": Cell(
            text=row.task, value=row.task, page="trial", parameters={"run": key, "trial": str(row.trial)}
        ),
        "repeat": Cell(text=str(row.repeat), value=row.repeat),
        "status": Cell(text=status, value=row.status, tone=_TONES.get(row.status, "")),
        "score": Cell(text=score_text(row.value), value=row.value, tone=_score_tone(row.value)),
        "turns": Cell(text=str(row.turns), value=row.turns),
        "calls": Cell(text=str(row.tool_calls), value=row.tool_calls),
        "failed": Cell(text=str(row.failed_tool_calls), value=row.failed_tool_calls),
        "tokens": Cell(text=taken_by_one(row.tokens, row.replies, tokens_text), value=row.tokens),
        "cost": Cell(text=taken_by_one(row.cost_usd, row.replies, cost_text), value=row.cost_usd),
        "time": Cell(text=time_text(row.wall_s), value=row.wall_s),
        "attempts": Cell(
            text=str(row.attempts), value=row.attempts, tone="warning" if row.attempts > 1 else ""
        ),
        "limit": Cell(text=row.limit_hit or "-", value=row.limit_hit),
        "fault": Cell(text=row.fault_stage or "-", value=row.fault_stage),
        "tags": Cell(text=", ".join(row.tags), value=", ".join(row.tags)),
        "why": Cell(text=why, value=why),
    }
    return Row(key=str(row.trial), cells=cells | _metric_cells(row.metrics))


def _metric_cells(metrics: Mapping[str, float | None]) -> dict[str, Cell]:
    return {f"{METRIC}{name}": Cell(text=metric_text(value), value=value) for name, value in metrics.items()}


def _score_tone(value: float | None) -> str:
    if value is None:
        return "muted"
    return "good" if value >= _GOOD else "bad" if value <= _BAD else "partly"
