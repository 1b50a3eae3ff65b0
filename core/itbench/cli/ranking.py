"""reliability, rank-correlation, subset."""

from functools import partial
from typing import Annotated

import typer

from itbench.cli.options import AsJson, RunPaths, TableFormat, To
from itbench.cli.output import print_note, print_report
from itbench.cli.quick import QuickCommand


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("reliability", cls=QuickCommand)(reliability)
    app.command("rank-correlation", cls=QuickCommand)(rank_correlation)
    app.command("subset", cls=QuickCommand)(subset)


def reliability(
    paths: RunPaths,
    threshold: Annotated[
        float, typer.Option("--threshold", help="Score that counts as a success.", metavar="SCORE")
    ] = 1.0,
    to: To = TableFormat.TEXT,
    as_json: AsJson = False,
) -> None:
    """Show pass@k and pass^k of runs with repeats.

    For each k from 1 to the number of repeats: the chance that k tries hold a success, and that all k are successes. csv has a row
    for each run and k.

    Example: itbench reliability latest --threshold 0.5
    """
    from itbench.report.boards.reliability import (
        reliability as curves,
        reliability_json,
        reliability_rows,
        reliability_sections,
    )

    found = curves(paths, threshold=threshold)
    print_report(
        list(reliability_sections(found)),
        partial(reliability_rows, found),
        partial(reliability_json, found) if as_json else None,
        to,
    )


def rank_correlation(paths: RunPaths, to: To = TableFormat.TEXT, as_json: AsJson = False) -> None:
    """Tell whether suites rank the same agents alike.

    Kendall's tau-b and Spearman's rho of each pair of suites among the runs, with bootstrap intervals over agents: convergent
    validity. csv has a row for each pair of suites.

    Example: itbench rank-correlation runs/*.itbench
    """
    from itbench.report.boards.agreement import (
        agreement_json,
        agreement_rows,
        agreement_sections,
        suite_agreement,
    )

    skipped: list[str] = []
    found = suite_agreement(paths, skipped=skipped)
    for line in skipped:
        print_note(f"skipped: {line}")
    print_report(
        agreement_sections(found),
        partial(agreement_rows, found),
        partial(agreement_json, found) if as_json else None,
        to,
    )


def subset(
    paths: RunPaths,
    agreement: Annotated[
        float,
        typer.Option("--rank-correlation", help="Kendall's tau-b to reach on held-out runs.", metavar="TAU"),
    ] = 0.9,
    size: Annotated[
        int | None, typer.Option("--size", help="Number of tasks, in place of --rank-correlation.", min=1)
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", "-o", help="File for the ids of the tasks, which run --task-file reads.", metavar="FILE"
        ),
    ] = None,
    to: To = TableFormat.TEXT,
    as_json: AsJson = False,
) -> None:
    """Choose the fewest tasks that rank agents as all do.

    Tasks are chosen by the Rasch model (IRT) from runs of one suite; how well they rank is told by cross-validation over runs, beside
    random subsets. csv has a row for each chosen task.

    Example: itbench subset runs/*.itbench --out tasks.txt
    """
    from itbench.report.boards.subset import board_subset

    skipped: list[str] = []
    found = board_subset(paths, agreement=agreement, size=size, skipped=skipped)
    for line in skipped:
        print_note(f"skipped: {line}")
    if out is not None:
        found.write(out)
        print_note(f"{len(found.found.tasks)} tasks written to {out}")
    print_report(list(found.sections()), found.rows, found.json if as_json else None, to)
