"""Any program as an agent: it gets the task, works in the workspace, and leaves its answer there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.agents.command.absent import why_absent
from itbench.agents.command.options import CommandOptions
from itbench.agents.command.output import OutputLog
from itbench.agents.command.way_out import WayOut, open_way_out
from itbench.agents.tool_server.served import ServedTools, serve_tools
from itbench.host.faults import HostError
from itbench.interfaces.execution import Execution
from itbench.interfaces.fault import LimitReached, Stage, StageError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.sandbox import Mount
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Hosting, Workspace

TASK_FILE = "task.json"
_CHMOD_LIMIT_S = 30.0
_CLOSING_S = 90.0
_CONNECTIONS = 8
_TOOL_CONNECTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What is started for one trial.

    Attributes:
        words: the program and its arguments, as they are found in the workspace's world.
        stdin: what it reads.
        variables: for its environment.
    """

    words: tuple[str, ...]
    stdin: bytes
    variables: Mapping[str, str]


class CommandAgent:
    """Runs a program once for each trial.

    The program finds the task as JSON on its standard input and in `task.json` in its working directory, and
    in the environment: ITBENCH_TASK (path of that file), ITBENCH_TASK_ID, ITBENCH_ANSWER (path to write the
    answer to), ITBENCH_SEED; where the task has tools, also ITBENCH_TOOLS and ITBENCH_MCP_CONFIG, for the programs
    `itbench-tool` and `itbench-mcp` on its PATH.

    Args:
        words: the program and its arguments, as they are found in the workspace's world.
        options: what else the program needs.
    """

    def __init__(self, words: tuple[str, ...], options: CommandOptions | None = None) -> None:
        self._words = words
        self._options = options or CommandOptions()

    @property
    def mounts(self) -> Sequence[Mount]:
        """Folders of the host that the program needs."""
        return self._options.mounts

    @property
    def copied_files(self) -> Sequence[Path]:
        """Files of the host that each trial gets a copy of."""
        return list(self._options.copied.values())

    @property
    def connections(self) -> int:
        """What a program holds open at a time: to tools, and if it has a way out, a few for each host of a client library."""
        has_way_out = bool(self._options.allowed) or self._options.gateway is not None
        return _CONNECTIONS + _TOOL_CONNECTIONS if has_way_out else _TOOL_CONNECTIONS

    @property
    def secrets(self) -> Sequence[str]:
        """What the program is given from the environment, and the key of its model, which it is not given."""
        return self._options.secrets

    def missing(self, *, is_cost_limited: bool) -> list[str]:
        """Return what a run needs and this machine lacks; where the cost is limited, also the prices of its models."""
        gateway = self._options.gateway
        unpriced = gateway.unpriced(self._options.models) if is_cost_limited and gateway is not None else []
        return [*self._options.missing(), *unpriced]

    def description(self) -> JsonObject:
        """Return where requests to the model go; never a secret."""
        gateway = self._options.gateway
        if gateway is None:
            return {}
        return {"model": {**gateway.description(), "models": list(self._options.models)}}

    @property
    def closing_s(self) -> float:
        """Seconds after the wall clock for files and requests: what the program asked before its end is still counted."""
        return _CLOSING_S

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Run the program to its end or to a limit.

        Raises:
            RuntimeError: the program did not start, or ended with an exit code that is not 0.
            StageError: its model failed until its end, or cannot be kept within a limit; or the machine refused what the
                program needs to start.
        """
        try:
            await self._work(task, workspace, trace)
        except OSError as error:
            # All that is done here is itbench's own work: the program fails by its exit code.
            raise HostError("the program cannot be given what it needs", error) from error

    def launch(self, task: Task, workspace: Workspace, variables: Mapping[str, str]) -> Launch:
        """Return what to start for a task; `variables` are what it has to be told of the task, its model and its tools."""
        return Launch(words=self._words, stdin=_task_text(task), variables=variables)

    async def _work(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        options = self._options
        if options.gateway is None:
            trace.turn()
        await workspace.write_file(TASK_FILE, _task_text(task))
        await self._copy(workspace)
        async with (
            serve_tools(workspace, trace) as tools,
            open_way_out(workspace, trace, options, task.instructions) as way_out,
        ):
            variables = {
                **options.variables,
                **way_out.variables,
                **tools.variables,
                **_task_variables(task, workspace, trace),
            }
            launch = self.launch(task, workspace, variables)
            try:
                result = await self._run(task, workspace, trace, (way_out, tools), launch)
            except OSError as error:  # Without a sandbox, a program that is not there does not even start.
                absent = await why_absent(launch.words, workspace)
                raise RuntimeError(absent or f"{self._words[0]!r} did not start: {error}") from error
        tools.check()
        if way_out.uncounted is not None:
            raise StageError(Stage.MODEL, way_out.uncounted)
        if way_out.model_failure is not None and not await _is_done(result, task, workspace):
            said = self._ending(result, None)
            raise StageError(Stage.MODEL, f"the model failed until the end ({way_out.model_failure}); {said}")
        if result.timed_out:
            raise LimitReached("wall")
        if result.exit_code != 0:
            raise RuntimeError(self._ending(result, await why_absent(launch.words, workspace)))

    async def _run(
        self,
        task: Task,
        workspace: Workspace,
        trace: Trace,
        opened: tuple[WayOut, ServedTools],
        launch: Launch,
    ) -> Execution:
        """Run the program, and end it once a limit of the task is reached at its model or at a tool."""
        way_out, tools = opened
        run = workspace.host if isinstance(workspace, Hosting) else workspace.execute
        with OutputLog(trace) as log:
            running = asyncio.create_task(
                run(
                    launch.words,
                    timeout_s=task.limits.wall_s,
                    stdin=launch.stdin,
                    env=launch.variables,
                    heard=log.add,
                )
            )
            stopping = {asyncio.create_task(each.stopped.wait()) for each in opened}
            try:
                await asyncio.wait({running, *stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not running.done():
                    tools.check()
                    if way_out.uncounted is not None:
                        raise StageError(Stage.MODEL, way_out.uncounted)
                    raise LimitReached(trace.limit or "tokens")
                return running.result()
            finally:
                for each in (running, *stopping):
                    each.cancel()
                await asyncio.wait({running, *stopping})

    def _ending(self, result: Execution, absent: str | None) -> str:
        how = (
            "was ended by the wall clock" if result.timed_out else f"ended with exit code {result.exit_code}"
        )
        return f"{self._words[0]!r} {how}: {absent or _last_line(result.stderr)}"

    async def _copy(self, workspace: Workspace) -> None:
        copied = self._options.copied
        for name, path in copied.items():
            await workspace.write_file(name, path.read_bytes())
        if copied:
            await workspace.execute(["chmod", "+x", *copied], timeout_s=_CHMOD_LIMIT_S)


async def _is_done(result: Execution, task: Task, workspace: Workspace) -> bool:
    """Tell whether a program says that it is done, and has handed something in."""
    if result.timed_out or result.exit_code != 0:
        return False
    wanted = {*task.hand_in.files, *filter(None, [task.hand_in.answer])}
    return not wanted.isdisjoint(await workspace.list_files())


def _task_text(task: Task) -> bytes:
    return task.model_dump_json(indent=2).encode()


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
