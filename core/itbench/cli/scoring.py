"""score."""

from pathlib import Path
from typing import Annotated

import typer

from itbench.cli.checks import Checks
from itbench.cli.options import AsJson, FailIfWorse, FailOnOption, FailUnder, GitHub, JUnit, RunPath
from itbench.cli.output import print_text
from itbench.cli.quick import QuickCommand
from itbench.cli.run_report import report_run, tell_notes
from itbench.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score", cls=QuickCommand)(score)


def score(
    path: RunPath,
    fail_under: FailUnder = None,
    fail_on: FailOnOption = None,
    fail_if_worse_than: FailIfWorse = None,
    junit: JUnit = None,
    github: GitHub = False,
    truths: Annotated[
        Path | None, typer.Option("--truths", help="Read the truths from this folder.", metavar="DIR")
    ] = None,
    sealed: Annotated[
        Path | None,
        typer.Option(
            "--sealed",
            help="Score a submission, in place of a run, with this private bundle of a sealed suite.",
            metavar="PRIVATE",
        ),
    ] = None,
    submitter: Annotated[
        str | None,
        typer.Option(
            "--submitter", help="With --sealed: refuse a submission that another key signed.", metavar="KEY"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="With --sealed: folder for the run file and its receipt; default: runs.",
            metavar="DIR",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score the stored submissions of a run again.

    Prints which scores changed and why; earlier scores are kept. With --sealed, checks a submission that `itbench submit` wrote,
    scores it, and writes a run file with the scores, and a signed receipt beside it.

    For example:

    itbench score runs/my-run.itbench --truths ../held-out

    itbench score --sealed DIR/private mine.submission
    """
    checks = Checks(fail_under, fail_on or (), fail_if_worse_than, junit, github)
    if sealed is not None:
        if truths is not None:
            raise UsageError("--truths does not go with --sealed, which has the truths")
        _score_sealed(sealed, path, out or Path("runs"), submitter, checks, as_json=as_json)
        return
    if submitter is not None or out is not None:
        raise UsageError("--submitter and --out go with --sealed only")
    from itbench.cli.waiting import waiting
    from itbench.report.rescoring_text import rescoring_json, rescoring_text
    from itbench.runs.rescore import rescore

    with waiting() as progress:
        done = rescore(path, truths, progress)
    if not as_json:
        print_text(rescoring_text(done))
    report_run(path, checks, as_json=as_json, more={"rescoring": rescoring_json(done)})


def _score_sealed(
    bundle: Path,
    path: Path,
    out: Path,
    submitter: str | None,
    checks: Checks,
    *,
    as_json: bool,
) -> None:
    from itbench.cli.waiting import waiting
    from itbench.sealing.score import score_submission

    with waiting() as progress:
        done = score_submission(bundle, path, out, submitter, progress)
    tell_notes(done.notes)
    receipt = None if done.receipt is None else str(done.receipt)
    if not as_json:
        print_text(f"{done.path}, of a submission signed by {done.key}")
        print_text(f"receipt: {receipt or 'none, since the bundle has no key'}")
    report_run(done.path, checks, as_json=as_json, more={"submitter": done.key, "receipt": receipt})
