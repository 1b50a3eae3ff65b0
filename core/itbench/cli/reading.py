"""show, export, runs."""

from contextlib import closing
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itbench.cli.options import AsJson, RunPath, RunPaths, TableFormat, To
from itbench.cli.output import keyed_rows, print_json, print_note, print_report
from itbench.cli.quick import QuickCommand

if TYPE_CHECKING:
    from itbench.interfaces.json import JsonObject
    from itbench.store.reader import RunFile


class ExportFormat(StrEnum):
    """What a run can be exported to."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"
    ATIF = "atif"
    EVERY_EVAL_EVER = "every-eval-ever"
    INSPECT = "inspect"
    OTLP = "otlp"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("show", cls=QuickCommand)(show)
    app.command("export", cls=QuickCommand)(export)
    app.command("runs", cls=QuickCommand)(runs)


def show(
    path: RunPath,
    trial: Annotated[
        str | None, typer.Argument(help="TASK, TASK:REPEAT or TASK:REPEAT:ATTEMPT.", metavar="TRIAL")
    ] = None,
    is_whole: Annotated[
        bool, typer.Option("--all", help="Show every metric, and long texts in full.")
    ] = False,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Do not page what is longer than the terminal.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a run, or one trial turn by turn.

    The submission of a trial is shown beside the truth.

    Example: itbench show latest TASK
    """
    from itbench.cli.pager import show_lines
    from itbench.report.trial_json import trial_json
    from itbench.report.trial_text import trial_lines
    from itbench.store.reader import RunFile

    with RunFile(path) as run:
        if trial is None:
            _show_run(run, is_whole=is_whole, may_page=not no_pager, as_json=as_json)
            return
        row, plan = run.find_trial(trial), run.plan()
        if as_json:
            print_json(trial_json(run, row["id"], _truth(plan, row["task"])))
        else:
            truth = partial(_truth, plan, row["task"])
            # A reader that has seen enough leaves it in the middle of the trace.
            with closing(trial_lines(run, row["id"], truth, is_whole=is_whole)) as lines:
                show_lines(lines, may_page=not no_pager)


def export(
    paths: RunPaths,
    to: Annotated[ExportFormat, typer.Option("--to", help="Format.")] = ExportFormat.JSONL,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write, - for standard output; default: RUN.<format>, of several runs trials.<format>. "
            "For inspect, atif and every-eval-ever a folder; default: <format>-logs.",
        ),
    ] = None,
) -> None:
    """Export runs for other programs, or one run as html.

    jsonl has everything, csv and parquet have one row for each trial, html is a page for people. Several runs are written into one
    file. inspect writes one log of Inspect AI (.eval) for each run into a folder, otlp traces for OpenTelemetry.

    atif writes a trajectory for each trial, as Harbor reads them, every-eval-ever an aggregate and a file of trials for each run.

    Example: itbench export latest --to csv
    """
    from itbench.report.export.formats import FOLDERS, export_runs

    default = paths[0] if len(paths) == 1 else Path("trials")
    target = output or (f"{to.value}-logs" if to.value in FOLDERS else default.with_suffix(f".{to.value}"))
    count = export_runs(paths, to.value, target)
    of_runs = f" of {len(paths)} runs" if len(paths) > 1 else ""
    print_note(f"{count} trials{of_runs} written to {target}")


def runs(
    folder: Annotated[Path, typer.Argument(help="Where run files are.", metavar="DIR")] = Path("runs"),
    to: To = TableFormat.TEXT,
    as_json: AsJson = False,
) -> None:
    """List the runs in a folder, the newest first.

    Example: itbench runs
    """
    from itbench.report.document import Section
    from itbench.report.run_list import listed_runs, runs_rows, runs_table

    found = listed_runs(folder)
    shown = runs_table(found)
    listed = partial(keyed_rows, shown.head, shown.rows) if as_json else None
    print_report([Section(table=shown)], partial(runs_rows, found), listed, to)


def _show_run(run: "RunFile", *, is_whole: bool, may_page: bool, as_json: bool) -> None:
    from itbench.cli.pager import show_lines
    from itbench.report.run_text import run_text
    from itbench.report.summary import summarise, summary_json
    from itbench.text.colour import line

    if as_json:
        print_json(summary_json(summarise(run)) | {"trials": [dict(row) for row in run.outcomes()]})
    else:
        text = run_text(run, is_whole=is_whole)
        show_lines(map(line, text.split("\n")), may_page=may_page)


def _truth(plan: "JsonObject", task_id: str) -> "JsonObject | str":
    """Return the truth of a task, or why it is not available here; nothing is simulated to have it."""
    from itbench.errors import ITBenchError
    from itbench.sealed.reopen import planned_suite

    try:
        return planned_suite(plan)[1].truth(task_id)
    except ITBenchError as error:
        return f"not available here: {error}"
