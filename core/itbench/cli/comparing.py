"""leaderboard, compare."""

from typing import Annotated

import typer

from itbench.cli.options import AsJson, RunPath, RunPaths
from itbench.cli.output import print_json, print_note, print_text
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
    as_json: AsJson = False,
) -> None:
    """Rank runs by score.

    Shows intervals, coverage, turns, cost and time.

    Example: itbench leaderboard runs/*.itbench --published
    """
    from itbench.report.leaderboard import boards
    from itbench.report.leaderboard_text import boards_json, boards_text

    skipped: list[str] = []
    found = boards(paths, with_published=published, skipped=skipped)
    for line in skipped:
        print_note(f"skipped: {line}")
    if as_json:
        print_json(boards_json(found))
    else:
        print_text(boards_text(found))


def compare(first: RunPath, second: RunPath, as_json: AsJson = False) -> None:
    """Compare two runs task by task.

    Shows the difference, its interval, and how many tasks would be needed to show it.

    Example: itbench compare latest:react runs/other.itbench
    """
    from itbench.report.comparison import compare_runs
    from itbench.report.comparison_text import comparison_json, comparison_text

    result = compare_runs(first, second)
    if as_json:
        print_json(comparison_json(result))
    else:
        print_text(comparison_text(result))
