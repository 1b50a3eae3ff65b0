"""merge."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itbench.cli.options import AsJson, RunPaths
from itbench.cli.output import print_json, print_note, print_text
from itbench.cli.quick import QuickCommand

if TYPE_CHECKING:
    from itbench.runs.merging import MergedRun


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("merge", cls=QuickCommand)(merge)


def merge(
    paths: RunPaths,
    out: Annotated[Path, typer.Option("--out", "-o", help="New run file.", metavar="FILE")],
    allow_missing: Annotated[
        bool,
        typer.Option(
            "--allow-missing", help="Merge without missing shards and trials; itbench resume runs them."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make one run of its shards.

    The shards must be of one plan and the same versions, each there once. Their files stay as they are.

    Example: itbench merge shards/*.itbench --out runs/whole.itbench
    """
    from itbench.cli.waiting import waiting
    from itbench.runs.merging import merge as carry_out

    with waiting() as progress:
        merged = carry_out(paths, out, is_partial_allowed=allow_missing, progress=progress)
    _report(merged, as_json=as_json)
    if merged.missing_trials:
        print_note(f"{merged.missing_trials} trials are missing; `itbench resume {merged.path}` runs them")


def _report(merged: "MergedRun", *, as_json: bool) -> None:
    from itbench.report.run_text import closing_lines, score_lines, title
    from itbench.report.summary import summarise, summary_json
    from itbench.store.reader import RunFile
    from itbench.text.harmless import one_line

    with RunFile(merged.path) as run:
        summary = summarise(run)
        if as_json:
            told = {"shards": merged.shards, "missing_shards": [*merged.missing_shards]}
            print_json(
                summary_json(summary)
                | told
                | {"missing_trials": merged.missing_trials, "path": str(merged.path)}
            )
            return
        lines = [title(summary), "", *score_lines(run, summary), *closing_lines(run, summary)]
        print_text("\n".join(map(one_line, lines)))
