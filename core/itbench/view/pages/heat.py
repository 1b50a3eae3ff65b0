"""The heat map: tasks by runs, by score, outcome, fault or a metric, in groups of tags or of what scores tell of tasks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itbench.report.table import number
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.chosen import MOST_RUNS, chosen_runs, left_out, suites_of
from itbench.view.data.heat import TaskCell, TasksOfRun, tasks_of_run
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
    """A cell.

    Attributes:
        text: its words.
        look: how it is coloured.
        note: shown when one points at it.
        run, trial: that it leads to; no trial where it is of several tasks.
        value: that it shows; None where that is no number.
    """

    text: str
    look: str
    note: str
    run: str
    trial: int | None
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """A task, or a group of tasks where there is no single one."""

    name: str
    cells: Sequence[HeatCell | None]
    is_group: bool = False
    size: int = 0


def heat_page(
    catalogue: Catalogue, asked: Asked, *, read: Callable[[Catalogue, str], TasksOfRun] = tasks_of_run
) -> Page:
    """Return the heat map of the runs that are asked for, or of the newest of a suite.

    Args:
        catalogue: with the runs.
        asked: which of them, and what is shown.
        read: gives what a run made of its tasks; one that remembers it makes many maps of the same runs faster.

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
        found = read(catalogue, entry.key)
        cells[entry.key] = found.cells
        tags |= found.tags
    traits = _traits(cells.values()) if asked.setting.has_truth else {}
    scale = _scale(by, cells.values())
    rows = [
        HeatRow(
            name=task, cells=[_cell(entry.key, cells[entry.key].get(task), by, scale) for entry in entries]
        )
        for task in tags
    ]
    shown_suite = suite or (entries[0].row.reference if entries and entries[0].row else "")
    grouped = _grouped(rows, tags, traits, group, scale) if group else rows
    context: dict[str, Any] = {
        "entries": entries,
        "rows": grouped[:_MOST_TASKS],
        "left_out": max(0, len(grouped) - _MOST_TASKS),
        "means": [scale.cell(entry.row.score, "", entry.key) for entry in entries if entry.row],
        "by": by,
        "group": group,
        "choices": _choices(cells.values()),
        "groups": [
            *([_TAG] if any(tags.values()) else []),
            *sorted({name for each in traits.values() for name in each}),
        ],
        "suites": suites_of(catalogue),
        "suite": shown_suite,
        "most_runs": MOST_RUNS,
        "runs_left_out": left_out(catalogue, keys, shown_suite),
        "keys": keys,
    }
    trail: Trail = (("Runs", "runs", {}),) if keys else ()
    return Page(template="heat.html", title="Heat map", context=context, trail=trail)


def _traits(found: Iterable[Mapping[str, TaskCell]]) -> dict[str, Mapping[str, str]]:
    traits: dict[str, Mapping[str, str]] = {}
    for cells in found:
        for task, cell in cells.items():
            if cell.traits:
                traits.setdefault(task, cell.traits)
    return traits


def _choices(found: Iterable[Mapping[str, TaskCell]]) -> list[tuple[str, str]]:
    names = {name for cells in found for cell in list(cells.values())[:20] for name in cell.metrics}
    fixed = [("score", "score"), ("outcome", "outcome"), ("fault", "fault")]
    return fixed + [(f"{_METRIC}{name}", name) for name in sorted(names)]


@dataclass(frozen=True, slots=True)
class _Scale:
    """How values are told and coloured: scores from bad to good, and a metric up to its largest value.

    Attributes:
        metric: its name; empty for scores.
        top: the largest value.
    """

    metric: str
    top: float

    def cell(self, value: float | None, note: str, run: str, trial: int | None = None) -> HeatCell:
        """Return the cell of a value."""
        text = metric_text(value) if self.metric else number(value, 2)
        return HeatCell(text=text, look=self._look(value), note=note, run=run, trial=trial, value=value)

    def _look(self, value: float | None) -> str:
        """Return a shade: `s` from bad to good, `m` of a measure of which nothing says which end is good."""
        if value is None:
            return "none"
        return f"{'m' if self.metric else 's'}{round(min(1.0, max(0.0, value / self.top)) * _SHADES)}"


def _scale(by: str, found: Iterable[Mapping[str, TaskCell]]) -> _Scale:
    if not by.startswith(_METRIC):
        return _Scale("", 1.0)
    name = by.removeprefix(_METRIC)
    values = [max(cell.metrics[name]) for cells in found for cell in cells.values() if cell.metrics.get(name)]
    return _Scale(name, max(values, default=1.0) or 1.0)


def _cell(run: str, cell: TaskCell | None, by: str, scale: _Scale) -> HeatCell | None:
    if cell is None:
        return None
    note = "; ".join(
        f"{outcome}{'' if value is None else f' {value:.3f}'}"
        for outcome, value in zip(cell.outcomes, cell.values, strict=True)
    )
    trial = cell.trials[0]
    if by == "outcome":
        worst = next((each for each in cell.outcomes if each != "scored"), "scored")
        return HeatCell(text=worst, look=_TONES.get(worst, "limit"), note=note, run=run, trial=trial)
    if by == "fault":
        text = ", ".join(sorted(set(cell.faults)))
        return HeatCell(text=text or "·", look="fault" if text else "none", note=note, run=run, trial=trial)
    found = cell.metrics.get(scale.metric)
    value = _mean(found or []) if scale.metric else cell.mean
    return scale.cell(value, note, run, trial)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _grouped(
    rows: Sequence[HeatRow],
    tags: Mapping[str, Sequence[str]],
    traits: Mapping[str, Mapping[str, str]],
    group: str,
    scale: _Scale,
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
        found.append(HeatRow(name=name, cells=_mean_cells(members, scale), is_group=True, size=len(members)))
        found += members
    return found


def _natural(name: str) -> tuple[bool, float, str]:
    try:
        return (False, float(name), name)
    except ValueError:
        return (True, 0.0, name)


def _mean_cells(members: Sequence[HeatRow], scale: _Scale) -> list[HeatCell | None]:
    means: list[HeatCell | None] = []
    for column in zip(*(row.cells for row in members), strict=True):
        valued = [cell for cell in column if cell is not None and cell.value is not None]
        mean = _mean([cell.value for cell in valued if cell.value is not None])
        note = f"mean of {len(valued)} tasks"
        means.append(None if mean is None else scale.cell(mean, note, valued[0].run))
    return means
