"""Any program as an agent: it gets the task, works in the workspace, and leaves its answer there."""

import os

from itbench.errors import UsageError
from itbench.interfaces.agent import AgentRequest
from itbench.interfaces.fault import LimitReached
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace

TASK_FILE = "task.json"


class CommandAgent:
    """Runs a program once for each trial.

    The program finds the task as JSON on its standard input and in `task.json` in its working directory, and
    in the environment: ITBENCH_TASK (path of that file), ITBENCH_TASK_ID, ITBENCH_ANSWER (path to write the
    answer to), ITBENCH_SEED.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Run the program to its end or to the time limit.

        Raises:
            RuntimeError: the program ended with an exit code that is not 0.
        """
        trace.turn()
        text = task.model_dump_json(indent=2).encode()
        await workspace.write_file(TASK_FILE, text)
        limit_s = task.limits.wall_s
        result = await workspace.execute(
            self._words, timeout_s=limit_s, stdin=text, env=self._environment(task, workspace, trace)
        )
        if result.timed_out:
            raise LimitReached("wall")
        if result.exit_code != 0:
            raise RuntimeError(
                f"{self._words[0]!r} ended with exit code {result.exit_code}: {_last_line(result.stderr)}"
            )

    def _environment(self, task: Task, workspace: Workspace, trace: Trace) -> dict[str, str]:
        return dict(os.environ) | {
            "ITBENCH_TASK": str(workspace.path / TASK_FILE),
            "ITBENCH_TASK_ID": task.id,
            "ITBENCH_ANSWER": str(workspace.path / (task.hand_in.answer or "")),
            "ITBENCH_SEED": str(trace.seed),
        }


def command_agent(request: AgentRequest) -> CommandAgent:
    """Return the agent for `--agent command -- PROGRAM ARGS...`.

    Raises:
        UsageError: no program was named.
    """
    request.refuse_options(arguments=True)
    if not request.arguments:
        raise UsageError("agent 'command' needs a program: --agent command -- PROGRAM ARGS...")
    return CommandAgent(request.arguments)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it printed no error"
