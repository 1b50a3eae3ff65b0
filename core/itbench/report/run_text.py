"""One run as text: its trials, its metrics, its headline, and what a reader must know."""

import json
from collections.abc import Iterator
from itertools import zip_longest

from itbench.interfaces.shard import shard_of
from itbench.report.agent_label import agent_label
from itbench.report.floor import floor_line
from itbench.report.metric_families import folded_metrics, whole_metrics
from itbench.report.plan_notes import plan_warnings
from itbench.report.run_cost import run_cost
from itbench.report.shown import newer_rules, shown_metrics, shown_values
from itbench.report.summary import RunSummary, metric_means, run_symptoms, summarise
from itbench.report.table import counted, dollars, number, seconds, table, taken_by_one, terminal_columns
from itbench.statistics import value_with_interval
from itbench.store.reader import RunFile
from itbench.store.role_use import RoleUse, role_use
from itbench.text.harmless import one_line

# Between four columns.
_GAPS = 6
_REASONS = """
SELECT outcome.*, score.reasons FROM outcome JOIN task ON task.id = outcome.task
LEFT JOIN latest_score AS score ON score.trial = outcome.trial
ORDER BY task.position, outcome.repeat
"""


def run_text(run: RunFile, *, is_whole: bool = False, ends_with_score: bool = False) -> str:
    """Return the whole report of one run.

    Args:
        run: the file.
        is_whole: whether each metric has a line of its own.
        ends_with_score: whether the score stands below the tables, where a terminal shows it at the end of a run; else it
            stands above them.
    """
    summary = summarise(run)
    score = [*map(one_line, score_lines(run, summary))]
    tables = [trials_table(run), "", *_metrics(run, is_whole=is_whole)]
    closing = [*map(one_line, closing_lines(run, summary))]
    between = [*tables, *score] if ends_with_score else [*score, "", *tables]
    return "\n".join([one_line(title(summary)), "", *between, *closing])


def title(summary: RunSummary) -> str:
    """Return one line that says who worked on what."""
    plan = summary.plan
    agent = plan["agent"]
    role = f" [{agent['role']}]" if agent["role"] != "agent" else ""
    n_tasks = len(plan["tasks"])
    shard = shard_of(plan)
    size = f"{counted(n_tasks, 'task')} x {plan['repeats']}{f', shard {shard}' if shard else ''}"
    return (
        f"{plan['domain']}/{plan['suite']} {plan['suite_version']}, {size}, agent {agent_label(agent)}{role}"
    )


def trials_table(run: RunFile) -> str:
    """Return a table with one row for each trial."""
    shown = shown_values(run, run.plan())
    found = run.connection.execute(_REASONS).fetchall()
    # A column that says something only where it is not 1 everywhere.
    attempts = ["attempts"] if any(row["attempts"] > 1 for row in found) else []
    rows = [
        [
            row["task"],
            str(row["repeat"]),
            *([str(row["attempts"])] if attempts else []),
            row["status"] + (f" ({row['limit_hit']} limit)" if row["limit_hit"] else ""),
            number(row["value"]),
            *(number(values[row["task"]][row["repeat"]]) for values in shown.values()),
            str(row["turns"]),
            taken_by_one(row["cost_usd"], row["replies"], dollars),
            seconds(row["wall_s"]),
            row["fault"] or _first(row["reasons"]),
        ]
        for row in found
    ]
    head = ["task", "repeat", *attempts, "status", "score", *shown, "turns", "cost", "time", "why"]
    return table(
        head,
        rows,
        numbers=["repeat", *attempts, "score", *shown, "turns", "cost", "time"],
        optional=["time", "turns", "cost"],
    )


def score_lines(run: RunFile, summary: RunSummary) -> Iterator[str]:
    """Yield the headline, what stands beside it, and the floor."""
    yield f"score: {summary.headline}"
    for title, found in summary.shown.items():
        yield f"{title}: {value_with_interval(found)} ({shown_metrics(summary.plan)[title]})"
    newer = newer_rules(summary.plan, summary.scoring_version)
    if newer is not None:
        yield (
            f"warning: scored by the rules of version {summary.scoring_version}, installed are those of version {newer}; "
            f"`itbench score {run.path}` scores again and says what changed"
        )
    if summary.plan["repeats"] > 1 and summary.estimate.n_scored:
        yield "solved (score 1): " + ", ".join(_passes(summary))
    floor = summary.plan["floor"]
    if floor is not None and summary.estimate.n_scored:
        yield floor_line(floor, len(summary.plan["tasks"]))


def closing_lines(run: RunFile, summary: RunSummary) -> Iterator[str]:
    """Yield what a reader must know beside the score, and where the run file is."""
    yield from map(_role_line, role_use(run))
    if summary.plan["agent"]["role"] == "privileged":
        yield "note: this agent is privileged, it was shown the solutions"
    if summary.leaks:
        yield f"warning: the truth was seen in {summary.leaks} trials; they count as 0"
    if summary.retried:
        yield (
            f"tried again: {summary.retried} trials, after faults that were not the agent's; "
            f"`itbench show {run.path} TASK:REPEAT:ATTEMPT` shows each attempt, counted from 0"
        )
    yield from _cost(run, summary.plan.get("max_cost_usd"))
    tried_in = summary.plan.get("bench_sandbox")
    yield f"sandbox: {summary.plan['sandbox']}" + (
        f"; what was handed in is run in: {tried_in}" if tried_in else ""
    )
    if summary.plan["sandbox_warning"]:
        yield f"warning: {summary.plan['sandbox_warning']}"
    for warning in plan_warnings(summary.plan):
        yield f"warning: {warning}"
    for symptom in run_symptoms(run):
        yield f"warning: {symptom}"
    yield f"run file: {run.path}"


def _passes(summary: RunSummary) -> Iterator[str]:
    """Yield each with its interval, and over how many tasks: those with too few scored repeats have none."""
    planned = summary.estimate.n_tasks_planned
    for name, found in summary.passes.items():
        over = f"over {found.n_tasks} of {planned} tasks" if found.n_tasks < planned else ""
        interval = found.interval.text if found.interval else ""
        beside = "; ".join(filter(None, [interval, over]))
        yield f"{name} {number(found.mean)}" + (f" ({beside})" if beside else "")


def _cost(run: RunFile, most_usd: float | None) -> Iterator[str]:
    """Yield what all attempts cost together, and how many of them that leaves out."""
    cost = run_cost(run)
    if cost.is_none:
        return
    attempts = counted(cost.unknown, "attempt")
    left_out = f" ({attempts} with unknown cost left out)" if cost.unknown and cost.usd is not None else ""
    known = dollars(cost.usd) if cost.usd is not None else "unknown"
    limit = f", at most {dollars(most_usd)}" if most_usd is not None else ""
    yield f"cost of the run: {known}{left_out}{limit}"


def _metrics(run: RunFile, *, is_whole: bool) -> Iterator[str]:
    """Yield the means of all metrics, two abreast where the terminal is wide enough for their names."""
    means = metric_means(run)
    cells = (whole_metrics if is_whole else folded_metrics)(means)
    half = (len(cells) + 1) // 2
    rows = [left + right for left, right in zip_longest(cells[:half], cells[half:], fillvalue=["", ""])]
    head, columns = ["metric", "mean", "more metrics", "their mean"], terminal_columns()
    needed = 2 * max((len(name) + len(mean) for name, mean in cells), default=0) + _GAPS
    if columns is not None and needed > columns:
        head, rows = head[:2], cells
    if not rows:
        return
    yield table(head, rows, numbers=["mean", "their mean"])
    if len(cells) < len(means):
        yield "(NAME_* stands for several metrics, from the lowest mean to the highest; `itbench show RUN --all` shows each)"
    yield ""


def _first(reasons: str | None) -> str:
    found = json.loads(reasons) if reasons else []
    return str(found[0]) if found else ""


def _role_line(use: RoleUse) -> str:
    known = use.input_tokens is not None and use.output_tokens is not None
    tokens = f"{(use.input_tokens or 0) + (use.output_tokens or 0)} tokens" if known else "tokens unknown"
    cost = "cost unknown" if use.cost_usd is None else dollars(use.cost_usd)
    return f"role {use.role}: {use.replies} replies, {tokens}, {cost}; not part of what the agent took"
