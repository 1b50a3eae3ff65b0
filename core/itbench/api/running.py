"""run, resume and score, for programs and notebooks; each waits for its end, and has a twin for an event loop.

The work is done in a thread of its own, with an event loop of its own. So a cell of a notebook, whose thread has a running loop
already, can wait for it like any other program, Ctrl-C comes to the caller as KeyboardInterrupt, and no handler of a signal
that a program has set is touched.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Unpack

from itbench.api.arguments import RunArguments, check_amount, run_options, texts
from itbench.api.stored_run import StoredRun
from itbench.api.threads import awaited, in_thread, stoppable
from itbench.api.work import Work
from itbench.interfaces.progress import Progress, no_progress
from itbench.runs.interrupt import Interrupt
from itbench.runs.plan.options import RunOptions
from itbench.runs.rescore import Rescoring, rescore
from itbench.runs.resume import resume as prepare_to_resume
from itbench.runs.runner import Job, all_jobs
from itbench.runs.session import Session, start
from itbench.store.run_path import stored_path


def run(
    suite: str | Path,
    *,
    agent: str | None = None,
    arguments: Sequence[str] = (),
    model: str | None = None,
    base_url: str | None = None,
    role_models: Mapping[str, str] = {},
    tasks: Sequence[str] = (),
    task_file: str | Path | None = None,
    tags: Sequence[str] = (),
    limit: int | None = None,
    repeats: int = 1,
    seed: int = 0,
    out: str | Path = "runs",
    shard: str | None = None,
    max_trials: int = 4,
    attempts: int = 2,
    turn_limit: int | None = None,
    token_limit: int | None = None,
    cost_limit_usd: float | None = None,
    time_limit_s: float | None = None,
    command_limit_s: float | None = None,
    max_cost_usd: float | None = None,
    no_score: bool = False,
    sandbox: str | None = None,
    allow_unsafe: bool = False,
    allow_faulty_data: bool = False,
    data: str | Path | None = None,
    as_published: bool = False,
    suite_options: Mapping[str, str] = {},
    progress: Progress | None = None,
    hooks: Sequence[object] = (),
) -> StoredRun:
    """Run a suite with an agent and return the run, as `itbench run` does; nothing is printed.

    Ctrl-C, or the interrupt of a notebook's kernel, stops the trials under way and is raised as KeyboardInterrupt; what had ended
    is kept, and `resume` runs the rest. A run whose trials fail ends without an exception: `StoredRun.summary` tells of them.

    Args:
        suite: `DOMAIN` or `DOMAIN/SUITE`, or the folder that `itbench make` wrote.
        agent: `NAME` or `NAME:key=value,...`; None for the domain's baseline.
        arguments: words for the agent, on the command line after `--`.
        model: `PROVIDER/NAME`, for an agent that drives a model; `react` without an agent.
        base_url: endpoint of the model, instead of the provider's own.
        role_models: `PROVIDER/NAME` of models that play roles in the environments, by role.
        tasks: ids of tasks, or patterns such as `task-00*`; none for all.
        task_file: further ids of tasks, one a line, as `itbench subset --out` writes them.
        tags: that a task must have.
        limit: largest number of tasks.
        repeats: trials of each task.
        seed: for the whole run.
        out: folder of the run file.
        shard: only a part of the trials, such as `2/8`.
        max_trials: largest number of concurrent trials.
        attempts: at a trial, when the environment or the provider fails.
        turn_limit: turns of a trial, in place of the tasks' own limit.
        token_limit: input and output tokens of a trial, likewise.
        cost_limit_usd: US dollars that a trial may cost.
        time_limit_s: seconds of wall clock of a trial.
        command_limit_s: seconds of wall clock of one command of a trial.
        max_cost_usd: US dollars for the whole run; once spent, no further trial begins.
        no_score: True to read no truths; `score` scores later.
        sandbox: `bubblewrap`, `podman`, `docker` or `none`; None for the default.
        allow_unsafe: True to allow a sandbox that isolates nothing, or a mount that shows how truths are made.
        allow_faulty_data: True to run tasks whose data is faulty too.
        data: folder of a published dataset.
        as_published: True to show agents exactly what the publisher shows them.
        suite_options: settings that only this suite knows.
        progress: is called with a text, how much is done and how much there is; with "trials" once trials end.
        hooks: objects with methods of `RunHooks`, marked with `hookimpl`; as `progress`, called in the run's own thread.

    Raises:
        UsageError: an argument that cannot be used, or something that is not available here.
        DataError: tasks or truths cannot be read.
        PluginError: the domain, the agent or the model's provider cannot be used.
        StorageError: the run file cannot be written; trials that had ended are kept.
        KeyboardInterrupt: the run was interrupted, and can be resumed.
    """
    given = RunArguments(
        agent=agent,
        arguments=arguments,
        model=model,
        base_url=base_url,
        role_models=role_models,
        tasks=tasks,
        task_file=task_file,
        tags=tags,
        limit=limit,
        repeats=repeats,
        seed=seed,
        out=out,
        shard=shard,
        max_trials=max_trials,
        attempts=attempts,
        turn_limit=turn_limit,
        token_limit=token_limit,
        cost_limit_usd=cost_limit_usd,
        time_limit_s=time_limit_s,
        command_limit_s=command_limit_s,
        max_cost_usd=max_cost_usd,
        no_score=no_score,
        sandbox=sandbox,
        allow_unsafe=allow_unsafe,
        allow_faulty_data=allow_faulty_data,
        data=data,
        as_published=as_published,
        suite_options=suite_options,
    )
    return Work(partial(_started, run_options(suite, given)), progress, hooks).done()


async def run_async(suite: str | Path, **arguments: Unpack[RunArguments]) -> StoredRun:
    """Do what `run` does, with the same arguments, without holding up the event loop.

    When its task is cancelled, the trials under way are stopped before the cancellation goes on; preparations end at their next step.

    Args:
        suite: as for `run`.
        arguments: as for `run`.

    Raises:
        ITBenchError: as `run`.
    """
    options = run_options(suite, arguments)
    prepare = partial(_started, options)
    return await Work(prepare, arguments.get("progress"), arguments.get("hooks", ())).awaited()


def resume(
    path: str | Path,
    *,
    arguments: Sequence[str] = (),
    max_cost_usd: float | None = None,
    allow_other_version: bool = False,
    progress: Progress | None = None,
    hooks: Sequence[object] = (),
) -> StoredRun:
    """Run the missing trials of a run, and those again that failed through no fault of the agent, as `itbench resume` does.

    Args:
        path: of the run file; `latest` is the newest one in `runs`.
        arguments: words for the agent again, where they hold a secret.
        max_cost_usd: US dollars that the run may cost in all from now on; None for what its plan says.
        allow_other_version: True to resume although other versions or other code is installed.
        progress: as for `run`.
        hooks: as for `run`.

    Raises:
        ITBenchError: the run cannot be resumed, or another process works on it.
        KeyboardInterrupt: the run was interrupted again.
    """
    prepare = _resumption(path, arguments, max_cost_usd, allow_other_version)
    return Work(prepare, progress, hooks).done()


async def resume_async(
    path: str | Path,
    *,
    arguments: Sequence[str] = (),
    max_cost_usd: float | None = None,
    allow_other_version: bool = False,
    progress: Progress | None = None,
    hooks: Sequence[object] = (),
) -> StoredRun:
    """Do what `resume` does, with the same arguments, without holding up the event loop.

    Args:
        path: as for `resume`.
        arguments: as for `resume`.
        max_cost_usd: as for `resume`.
        allow_other_version: as for `resume`.
        progress: as for `run`.
        hooks: as for `run`.

    Raises:
        ITBenchError: as `resume`.
    """
    prepare = _resumption(path, arguments, max_cost_usd, allow_other_version)
    return await Work(prepare, progress, hooks).awaited()


def score(
    path: str | Path, *, truths: str | Path | None = None, progress: Progress | None = None
) -> Rescoring:
    """Score the stored submissions of a run again and return what changed; earlier scores are kept, as with `itbench score`.

    Args:
        path: of the run file; `latest` is the newest one in `runs`.
        truths: folder to read the truths from; None for the suite's own.
        progress: as for `run`.

    Raises:
        ITBenchError: the run, its domain, its suite or any of the truths is not available, or another process works on the run.
    """
    return rescore(stored_path(path), None if truths is None else Path(truths), progress or no_progress)


async def score_async(
    path: str | Path, *, truths: str | Path | None = None, progress: Progress | None = None
) -> Rescoring:
    """Do what `score` does, with the same arguments, without holding up the event loop.

    Args:
        path: as for `score`.
        truths: as for `score`.
        progress: as for `run`.

    Raises:
        ITBenchError: as `score`.
    """
    interrupt = Interrupt()
    told = stoppable(progress or no_progress, interrupt)
    return await awaited(in_thread(lambda: score(path, truths=truths, progress=told)), interrupt)


def _started(options: RunOptions, progress: Progress) -> tuple[Session, list[Job]]:
    session = start(options, progress)
    return session, all_jobs(session)


def _resumption(
    path: str | Path,
    arguments: Sequence[str],
    max_cost_usd: float | None,
    allow_other_version: bool,
) -> "partial[tuple[Session, list[Job]]]":
    check_amount("max_cost_usd", max_cost_usd)
    return partial(
        prepare_to_resume,
        stored_path(path),
        is_other_version_allowed=allow_other_version,
        max_cost_usd=max_cost_usd,
        arguments=texts("arguments", arguments),
    )
