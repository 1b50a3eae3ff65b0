"""seal, submit, reveal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itbench.cli.options import AsJson, Data, RunPath, SuiteOption, SuiteOrFolder, suite_options
from itbench.cli.output import print_json, print_text
from itbench.cli.quick import QuickCommand
from itbench.kit.generated.draw import LARGEST_COUNT

if TYPE_CHECKING:
    from itbench.sealing.seal import SealedFolder
    from itbench.sealing.submit import Submitted


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("seal", cls=QuickCommand)(seal)
    app.command("submit", cls=QuickCommand)(submit)
    app.command("reveal", cls=QuickCommand)(reveal)


def seal(
    reference: SuiteOrFolder,
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder for both bundles.", metavar="DIR")],
    tasks: Annotated[
        int | None,
        typer.Option(
            "--tasks",
            "-n",
            min=1,
            max=LARGEST_COUNT,
            help="Number of tasks to draw; without it as many as the suite has.",
        ),
    ] = None,
    data: Data = None,
    suite_option: SuiteOption = None,
    as_json: AsJson = False,
) -> None:
    """Seal a suite: a bundle to run, and one to score.

    A suite that is made from seeds is drawn again, from 128 secret bits. The public bundle promises every truth by a salted hash;
    publish the digest of its seal before anybody runs it.

    Example: itbench seal DOMAIN/SUITE --tasks 40 --out DIR
    """
    from itbench.cli.waiting import waiting
    from itbench.sealing.seal import seal_suite

    with waiting() as progress:
        done = seal_suite(reference, suite_options(suite_option, data), tasks, out, progress)
    if as_json:
        print_json(done.document())
    else:
        print_text(_sealed_text(done))


def submit(
    path: RunPath,
    out: Annotated[str, typer.Option("--out", "-o", help="File to write.", metavar="FILE")],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            help="Your private key, which is made if it is not there; default: itbench/key.pem in ~/.config.",
            metavar="FILE",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a run of a sealed suite as a signed submission.

    It has no truth, and no secret that the run file does not have.

    Example: itbench submit latest --out mine.submission
    """
    from itbench.cli.waiting import waiting
    from itbench.sealing.submit import submit_run

    with waiting() as progress:
        done = submit_run(path, out, key, progress)
    if as_json:
        print_json(done.document())
    else:
        print_text(_submitted_text(done, out))


def reveal(
    private: Annotated[Path, typer.Argument(help="The private bundle of a sealed suite.", metavar="PRIVATE")],
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder for what is revealed.", metavar="DIR")],
    as_json: AsJson = False,
) -> None:
    """Reveal a sealed suite: all but the private key.

    With what is revealed, anybody can check every promise of the seal and score every submission again.

    Example: itbench reveal DIR/private --out revealed
    """
    from itbench.cli.waiting import waiting
    from itbench.sealing.reveal import reveal_bundle

    with waiting() as progress:
        seal_digest = reveal_bundle(private, out, progress)
    if as_json:
        print_json({"out": str(out), "seal": seal_digest})
    else:
        print_text(f"revealed in {out}: tasks, truths, hidden data, salts and seed\nseal {seal_digest}")


def _sealed_text(done: "SealedFolder") -> str:
    from itbench.report.table import counted

    origin = (
        "drawn from a fresh secret seed of 128 bits"
        if done.is_drawn
        else "as they were: they are only as secret as whatever they were made from"
    )
    return "\n".join(
        [
            f"{counted(done.tasks, 'task')} of {done.suite}, {origin}",
            f"public: {done.public}, for those who run agents",
            f"private: {done.private}, with truths and the key; keep it",
            f"seal {done.seal}",
            f"signed by {done.key}",
            "next: publish these two lines, then",
            f"  itbench run {done.public} --agent AGENT",
            "  itbench submit latest --out FILE",
            f"  itbench score --sealed {done.private} FILE",
        ]
    )


def _submitted_text(done: "Submitted", out: str) -> str:
    made = " (made just now; keep it)" if done.is_new_key else ""
    return "\n".join(
        [
            f"{out}: {done.trials} attempts at {done.ended} of {done.planned} trials of run {done.run}, {done.bytes} bytes",
            f"it holds plan, agent and model, answers, {done.files} other files, {done.events} events, faults, times, tokens, cost",
            "it holds no truth, no score, and no secret: they are replaced as in the run file",
            f"submission {done.submission}",
            f"of seal {done.seal}",
            f"plan {done.plan_hash}",
            f"signed by {done.key} in {done.key_path}{made}",
        ]
    )
