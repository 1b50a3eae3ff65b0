"""The page of all runs: a table of which rows are ticked to be compared."""

from collections.abc import Sequence

from itbench.view.data.catalogue import Catalogue, RunEntry
from itbench.view.data.run_row import RunRow
from itbench.view.pages.grid import Cell, Column, Grid, Row, chosen
from itbench.view.pages.page import Asked, Page
from itbench.view.pages.words import cost_text, faults_text, moment_text, score_text, time_text, tokens_text

COLUMNS = (
    Column(key="run", title="Run"),
    Column(key="suite", title="Suite"),
    Column(key="agent", title="Agent"),
    Column(key="model", title="Model"),
    Column(key="score", title="Score", is_number=True, about="mean with its 95 % interval"),
    Column(key="scored", title="Scored", is_number=True, about="trials with a score, of those planned"),
    Column(key="floor", title="Floor", is_number=True, about="what agents without any skill reach"),
    Column(key="turns", title="Turns", is_number=True, about="mean over trials"),
    Column(key="tokens", title="Tokens", is_number=True, about="mean over trials, input and output"),
    Column(key="cost", title="Cost", is_number=True, about="US dollars, mean over trials"),
    Column(key="time", title="Time", is_number=True, about="wall clock, mean over trials"),
    Column(key="faults", title="Faults", about="trials without a score by stage, zeros of the agent, leaks"),
    Column(key="role", title="Role", is_optional=True),
    Column(key="tasks", title="Tasks", is_number=True, is_optional=True),
    Column(key="repeats", title="Repeats", is_number=True, is_optional=True),
    Column(key="version", title="Suite version", is_optional=True),
    Column(key="retried", title="Tried again", is_number=True, is_optional=True),
    Column(key="sandbox", title="Sandbox", is_optional=True),
    Column(key="started", title="Started (UTC)"),
)


def runs_page(catalogue: Catalogue, asked: Asked) -> Page:
    """Return the page of all runs."""
    entries, wanted = catalogue.entries(), asked.wanted()
    rows, matching = chosen(map(_row, entries), COLUMNS, wanted)
    grid = Grid(
        name="runs",
        columns=COLUMNS,
        rows=rows,
        wanted=wanted,
        matching=matching,
        total=len(entries),
        page="runs",
        is_ticked=True,
        hint="words, or agent:react score<0.5 suite:incidents",
    )
    unread = sum(not entry.is_read for entry in entries)
    return Page(
        template="runs.html",
        title="Runs",
        context={"grid": grid, "unread": unread, "total": len(entries), "places": _places(catalogue)},
    )


def _places(catalogue: Catalogue) -> Sequence[str]:
    return [str(path) for path in catalogue.paths]


def _row(entry: RunEntry) -> Row:
    name = Cell(
        text=entry.row.id if entry.row else entry.path.name,
        value=entry.path.name,
        note=str(entry.path),
        page="run",
        parameters={"run": entry.key},
        tone="live" if entry.is_running else "",
    )
    if entry.row is None:
        return Row(
            key=entry.key,
            cells={"run": name},
            tone="bad" if entry.problem else "muted",
            problem=entry.problem or "not read yet",
        )
    return Row(key=entry.key, cells={"run": name, **_cells(entry.row)})


def _cells(row: RunRow) -> dict[str, Cell]:
    faults = faults_text(row.faults, row.agent_faults, row.leaks)
    return {
        "suite": Cell(text=row.reference, value=row.reference),
        "agent": Cell(text=row.agent_name, value=row.agent_name),
        "model": Cell(text=row.model or "-", value=row.model),
        "score": score_cell(row),
        "scored": Cell(
            text=f"{row.scored}/{row.planned}",
            value=row.scored / row.planned if row.planned else None,
            tone="" if row.scored == row.planned else "warning",
        ),
        "floor": Cell(text=score_text(row.floor), value=row.floor),
        "turns": Cell(text="-" if row.turns is None else f"{row.turns:.1f}", value=row.turns),
        "tokens": Cell(text=tokens_text(row.tokens, row.uncounted), value=row.tokens),
        "cost": Cell(text=cost_text(row.cost_usd, row.unpriced), value=row.cost_usd),
        "time": Cell(text=time_text(row.wall_s), value=row.wall_s),
        "faults": Cell(text=faults, value=faults, tone="bad" if row.leaks or row.faults else ""),
        "role": Cell(text=row.role, value=row.role),
        "tasks": Cell(text=str(row.tasks), value=row.tasks),
        "repeats": Cell(text=str(row.repeats), value=row.repeats),
        "version": Cell(text=row.suite_version, value=row.suite_version),
        "retried": Cell(text=str(row.retried), value=row.retried),
        "sandbox": Cell(text=row.sandbox, value=row.sandbox),
        "started": Cell(text=moment_text(row.created_at), value=row.created_at),
    }


def score_cell(row: RunRow) -> Cell:
    """Return the score of a run with its interval."""
    if row.score is None:
        return Cell(text="not scored" if row.unscored else "-", note=row.headline, tone="muted")
    low, high = (
        (row.low, row.high) if row.low is not None and row.high is not None else (row.score, row.score)
    )
    interval = f" {row.low:.3f} to {row.high:.3f}" if row.low is not None else ""
    return Cell(
        text=f"{row.score:.3f}",
        value=row.score,
        note=f"{row.headline}{'; 95 % interval' + interval if interval else ''}",
        bar=(row.score, low, high),
    )
