"""run, resume, score."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itbench.cli.checks import Checks
from itbench.cli.exit_codes import INTERRUPTED
from itbench.cli.options import (
    AsJson,
    AsPublished,
    CommandLimit,
    CostLimit,
    Data,
    FailIfWorse,
    FailOnOption,
    FailUnder,
    GitHub,
    Globs,
    JUnit,
    MaxCost,
    RunOrFolder,
    Shard,
    SuiteOption,
    SuiteOrStudy,
    TaskFile,
    TimeLimit,
    TokenLimit,
    TurnLimit,
    suite_options,
)
from itbench.cli.output import print_json, print_note, print_text
from itbench.cli.quick import QuickCommand
from itbench.cli.run_report import report_run, tell_notes
from itbench.cli.studying import is_study_file, resume_study, run_study
from itbench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench.runs.plan.options import RunOptions
    from itbench.runs.runner import Job
    from itbench.runs.session import Session


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run", cls=QuickCommand)(run)
    app.command("resume", cls=QuickCommand)(resume)


def run(
    context: typer.Context,
    reference: SuiteOrStudy,
    arguments: Annotated[
        list[str] | None, typer.Argument(help="For the agent, after --.", metavar="[-- ARGUMENTS]")
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option("--agent", "-a", help="NAME or NAME:key=value,...; without it the domain's baseline."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="For an agent that drives a model; react without --agent.",
            metavar="PROVIDER/NAME",
        ),
    ] = None,
    role_model: Annotated[
        list[str] | None,
        typer.Option(
            "--role-model",
            help="Model that plays a role in the environments, such as a simulated user; metered apart.",
            metavar="ROLE=PROVIDER/NAME",
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url",
            help="Endpoint of --model, instead of the provider's own or OPENAI_BASE_URL, ANTHROPIC_BASE_URL.",
            metavar="URL",
        ),
    ] = None,
    task: Globs = None,
    task_file: TaskFile = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only tasks with this tag.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="Maximum number of tasks.")
    ] = None,
    repeats: Annotated[int, typer.Option("--repeats", "-k", min=1, help="Trials of each task.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Random seed for the whole run.")] = 0,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the run file.", metavar="DIR")] = Path(
        "runs"
    ),
    shard: Shard = None,
    max_trials: Annotated[
        int, typer.Option("--max-trials", min=1, help="Maximum number of concurrent trials.")
    ] = 4,
    attempts: Annotated[
        int,
        typer.Option(
            "--attempts", min=1, help="Attempts per trial when the environment or the provider fails."
        ),
    ] = 2,
    turn_limit: TurnLimit = None,
    token_limit: TokenLimit = None,
    cost_limit: CostLimit = None,
    time_limit: TimeLimit = None,
    command_limit: CommandLimit = None,
    max_cost: MaxCost = None,
    fail_under: FailUnder = None,
    fail_on: FailOnOption = None,
    fail_if_worse_than: FailIfWorse = None,
    junit: JUnit = None,
    github: GitHub = False,
    no_score: Annotated[
        bool, typer.Option("--no-score", help="Do not read truths; score later with itbench score.")
    ] = False,
    sandbox: Annotated[
        str | None,
        typer.Option("--sandbox", help="bubblewrap (the default), podman, docker, or none.", metavar="NAME"),
    ] = None,
    allow_unsafe: Annotated[
        bool,
        typer.Option(
            "--allow-unsafe",
            help="Allow a sandbox that isolates nothing, or a mount that shows how truths are made.",
        ),
    ] = False,
    allow_faulty_data: Annotated[
        bool,
        typer.Option(
            "--allow-faulty-data", help="Run tasks whose data is faulty too; by default they get no score."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan and what it may cost; run nothing.")
    ] = False,
    data: Data = None,
    as_published: AsPublished = False,
    suite_option: SuiteOption = None,
    as_json: AsJson = False,
) -> None:
    """Run a suite with an agent and print the scores.

    A study file runs several suites and agents, and prints one table of their scores.

    For example:

    itbench run DOMAIN --agent oracle --limit 2

    itbench run DOMAIN/SUITE --data DIR -k 3

    itbench run DOMAIN --agent command -- ./my-agent --fast

    itbench run DOMAIN --model openai/gpt-5 --dry-run

    itbench run study.yaml
    """
    checks = Checks(fail_under, fail_on or (), fail_if_worse_than, junit, github)
    if is_study_file(reference):
        run_study(
            context,
            reference,
            out=out,
            max_trials=max_trials,
            max_cost=max_cost,
            checks=checks,
            dry_run=dry_run,
            as_json=as_json,
        )
        return
    from itbench.cli.waiting import waiting
    from itbench.interfaces.task import OtherLimits
    from itbench.runs.plan.options import RunOptions, parse_pairs, parse_shard, with_model
    from itbench.runs.plan.task_file import read_task_file
    from itbench.runs.runner import all_jobs
    from itbench.runs.session import begin, prepare

    options = RunOptions(
        reference=reference,
        agent=with_model(agent, model, base_url),
        arguments=tuple(arguments or ()),
        task_globs=(*(task or ()), *read_task_file(task_file)),
        tags=tuple(tag or ()),
        limit=limit,
        repeats=repeats,
        seed=seed,
        out=out,
        max_trials=max_trials,
        attempts=attempts,
        limits=OtherLimits(
            turns=turn_limit,
            tokens=token_limit,
            cost_usd=cost_limit,
            wall_s=time_limit,
            command_s=command_limit,
        ),
        max_cost_usd=max_cost,
        is_scored=not no_score,
        sandbox=sandbox,
        is_unsafe_allowed=allow_unsafe,
        is_faulty_data_allowed=allow_faulty_data,
        role_models=parse_pairs(tuple(role_model or ()), "--role-model"),
        suite=suite_options(suite_option, data, as_published=as_published),
        shard=None if shard is None else parse_shard(shard),
    )
    if dry_run:
        _preview(options, as_json=as_json)
        return
    with waiting() as progress:
        session = prepare(options, progress)
        checks.before(session)
        session = begin(session, options, progress)
    _carry_out(session, all_jobs(session), checks, as_json=as_json)


def resume(
    path: RunOrFolder,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            help="The agent's words again, after --, where they hold a secret.", metavar="[-- ARGUMENTS]"
        ),
    ] = None,
    max_cost: MaxCost = None,
    fail_under: FailUnder = None,
    fail_on: FailOnOption = None,
    fail_if_worse_than: FailIfWorse = None,
    junit: JUnit = None,
    github: GitHub = False,
    allow_other_version: Annotated[
        bool,
        typer.Option(
            "--allow-other-version",
            help="Resume although another version or other code of itbench, the domain or the agent is installed.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Resume a run, or all runs of a study.

    Runs the missing trials, and retries those that failed through no fault of the agent.

    Example: itbench resume latest
    """
    checks = Checks(fail_under, fail_on or (), fail_if_worse_than, junit, github)
    if path.is_dir():
        if arguments:
            raise UsageError("words after -- belong to one run; resume the run that needs them by its file")
        if fail_if_worse_than is not None:
            raise UsageError(
                "--fail-if-worse-than compares one run; hold each run of a study against its own"
            )
        resume_study(
            path,
            max_cost=max_cost,
            checks=checks,
            allow_other_version=allow_other_version,
            as_json=as_json,
        )
        return
    from itbench.cli.waiting import waiting
    from itbench.runs.resume import resume as prepare

    with waiting() as progress:
        session, jobs = prepare(
            path,
            progress,
            is_other_version_allowed=allow_other_version,
            max_cost_usd=max_cost,
            arguments=tuple(arguments or ()),
        )
    checks.before(session)
    _carry_out(session, jobs, checks, as_json=as_json)


def _preview(options: "RunOptions", *, as_json: bool) -> None:
    from itbench.cli.waiting import waiting
    from itbench.report.preview_text import preview_json, preview_text
    from itbench.runs.preview import preview
    from itbench.runs.session import prepare

    with waiting() as progress:
        session = prepare(options, progress)
    tell_notes(session.notes)
    found = preview(session)
    if as_json:
        print_json(preview_json(found))
    else:
        print_text(preview_text(found))


def _carry_out(session: "Session", jobs: "Sequence[Job]", checks: Checks, *, as_json: bool) -> None:
    from itbench.report.progress import RunProgress
    from itbench.runs.hooks import Hooks
    from itbench.runs.runner import Ending, execute

    tell_notes(session.notes)
    hooks = Hooks()
    hooks.add_installed()
    hooks.add(RunProgress())
    done = execute(session, jobs, hooks)
    if done.ending is Ending.INTERRUPTED:
        print_note(f"interrupted; resume with: itbench resume {session.path}")
        raise typer.Exit(INTERRUPTED)
    try:
        report_run(session.path, checks, as_json=as_json)
    finally:
        if done.ending is Ending.SPENT:
            again = f"itbench resume {session.path} --max-cost USD"
            print_note(f"stopped: {done.reason}; continue with: {again}")
