"""The heat map: tasks by runs, by score, outcome, fault or a metric, in groups of tags or of what scores tell of tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itbench.view.data.catalogue import Catalogue, RunEntry
from itbench.view.data.chosen import chosen_runs, suites_of
from itbench.view.data.heat import TaskCell, task_cells, task_tags
from itbench.view.pages.page import Asked, Page, Trail
from itbench.view.pages.words import metric_text

_MOST_TASKS = 500
_SHADES = 10
_METRIC = "metric."
_TAG = "tag"
_TONES = {
    "scored": "done",
    "leak": "leak",
    "no score": "fault",
    "agent fault": "agent",
    "unscored": "unscored",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """A cell: its words, its look, and the trial that it leads to."""

    text: str
    look: str
    note: str
    run: str
    trial: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """A task, or a group of tasks where there is no single one."""

    name: str
    cells: Sequence[HeatCell | None]
    is_group: bool = False
    size: int = 0


def heat_page(catalogue: Catalogue, asked: Asked) -> Page:
    """Return the heat map of the runs that are asked for, or of the newest of a suite.

    Raises:
        UsageError: there is no such run.
        RunFileError: a run cannot be read.
    """
    keys, suite = asked.texts("run"), asked.text("suite")
    by, group = asked.text("by", "score"), asked.text("group")
    entries = [entry for entry in chosen_runs(catalogue, keys, suite) if entry.row]
    cells: dict[str, Mapping[str, TaskCell]] = {}
    tags: dict[str, Sequence[str]] = {}
    for entry in entries:
        with catalogue.open(entry.key) as run:
            cells[entry.key] = task_cells(run)
            tags |= task_tags(run)
    traits = _traits(cells.values())
    rows = _rows(entries, cells, list(tags), by)
    grouped = _grouped(rows, tags, traits, group) if group else rows
    context: dict[str, Any] = {
        "entries": entries,
        "rows": grouped[:_MOST_TASKS],
        "left_out": max(0, len(grouped) - _MOST_TASKS),
        "means": [_shade_cell(entry, entry.row.score, None, "") if entry.row else None for entry in entries],
        "by": by,
        "group": group,
        "choices": _choices(cells.values()),
        "groups": [
            *([_TAG] if any(tags.values()) else []),
            *sorted({name for each in traits.values() for name in each}),
        ],
        "suites": suites_of(catalogue),
        "suite": suite or (entries[0].row.reference if entries and entries[0].row else ""),
        "keys": keys,
    }
    trail: Trail = (("Runs", "runs", {}),) if keys else ()
    return Page(template="heat.html", title="Heat map", context=context, trail=trail)


def _traits(found: Any) -> dict[str, Mapping[str, str]]:
    traits: dict[str, Mapping[str, str]] = {}
    for cells in found:
        for task, cell in cells.items():
            if cell.traits:
                traits.setdefault(task, cell.traits)
    return traits


def _choices(found: Any) -> list[tuple[str, str]]:
    names = {name for cells in found for cell in list(cells.values())[:20] for name in cell.metrics}
    fixed = [("score", "score"), ("outcome", "outcome"), ("fault", "fault")]
    return fixed + [(f"{_METRIC}{name}", name) for name in sorted(names)]


def _rows(
    entries: Sequence[RunEntry], cells: Mapping[str, Mapping[str, TaskCell]], tasks: Sequence[str], by: str
) -> list[HeatRow]:
    name = by.removeprefix(_METRIC) if by.startswith(_METRIC) else ""
    values = [
        max(cell.metrics[name])
        for found in cells.values()
        for cell in found.values()
        if cell.metrics.get(name)
    ]
    top = max(values, default=1.0) or 1.0
    return [
        HeatRow(
            name=task, cells=[_cell(entry, cells[entry.key].get(task), by, name, top) for entry in entries]
        )
        for task in tasks
    ]


def _cell(entry: RunEntry, cell: TaskCell | None, by: str, name: str, top: float) -> HeatCell | None:
    if cell is None:
        return None
    note = "; ".join(
        f"{outcome}{'' if value is None else f' {value:.3f}'}"
        for outcome, value in zip(cell.outcomes, cell.values, strict=True)
    )
    if name:
        found = cell.metrics.get(name)
        value = sum(found) / len(found) if found else None
        share = None if value is None else min(1.0, max(0.0, value / top))
        return HeatCell(
            text=metric_text(value), look=_shade(share, "m"), note=note, run=entry.key, trial=cell.trials[0]
        )
    if by == "outcome":
        worst = next((each for each in cell.outcomes if each != "scored"), "scored")
        return HeatCell(
            text=worst, look=_TONES.get(worst, "limit"), note=note, run=entry.key, trial=cell.trials[0]
        )
    if by == "fault":
        text = ", ".join(sorted(set(cell.faults)))
        return HeatCell(
            text=text or "·", look="fault" if text else "none", note=note, run=entry.key, trial=cell.trials[0]
        )
    return _shade_cell(entry, cell.mean, cell.trials[0], note)


def _shade_cell(entry: RunEntry, value: float | None, trial: int | None, note: str) -> HeatCell:
    text = "-" if value is None else f"{value:.2f}"
    return HeatCell(text=text, look=_shade(value), note=note, run=entry.key, trial=trial)


def _shade(share: float | None, scale: str = "s") -> str:
    """Return the look of a share: `s` from bad to good, `m` of a measure of which nothing says which end is good."""
    return "none" if share is None else f"{scale}{round(share * _SHADES)}"


def _grouped(
    rows: Sequence[HeatRow],
    tags: Mapping[str, Sequence[str]],
    traits: Mapping[str, Mapping[str, str]],
    group: str,
) -> list[HeatRow]:
    """Return the rows below a heading for each group, with the mean of what is a number; a task may be in several."""
    groups: dict[str, list[HeatRow]] = {}
    for row in rows:
        names = (
            tags.get(row.name, ()) if group == _TAG else [traits.get(row.name, {}).get(group, "not known")]
        )
        for name in names or ["none"]:
            groups.setdefault(name, []).append(row)
    found: list[HeatRow] = []
    for name, members in sorted(groups.items(), key=lambda each: _natural(each[0])):
        found.append(HeatRow(name=name, cells=_mean_cells(members), is_group=True, size=len(members)))
        found += members
    return found


def _natural(name: str) -> tuple[bool, float, str]:
    try:
        return (False, float(name), name)
    except ValueError:
        return (True, 0.0, name)


def _mean_cells(members: Sequence[HeatRow]) -> list[HeatCell | None]:
    means: list[HeatCell | None] = []
    for column in zip(*(row.cells for row in members), strict=True):
        numbers = [float(cell.text) for cell in column if cell is not None and _is_number(cell.text)]
        first = next((cell for cell in column if cell is not None), None)
        if first is None or not numbers:
            means.append(None)
            continue
        mean = sum(numbers) / len(numbers)
        shades = [int(cell.look[1:]) for cell in column if cell is not None and cell.look[1:].isdecimal()]
        look = f"{first.look[0]}{round(sum(shades) / len(shades))}" if shades else "none"
        means.append(
            HeatCell(
                text=f"{mean:.2f}", look=look, note=f"mean of {len(numbers)} tasks", run=first.run, trial=None
            )
        )
    return means


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdecimal()
