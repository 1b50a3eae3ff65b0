"""export-tasks."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from itbench.cli.options import AsJson, Data, SuiteOption, SuiteOrFolder, suite_options
from itbench.cli.output import print_json, print_text
from itbench.cli.quick import QuickCommand


class TaskFormat(StrEnum):
    """What the tasks of a suite can be exported to."""

    HARBOR = "harbor"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export-tasks", cls=QuickCommand)(export_tasks)


def export_tasks(
    reference: SuiteOrFolder,
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder for the tasks.", metavar="DIR")],
    to: Annotated[TaskFormat, typer.Option("--to", help="Format.")] = TaskFormat.HARBOR,
    data: Data = None,
    suite_option: SuiteOption = None,
    as_json: AsJson = False,
) -> None:
    """Export the tasks of a suite for another framework.

    The suite's environment must be files, without tools or services. harbor writes a folder for each task; it scores with itbench,
    in an image that no agent is in. The truth of a task is in its folders tests and solution.

    Example: itbench export-tasks DOMAIN/SUITE --to harbor --out DIR
    """
    from itbench.cli.waiting import waiting
    from itbench.harbor.write import write_harbor_tasks
    from itbench.report.table import counted

    del to  # There is one.
    with waiting() as progress:
        done = write_harbor_tasks(reference, suite_options(suite_option, data), out, progress)
    if as_json:
        print_json(done.document())
        return
    print_text(
        f"{counted(done.tasks, 'task')} of {done.suite} in {done.out}; their truths are in TASK/tests and TASK/solution\n"
        f"next: harbor run -p {done.out} -a AGENT -m MODEL"
    )
