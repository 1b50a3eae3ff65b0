"""leaderboard, compare."""

from typing import Annotated

import typer

from itbench.cli.options import AsJson, RunPath, RunPaths, TableFormat, To
from itbench.cli.output import print_note, print_report
from itbench.cli.quick import QuickCommand


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("leaderboard", cls=QuickCommand)(leaderboard)
    app.command("compare", cls=QuickCommand)(compare)


def leaderboard(
    paths: RunPaths,
    published: Annotated[
        bool, typer.Option("--published", help="Add what others published for the same suite.")
    ] = False,
    pairwise: Annotated[
        bool,
        typer.Option(
            "--pairwise",
            help="Test all pairs of runs, corrected by Holm, and tell which ranks each may have.",
        ),
    ] = False,
    irt: Annotated[
        bool,
        typer.Option("--irt", help="Fit ability of agents and difficulty of tasks (Rasch model, 1-PL)."),
    ] = False,
    to: To = TableFormat.TEXT,
    as_json: AsJson = False,
) -> None:
    """Rank runs by score.

    Shows intervals, coverage, turns, cost and time. csv has a row for each run and each published result, with --pairwise for each
    pair of runs, with --irt for each task.

    Example: itbench leaderboard runs/*.itbench --published
    """
    from itbench.report.boards.extras import (
        board_extras,
        extra_sections,
        with_extra_json,
        with_extra_rows,
    )
    from itbench.report.leaderboard import boards
    from itbench.report.leaderboard_forms import boards_json, boards_rows, boards_sections

    skipped: list[str] = []
    found = boards(paths, with_published=published, skipped=skipped)
    for line in skipped:
        print_note(f"skipped: {line}")
    extras = board_extras(found, pairwise=pairwise, irt=irt)
    print_report(
        [*boards_sections(found), *extra_sections(extras)],
        lambda: with_extra_rows(boards_rows(found), extras),
        (lambda: with_extra_json(boards_json(found), extras)) if as_json else None,
        to,
    )


def compare(
    first: RunPath,
    second: RunPath,
    no_worse_by: Annotated[
        float | None,
        typer.Option(
            "--no-worse-by", help="Test that the first is not worse by this much or more.", metavar="SCORE"
        ),
    ] = None,
    equal_within: Annotated[
        float | None,
        typer.Option(
            "--equal-within", help="Test that the two differ by less than this (TOST).", metavar="SCORE"
        ),
    ] = None,
    to: To = TableFormat.TEXT,
    as_json: AsJson = False,
) -> None:
    """Compare two runs task by task.

    Shows the difference, its interval, and how many tasks would be needed to show it. csv has a row over all tasks and one for each.

    Example: itbench compare latest:react runs/other.itbench
    """
    from itbench.report.comparison import compare_runs
    from itbench.report.comparison_forms import comparison_json, comparison_rows, comparison_sections
    from itbench.report.margins import margins

    found = compare_runs(first, second)
    tested = margins(found, no_worse_by=no_worse_by, equal_within=equal_within)
    print_report(
        [*comparison_sections(found), *tested.sections()],
        lambda: [*comparison_rows(found), *tested.rows()],
        (lambda: comparison_json(found) | tested.json()) if as_json else None,
        to,
    )
