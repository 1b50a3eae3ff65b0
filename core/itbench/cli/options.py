"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itbench.cli.amounts import dollars, duration
from itbench.report.ci.fail_on import FailOn
from itbench.store.run_path import run_path

if TYPE_CHECKING:
    from itbench.interfaces.suite import SuiteOptions


class TableFormat(StrEnum):
    """What a table can be printed as."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
To = Annotated[TableFormat, typer.Option("--to", help="Format of the tables.")]
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
RunOrFolder = Annotated[
    Path,
    typer.Argument(
        help="A run file, latest for the newest in runs/, latest:AGENT, or the folder of a study.",
        metavar="RUN|DIR",
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
SuiteOrFolder = Annotated[
    str,
    typer.Argument(
        help="DOMAIN, DOMAIN/SUITE, or a folder that itbench make wrote.", metavar="DOMAIN[/SUITE]|PATH"
    ),
]
SuiteOrStudy = Annotated[
    str,
    typer.Argument(
        help="DOMAIN, DOMAIN/SUITE, a folder that itbench make wrote, or a study file (.yaml, .json).",
        metavar="DOMAIN[/SUITE]|PATH",
    ),
]
Globs = Annotated[
    list[str] | None, typer.Option("--task", "-t", help="Only tasks whose id matches.", metavar="GLOB")
]
TaskFile = Annotated[
    Path | None,
    typer.Option("--task-file", help="File with such a GLOB, or an id, on each line.", metavar="FILE"),
]
TurnLimit = Annotated[
    int | None,
    typer.Option("--turn-limit", min=1, help="Turns of a trial, in place of the tasks' own limit."),
]
TokenLimit = Annotated[
    int | None,
    typer.Option("--token-limit", min=1, help="Input and output tokens of a trial, likewise."),
]
CostLimit = Annotated[
    float | None,
    typer.Option("--cost-limit", help="US dollars that a trial may cost.", metavar="USD", parser=dollars),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        help="Wall clock of a trial, such as 90s, 15m or 2h.",
        metavar="DURATION",
        parser=duration,
    ),
]
CommandLimit = Annotated[
    float | None,
    typer.Option(
        "--command-limit", help="Wall clock of one command of a trial.", metavar="DURATION", parser=duration
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost",
        help="US dollars for the whole run: once spent, no further trial begins.",
        metavar="USD",
        parser=dollars,
    ),
]
Shard = Annotated[
    str | None,
    typer.Option(
        "--shard",
        help="Run only this part of the trials, such as 2/8; itbench merge makes one run of all parts.",
        metavar="I/N",
    ),
]
FailUnder = Annotated[
    float | None,
    typer.Option("--fail-under", min=0, max=1, help="Exit with 1 if the score is lower.", metavar="SCORE"),
]
FailOnOption = Annotated[
    list[FailOn] | None,
    typer.Option(
        "--fail-on",
        help="Exit with 1 after any fault that is not the agent's, retried or not, or after one of the agent's.",
    ),
]
FailIfWorse = Annotated[
    Path | None,
    typer.Option(
        "--fail-if-worse-than",
        help="Exit with 1 if this run is worse than that one (paired test, one-sided, at 5 %).",
        metavar="RUN",
        parser=run_path,
    ),
]
JUnit = Annotated[
    str | None, typer.Option("--junit", help="Write JUnit XML with a case for each trial.", metavar="FILE")
]
GitHub = Annotated[
    bool,
    typer.Option(
        "--github", help="Annotate the workflow of GitHub Actions, and add to the summary of the step."
    ),
]


def suite_options(
    pairs: list[str] | None, data: Path | None = None, *, as_published: bool = False
) -> "SuiteOptions":
    """Return what the user said about the suite.

    Raises:
        UsageError: a pair that is not of the form key=value.
    """
    from itbench.interfaces.suite import SuiteOptions
    from itbench.runs.plan.options import parse_pairs

    extra = parse_pairs(tuple(pairs or ()), "--suite-option")
    return SuiteOptions(data=data, as_published=as_published, extra=extra)
