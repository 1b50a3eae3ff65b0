"""leaderboard, compare."""

from functools import partial
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
    to: To = TableFormat.TEXT,
    as_json: AsJson = False,
) -> None:
    """Rank runs by score.

    Shows intervals, coverage, turns, cost and time. csv has a row for each run and each published result.

    Example: itbench leaderboard runs/*.itbench --published
    """
    from itbench.report.leaderboard import boards
    from itbench.report.leaderboard_forms import boards_json, boards_rows, boards_sections

    skipped: list[str] = []
    found = boards(paths, with_published=published, skipped=skipped)
    for line in skipped:
        print_note(f"skipped: {line}")
    print_report(
        boards_sections(found),
        partial(boards_rows, found),
        partial(boards_json, found) if as_json else None,
        to,
    )


def compare(first: RunPath, second: RunPath, to: To = TableFormat.TEXT, as_json: AsJson = False) -> None:
    """Compare two runs task by task.

    Shows the difference, its interval, and how many tasks would be needed to show it. csv has a row over all tasks and one for each.

    Example: itbench compare latest:react runs/other.itbench
    """
    from itbench.report.comparison import compare_runs
    from itbench.report.comparison_forms import comparison_json, comparison_rows, comparison_sections

    found = compare_runs(first, second)
    print_report(
        comparison_sections(found),
        partial(comparison_rows, found),
        partial(comparison_json, found) if as_json else None,
        to,
    )
