"""make."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itbench.cli.options import AsJson, SuiteOption, SuiteReference, suite_options
from itbench.cli.output import print_json, print_text
from itbench.cli.quick import QuickCommand
from itbench.kit.generated.draw import LARGEST_COUNT, LARGEST_SEED

if TYPE_CHECKING:
    from itbench.kit.generated.making import MadeSuite


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("make", cls=QuickCommand)(make)


def make(
    reference: SuiteReference,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            min=1,
            max=LARGEST_SEED,
            help="Number from which the tasks are made; a secret, since the truths are made from it too.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder for the tasks.", metavar="DIR")],
    tasks: Annotated[
        int | None,
        typer.Option(
            "--tasks",
            "-n",
            min=1,
            max=LARGEST_COUNT,
            help="Number of tasks; without it as many as the suite has.",
        ),
    ] = None,
    truths: Annotated[
        Path | None,
        typer.Option(
            "--truths",
            help="Another new folder for the truths; without it they lie with the tasks.",
            metavar="DIR",
        ),
    ] = None,
    suite_option: SuiteOption = None,
    as_json: AsJson = False,
) -> None:
    """Make a fresh suite in a folder: tasks that nobody has seen.

    The folder appears when everything is in it.

    Example: itbench make DOMAIN/SUITE --seed 20260117 --tasks 40 --out DIR
    """
    from dataclasses import replace

    from itbench.cli.waiting import waiting
    from itbench.errors import UsageError
    from itbench.kit.generated.making import make_folder

    options = suite_options(suite_option)
    if {"seed", "count"} & options.extra.keys():
        raise UsageError(
            "give the seed with --seed and the number of tasks with --tasks, not with --suite-option"
        )
    count = {} if tasks is None else {"count": str(tasks)}
    options = replace(options, extra={**options.extra, "seed": str(seed), **count})
    with waiting() as progress:
        made = make_folder(reference, options, out, truths, progress)
    if as_json:
        print_json(made.document())
    else:
        print_text(_made_text(made))


def _made_text(made: "MadeSuite") -> str:
    from itbench.report.table import counted

    lines = [f"{counted(made.tasks, 'task')} of {made.suite} in {made.out}"]
    if made.truths is not None:
        lines.append(f"their truths in {made.truths}")
    return "\n".join([*lines, "next:", *(f"  {command}" for command in made.commands)])
