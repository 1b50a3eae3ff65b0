"""Options that several commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itbench.cli.run_path import run_path

if TYPE_CHECKING:
    from itbench.interfaces.suite import SuiteOptions

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of a published dataset.", metavar="DIR")]
AsPublished = Annotated[
    bool, typer.Option("--as-published", help="Show agents exactly what the publisher shows them.")
]
SuiteOption = Annotated[
    list[str] | None,
    typer.Option("--suite-option", "-S", help="A setting that only this suite knows.", metavar="KEY=VALUE"),
]
RunPath = Annotated[
    Path,
    typer.Argument(
        help="A run file (*.itbench), latest for the newest in runs/, or latest:AGENT.",
        metavar="RUN",
        parser=run_path,
    ),
]
RunPaths = Annotated[
    list[Path],
    typer.Argument(
        help="Run files, latest for the newest in runs/, or latest:AGENT.", metavar="RUN...", parser=run_path
    ),
]
SuiteReference = Annotated[str, typer.Argument(help="DOMAIN or DOMAIN/SUITE.", metavar="DOMAIN[/SUITE]")]
Globs = Annotated[
    list[str] | None, typer.Option("--task", "-t", help="Only tasks whose id fits.", metavar="GLOB")
]


def suite_options(
    pairs: list[str] | None, data: Path | None = None, *, as_published: bool = False
) -> "SuiteOptions":
    """Return what the user said about the suite.

    Raises:
        UsageError: a pair that is not of the form key=value.
    """
    from itbench.interfaces.suite import SuiteOptions
    from itbench.run.options import parse_pairs

    extra = parse_pairs(tuple(pairs or ()), "--suite-option")
    return SuiteOptions(data=data, as_published=as_published, extra=extra)
