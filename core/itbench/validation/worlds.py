"""Rules about worlds: they open where runs open them, their tools can be used, and they give no truth away."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from itbench.agents.domain_tools import tool_problems
from itbench.agents.model_driven.toolbox import FINISH, SHELL
from itbench.errors import ITBenchError
from itbench.interfaces.fault import Stage
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace
from itbench.runs.trial.blame import Blamed, blame
from itbench.runs.trial.setup import Surroundings
from itbench.runs.trial.world import opened
from itbench.suites.shown import shown_inputs
from itbench.validation.case import Case, run_sandbox, side_by_side
from itbench.validation.finding import Finding, Skipped
from itbench.validation.hidden import leaves

_COMMAND_S = 60.0
# A file that is older by so many seconds than the newest was given its time on purpose.
_ODD_S = 60.0


def worlds_open(case: Case) -> Iterator[Finding | Skipped]:
    """The world of every task opens in the sandbox that runs use, within its limits, and its tools can be used."""
    try:
        surroundings = replace(case.surroundings, sandbox=run_sandbox())
    except ITBenchError as error:
        if case.domain.needs_sandbox:
            yield Finding("worlds-open", f"domain {case.domain.name}", str(error), "install a sandbox")
            return
        yield Skipped("worlds-open", f"worlds are not opened in a sandbox: {error}")
        surroundings = case.surroundings

    async def one(task: Task) -> list[Finding]:
        try:
            with blame(Stage.ENVIRONMENT):
                return await _look(case, surroundings, task)
        except Blamed as error:
            case.closed.add(task.id)
            fix = "fix the environment, or its limits"
            return [Finding("worlds-open", f"task {task.id}", error.fault.message, fix)]

    for findings in side_by_side(case.tasks, one):
        yield from findings


async def _look(case: Case, surroundings: Surroundings, task: Task) -> list[Finding]:
    canary = case.truths[task.id]["canary"]
    setup = surroundings.setup(task, Trace(limits=task.limits))
    async with opened(case.domain.environment, setup) as world:
        tools = world.workspace.tools
        found = [
            Finding("worlds-open", f"task {task.id}: tool {name}", problem, "correct the tool")
            for name, problem in tool_problems(tools, taken=(SHELL, FINISH))
        ]
        found += [
            _told(task, f"tool {tool.name}", "its description holds the canary of its truth")
            for tool in tools
            if canary in f"{tool.name} {tool.description} {json.dumps(tool.parameters)}"
        ]
        found += await _file_findings(case, task, world.workspace, canary)
    return found


async def _file_findings(case: Case, task: Task, workspace: Workspace, canary: str) -> list[Finding]:
    """Look at what the environment itself has put into the workspace; inputs are looked at where they lie."""
    inputs = {entry.path for entry in shown_inputs(case.suite, task.id, case.secrets)}
    found = []
    own = [path for path in await workspace.list_files() if path not in inputs]
    for path in own:
        if canary in path:
            found.append(_told(task, f"file {path!r}", "its name holds the canary of its truth"))
        if canary.encode() in await workspace.read_file(path):
            found.append(_told(task, f"file {path!r}", "it holds the canary of its truth"))
    return found + await _time_findings(case, task, workspace, own)


async def _time_findings(case: Case, task: Task, workspace: Workspace, own: list[str]) -> list[Finding]:
    """Say where the time of a file tells: the framework gives all inputs one time, so another was set on purpose."""
    entries = shown_inputs(case.suite, task.id, case.secrets)
    told = {value for value in leaves(case.truths[task.id]) if value.isdecimal() and len(value) >= 4}
    odd = [
        f"input {entry.path!r}"
        for entry in entries
        if any(value in str(int(entry.source.stat().st_mtime)) for value in told)
    ]
    if own:
        times = await _times(workspace, own)
        odd += [f"file {path!r}" for path, moment in times.items() if moment < max(times.values()) - _ODD_S]
    problem, fix = (
        "its time is not that of the others, or holds a number of the truth",
        "set one time for all files",
    )
    return [Finding("truth-hidden", f"task {task.id}: {place}", problem, fix) for place in odd]


async def _times(workspace: Workspace, paths: list[str]) -> dict[str, float]:
    places = [str(PurePosixPath(workspace.path) / path) for path in paths]
    done = await workspace.execute(["stat", "--format", "%Y", "--", *places], timeout_s=_COMMAND_S)
    moments = [float(line) for line in done.stdout.split()]
    return dict(zip(paths, moments, strict=True)) if len(moments) == len(paths) else {}


def _told(task: Task, place: str, problem: str) -> Finding:
    fix = "take it out; a truth lies only where the scorer reads it"
    return Finding("truth-hidden", f"task {task.id}: {place}", problem, fix)
