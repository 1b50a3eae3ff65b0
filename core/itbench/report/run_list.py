"""The runs in a folder."""

from pathlib import Path

from itbench.errors import RunFileError, UsageError
from itbench.report.agent_label import agent_label
from itbench.report.summary import summarise
from itbench.report.table import number
from itbench.store.reader import RunFile

HEAD = ["run", "suite", "agent", "score", "beside it", "scored", "started"]
# The name of a run file says when the run was started, of which suite it is, and by which agent.
OPTIONAL = ["started", "suite", "beside it"]


def run_rows(folder: Path) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a table of the runs in a folder, the newest first.

    Raises:
        UsageError: there is no such folder, or it is a file.
        RunFileError: there are files, but none of them can be read.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is not a folder; `itbench show {folder}` shows one run")
    if not folder.is_dir():
        raise UsageError(f"no folder {str(folder)!r}; `itbench run` makes it with the first run")
    paths = sorted(folder.glob("*.itbench"), key=lambda path: path.name, reverse=True)
    rows, broken = [], []
    for path in paths:
        try:
            rows.append(_row(path))
        except RunFileError as error:
            rows.append([str(path), "-", "-", "-", "-", "-", str(error)])
            broken.append(str(error))
    if broken and len(broken) == len(paths):
        raise RunFileError("; ".join(broken))
    return HEAD, rows


def _row(path: Path) -> list[str]:
    with RunFile(path) as run:
        summary = summarise(run)
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
