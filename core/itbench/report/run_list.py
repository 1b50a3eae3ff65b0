"""The runs in a folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import RunFileError, UsageError
from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import agent_label
from itbench.report.document import Table
from itbench.report.score_columns import metric_columns, score_columns
from itbench.report.summary import RunSummary, summarise
from itbench.report.table import number
from itbench.store.reader import RunFile

_HEAD = ["run", "suite", "agent", "score", "beside it", "scored", "started"]
# The name of a run file says when the run was started, of which suite it is, and by which agent.
_OPTIONAL = ["started", "suite", "beside it"]


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A file in a folder of runs.

    Attributes:
        path: of the file.
        summary: of the run; None where it cannot be read.
        problem: why it cannot be read; None where it can.
    """

    path: Path
    summary: RunSummary | None
    problem: str | None = None


def listed_runs(folder: Path) -> list[ListedRun]:
    """Return the runs in a folder, the newest first.

    Raises:
        UsageError: there is no such folder, or it is a file.
        RunFileError: there are files, but none of them can be read.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is not a folder; `itbench show {folder}` shows one run")
    if not folder.is_dir():
        raise UsageError(f"no folder {str(folder)!r}; `itbench run` makes it with the first run")
    found = list(_listed(folder))
    problems = [run.problem for run in found if run.problem is not None]
    if problems and len(problems) == len(found):
        raise RunFileError("; ".join(problems))
    return found


def runs_table(found: list[ListedRun]) -> Table:
    """Return the runs for people."""
    rows = [
        [str(run.path), "-", "-", "-", "-", "-", run.problem or ""]
        if run.summary is None
        else _row(run.path, run.summary)
        for run in found
    ]
    return Table(head=_HEAD, rows=rows, optional=_OPTIONAL)


def runs_rows(found: list[ListedRun]) -> list[JsonObject]:
    """Return a row for each of the runs, with the numbers as they are."""
    return [
        {"path": str(run.path), "problem": run.problem}
        if run.summary is None
        else {"path": str(run.path)} | _numbers(run.summary)
        for run in found
    ]


def _listed(folder: Path) -> Iterator[ListedRun]:
    for path in sorted(folder.glob("*.itbench"), key=lambda path: path.name, reverse=True):
        try:
            with RunFile(path) as run:
                listed = ListedRun(path, summarise(run))
        except RunFileError as error:
            listed = ListedRun(path, None, str(error))
        yield listed


def _row(path: Path, summary: RunSummary) -> list[str]:
    plan, found = summary.plan, summary.estimate
    return [
        str(path),
        f"{plan['domain']}/{plan['suite']}",
        agent_label(plan["agent"]),
        number(found.mean),
        ", ".join(f"{title} {number(shown.mean)}" for title, shown in summary.shown.items()),
        f"{found.n_scored}/{found.n_planned}"
        + (f" ({summary.retried} tried again)" if summary.retried else ""),
        plan["created_at"],
    ]


def _numbers(summary: RunSummary) -> JsonObject:
    plan = summary.plan
    return {
        "problem": None,
        "run": plan["id"],
        "suite": f"{plan['domain']}/{plan['suite']}",
        "agent": plan["agent"]["name"],
        **score_columns(summary),
        "trials_tried_again": summary.retried,
        "started": plan["created_at"],
        **metric_columns(summary),
    }
