"""Any program as an agent: it gets the task, works in the workspace, and leaves its answer there."""

import os
from collections.abc import Mapping
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.agent import AgentRequest
from itbench.interfaces.fault import LimitReached
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace

TASK_FILE = "task.json"
_CHMOD_LIMIT_S = 30.0


class CommandAgent:
    """Runs a program once for each trial.

    The program finds the task as JSON on its standard input and in `task.json` in its working directory, and
    in the environment: ITBENCH_TASK (path of that file), ITBENCH_TASK_ID, ITBENCH_ANSWER (path to write the
    answer to), ITBENCH_SEED.

    Args:
        words: the program and its arguments, as they are found in the workspace's world.
        copied: host files that are put into the working directory first, by name.
        variables: further environment variables.
    """

    def __init__(
        self, words: tuple[str, ...], copied: Mapping[str, Path], variables: Mapping[str, str]
    ) -> None:
        self._words = words
        self._copied = copied
        self._variables = variables

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Run the program to its end or to the time limit.

        Raises:
            RuntimeError: the program ended with an exit code that is not 0.
        """
        trace.turn()
        text = task.model_dump_json(indent=2).encode()
        await workspace.write_file(TASK_FILE, text)
        await self._copy(workspace)
        variables = {**self._variables, **_task_variables(task, workspace, trace)}
        result = await workspace.execute(self._words, timeout_s=task.limits.wall_s, stdin=text, env=variables)
        if result.timed_out:
            raise LimitReached("wall")
        if result.exit_code != 0:
            raise RuntimeError(
                f"{self._words[0]!r} ended with exit code {result.exit_code}: {_last_line(result.stderr)}"
            )

    async def _copy(self, workspace: Workspace) -> None:
        for name, path in self._copied.items():
            await workspace.write_file(name, path.read_bytes())
        if self._copied:
            await workspace.execute(["chmod", "+x", *self._copied], timeout_s=_CHMOD_LIMIT_S)


def command_agent(request: AgentRequest) -> CommandAgent:
    """Return the agent for `--agent command:copy=FILE+FILE,env=NAME+NAME -- PROGRAM ARGS...`.

    Raises:
        UsageError: no program was named, or a file or variable that is not there.
    """
    request.refuse_options("copy", "env", arguments=True)
    if not request.arguments:
        raise UsageError("agent 'command' needs a program: --agent command -- PROGRAM ARGS...")
    copied = {}
    for text in _listed(request, "copy"):
        path = Path(text).absolute()
        if not path.is_file():
            raise UsageError(f"agent 'command': there is no file {text!r} to copy")
        copied[path.name] = path
    variables = {}
    for name in _listed(request, "env"):
        if name not in os.environ:
            raise UsageError(f"agent 'command': the variable {name!r} is not set")
        variables[name] = os.environ[name]
    return CommandAgent(request.arguments, copied, variables)


def _listed(request: AgentRequest, option: str) -> list[str]:
    return [part for part in request.options.get(option, "").split("+") if part]


def _task_variables(task: Task, workspace: Workspace, trace: Trace) -> dict[str, str]:
    return {
        "ITBENCH_TASK": str(workspace.path / TASK_FILE),
        "ITBENCH_TASK_ID": task.id,
        "ITBENCH_ANSWER": str(workspace.path / (task.hand_in.answer or "")),
        "ITBENCH_SEED": str(trace.seed),
    }


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it printed no error"
