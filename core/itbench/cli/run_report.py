"""What is printed of a run at the end of `run`, `resume` and `score`, and with which exit code they end."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from itbench.cli.output import print_json, print_note, print_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench.interfaces.json import JsonObject


def tell_notes(notes: "Sequence[str]") -> None:
    """Print notes on standard error, one line each."""
    for note in notes:
        print_note(f"note: {note}")


def report_run(
    path: Path, *, as_json: bool, fail_under: float | None, more: "JsonObject | None" = None
) -> None:
    """Print a run, and end with exit code 1 where it is not sound or its score is too low.

    Raises:
        Exit: with that code.
    """
    from itbench.report.run_text import run_text
    from itbench.report.summary import run_symptoms, summarise, summary_json
    from itbench.store.reader import RunFile

    with RunFile(path) as found:
        summary = summarise(found)
        if as_json:
            print_json(
                summary_json(summary) | {"warnings": run_symptoms(found), "path": str(path)} | (more or {})
            )
        else:
            print_text(run_text(found, ends_with_score=True))
    if summary.has_no_working_agent:
        failed = (
            f"the agent failed in all {summary.trials} trials" if summary.trials > 1 else "the agent failed"
        )
        print_note(f"error: {failed}, for example with {summary.agent_error!r}")
    value = summary.estimate.mean
    is_under = fail_under is not None and (value is None or value < fail_under)
    if is_under:
        score = "there is no score" if value is None else f"the score is {value:.3f}"
        print_note(f"error: {score}, with --fail-under {fail_under:g}")
    if is_under or not summary.is_sound:
        raise typer.Exit(1)
