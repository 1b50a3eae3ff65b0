"""What comes of files when they are handed in: the submission that the scorer would see, observations and all."""

import asyncio

from itbench.interfaces.environment import TestBench
from itbench.interfaces.json import JsonObject
from itbench.interfaces.sandbox import Sandbox
from itbench.interfaces.submission import Submission
from itbench.interfaces.task import Task
from itbench.run.trial.collect import collect
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.schema.answer import read_answer
from itbench.suites.shown import shown_inputs
from itbench.validation.finding import Case


def submission_of(case: Case, task: Task, files: dict[str, bytes]) -> Submission | str:
    """Return files as the submission that the scorer would see, or why there is none.

    Raises:
        Exception: whatever the domain's environment raises.
    """
    path, observed = task.hand_in.answer, _observed(case, task, files)
    if path is None:
        return Submission(files=files, observed=observed)
    answer = read_answer(files.get(path, b""), task.hand_in.answer_schema)
    if answer.problem is not None:
        return answer.problem
    others = {name: data for name, data in files.items() if name != path}
    return Submission(answer=answer.value, files=others, observed=observed)


def bench_sandbox(case: Case) -> Sandbox:
    """Return where the domain tries what was handed in.

    Raises:
        SandboxError: it runs submissions, and no sandbox works on this machine.
    """
    if not case.domain.runs_submissions:
        return LocalSandbox()
    from itbench.sandbox.bench import bench_sandbox as isolating

    return isolating(None)


def _observed(case: Case, task: Task, files: dict[str, bytes]) -> JsonObject:
    make = case.domain.environment
    if make is None:
        return {}

    async def observe() -> JsonObject:
        environment = make(
            task, shown_inputs(case.suite, task.id, case.secrets), LocalSandbox(is_in_process=True)
        )
        async with environment.open() as workspace:
            for path, data in files.items():
                await workspace.write_file(path, data)
            collected = await collect(task, workspace)
            bench = TestBench(bench_sandbox(case), case.suite.hidden(task.id))
            return await environment.observe(collected.files, bench)

    return asyncio.run(observe())
