"""Ticked runs beside each other: for two the paired comparison, for all what each made of each task."""

from collections.abc import Mapping
from typing import Any

from itbench.errors import ITBenchError, UsageError
from itbench.report.comparison import compare_open_runs
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.chosen import chosen_runs
from itbench.view.data.heat import TaskCell, task_cells
from itbench.view.pages.grid import Cell, Column, Grid, Row, chosen
from itbench.view.pages.page import Asked, Page, Trail

_PAIR = 2


def compare_page(catalogue: Catalogue, asked: Asked) -> Page:
    """Return a comparison of the runs that are asked for.

    Raises:
        UsageError: they are fewer than two, or there is no such run.
        RunFileError: a run cannot be read.
    """
    keys = asked.texts("run")
    if len(keys) < _PAIR:
        raise UsageError("a comparison needs two runs or more; tick them in the list of runs")
    entries = [entry for entry in chosen_runs(catalogue, keys, "") if entry.row]
    cells: dict[str, Mapping[str, TaskCell]] = {}
    tasks: dict[str, None] = {}
    for entry in entries:
        with catalogue.open(entry.key) as run:
            cells[entry.key] = task_cells(run)
            tasks |= dict.fromkeys(row["id"] for row in run.tasks())
    paired, problem = None, ""
    if len(entries) == _PAIR:
        try:
            with catalogue.open(entries[0].key) as one, catalogue.open(entries[1].key) as other:
                paired = compare_open_runs(one, other)
        except ITBenchError as error:
            problem = str(error)
    columns = [
        Column(key="task", title="Task"),
        *(
            Column(key=f"run{at}", title=f"{at}: {entry.row.agent}" if entry.row else "", is_number=True)
            for at, entry in enumerate(entries, start=1)
        ),
        Column(key="difference", title="1 minus 2" if len(entries) == _PAIR else "Spread", is_number=True),
        *([Column(key="beside", title="Trials")] if len(entries) == _PAIR else []),
    ]
    rows = [_row(task, [entry.key for entry in entries], cells) for task in tasks]
    wanted = asked.wanted(size=500)
    page_rows, matching = chosen(rows, columns, wanted)
    grid = Grid(
        name="compare",
        columns=columns,
        rows=page_rows,
        wanted=wanted,
        matching=matching,
        total=len(rows),
        page="compare",
        parameters={"run": keys},
        hint="words, or difference>0",
    )
    context: dict[str, Any] = {"entries": entries, "paired": paired, "problem": problem, "grid": grid}
    trail: Trail = (("Runs", "runs", {}),)
    return Page(template="compare.html", title="Compare runs", context=context, trail=trail)


def _row(task: str, keys: list[str], cells: Mapping[str, Mapping[str, TaskCell]]) -> Row:
    found = [cells[key].get(task) for key in keys]
    means = [cell.mean if cell else None for cell in found]
    known = [mean for mean in means if mean is not None]
    shown: dict[str, Cell] = {"task": Cell(text=task, value=task)}
    for at, (key, cell, mean) in enumerate(zip(keys, found, means, strict=True), start=1):
        text = "-" if mean is None else f"{mean:.3f}"
        parameters = {"run": key, "trial": str(cell.trials[0])} if cell else {}
        shown[f"run{at}"] = Cell(text=text, value=mean, page="trial" if cell else "", parameters=parameters)
    if len(known) == len(keys):
        value = known[0] - known[1] if len(keys) == _PAIR else max(known) - min(known)
        tone = "good" if value > 0 and len(keys) == _PAIR else "bad" if value < 0 else ""
        shown["difference"] = Cell(
            text=f"{value:+.3f}" if len(keys) == _PAIR else f"{value:.3f}", value=value, tone=tone
        )
    if len(keys) == _PAIR and found[0] and found[1]:
        sides = {
            "run": keys[0],
            "trial": str(found[0].trials[0]),
            "other": keys[1],
            "other_trial": str(found[1].trials[0]),
        }
        shown["beside"] = Cell(text="side by side", page="sides", parameters=sides)
    return Row(key=task, cells=shown)
