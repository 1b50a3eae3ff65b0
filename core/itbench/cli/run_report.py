"""What is printed of a run at the end of `run`, `resume` and `score`, and with which exit code they end."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from itbench.cli.checks import Checks
from itbench.cli.output import print_json, print_note, print_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from itbench.interfaces.json import JsonObject
    from itbench.report.summary import RunSummary


def tell_notes(notes: "Sequence[str]") -> None:
    """Print notes on standard error, one line each."""
    for note in notes:
        print_note(f"note: {note}")


def report_run(path: Path, checks: Checks, *, as_json: bool, more: "JsonObject | None" = None) -> None:
    """Print a run, and end with exit code 1 where it is not sound or not as it is demanded.

    Raises:
        Exit: with that code.
        ITBenchError: it cannot be compared with another run, or what other programs read cannot be written.
    """
    from itbench.report.run_text import run_text
    from itbench.report.summary import run_symptoms, summarise, summary_json
    from itbench.store.reader import RunFile

    with RunFile(path) as found:
        summary = summarise(found)
        judged = checks.demands.judged(found, summary)
        if as_json:
            told = {"warnings": run_symptoms(found), "path": str(path), "checks": judged.document()}
            print_json(summary_json(summary) | told | (more or {}))
        else:
            print_text(run_text(found, ends_with_score=True))
    if judged.drop is not None and not judged.drop.is_worse:
        print_note(f"note: {judged.drop.text}")
    failures = [*unsound(summary), *judged.unmet]
    for failure in failures:
        print_note(f"error: {failure}")
    checks.tell([(path, failures)])
    if failures or not summary.is_sound:
        raise typer.Exit(1)


def unsound(summary: "RunSummary") -> "Iterator[str]":
    """Yield why no agent worked at all, if so."""
    if summary.has_no_working_agent:
        failed = (
            f"the agent failed in all {summary.trials} trials" if summary.trials > 1 else "the agent failed"
        )
        yield f"{failed}, for example with {summary.agent_error!r}"
