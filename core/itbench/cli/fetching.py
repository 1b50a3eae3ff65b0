"""fetch."""

import typer

from itbench.cli.options import Globs, SuiteOption, SuiteReference, suite_options
from itbench.cli.output import print_text
from itbench.cli.quick import QuickCommand


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fetch", cls=QuickCommand)(fetch)


def fetch(reference: SuiteReference, task: Globs = None, suite_option: SuiteOption = None) -> None:
    """Download the dataset of a suite, or some of its tasks.

    Resumes an interrupted download.

    Example: itbench fetch DOMAIN/SUITE --task TASK
    """
    from itbench.cli.waiting import waiting
    from itbench.plugins.domains import find_suite

    suite = find_suite(reference)[1].configured(suite_options(suite_option))
    with waiting() as progress:
        root = suite.fetch(tuple(task or ()), progress)
    print_text(f"{reference} is in {root}")
