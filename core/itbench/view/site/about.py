"""What a site shows and what it leaves out, in words."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from itbench.report.table import counted
from itbench.version import __version__
from itbench.view.data.catalogue import RunEntry
from itbench.view.site import bounds
from itbench.view.site.scope import Scope

_MILLION = 1_000_000


def about_lines(scope: Scope, entries: Sequence[RunEntry]) -> list[str]:
    """Return the lines at the end of each page."""
    made = f"Made by itbench {__version__} of {counted(len(entries), 'run')}. {_truth(scope)}"
    return [made.strip(), *_now(entries)]


def left_out_lines(scope: Scope) -> Iterator[str]:
    """Yield what the site leaves out."""
    rows, events = bounds.ROWS * bounds.ROW_PAGES, bounds.EVENTS
    yield f"Of each run, the first {bounds.TRIALS:,} trials have a page, and the first {rows:,} are in its table."
    if scope.held_out:
        names = ", ".join(sorted(scope.held_out))
        yield f"No trial of {names} has a page: its tasks are held out."
    yield f"A transcript has at most {bounds.EVENT_PAGES} pages, each of {events:,} events or a million characters."
    yield f"Of the long texts of a trial, {bounds.TEXT / _MILLION:g} million characters are here; of each, its beginning."
    yield (
        f"Of whole requests, a trial has {bounds.REQUESTS}; each is also that of the requests that it continues."
    )
    yield (
        f"Files of more than {bounds.FILE_BYTES / _MILLION:g} MB are left out, and those beyond "
        f"{bounds.FILES_BYTES / _MILLION:g} MB of one trial."
    )
    yield (
        f"Each two of the newest {bounds.PAIRED_RUNS} runs of a suite are compared in pairs; others task by task, "
        f"and runs of different suites not at all. A comparison shows {bounds.COMPARED_TASKS:,} tasks."
    )
    yield f"Heat maps show {bounds.METRICS} metrics, and scores in {bounds.GROUPS} groupings."
    yield "Two trials side by side are aligned by turns, not by commands."
    yield "Trials under way have no page."


def _truth(scope: Scope) -> str:
    runs, held_out = scope.suite_of.keys(), len(scope.held_out)
    if runs <= scope.without_truth and held_out != len(runs):
        return "Truths, reasons and details of scores, and what domains show are left out; answers are shown."
    words = []
    if held_out != len(runs):
        words.append("Truths are shown where the suite was installed in the version that the run names.")
    if held_out:
        words.append(f"Of {counted(held_out, 'run')} on held-out tasks only numbers are shown.")
    return " ".join(words)


def _now(entries: Sequence[RunEntry]) -> Iterator[str]:
    running = [entry.row.id for entry in entries if entry.is_running and entry.row]
    if running:
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
        yield f"Under way when this was made, at {now} UTC, and shown as of then: {', '.join(running)}."
