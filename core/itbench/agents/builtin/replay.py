"""Hands in again what another run did, trace and all, without any model."""

from pathlib import Path
from sqlite3 import Row

from itbench.errors import UsageError
from itbench.interfaces.agent import AgentRequest
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.json import json_text
from itbench.interfaces.task import Task
from itbench.interfaces.trace import TAKEN, Trace, TraceEvent
from itbench.interfaces.workspace import Workspace
from itbench.store.reader import RunFile
from itbench.store.run_path import run_path

_NOT_ITS_DOING = frozenset({Stage.ENVIRONMENT, Stage.MODEL})


class ReplayAgent:
    """Repeats the submissions and traces of a stored run, trial by trial."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the files of the stored trial of this task and repeat, and copy its trace."""
        with RunFile(self._path, is_known=True) as run:
            try:
                row = run.find_trial(f"{task.id}:{trace.repeat}")
            except UsageError as error:
                raise StageError(Stage.ENVIRONMENT, str(error)) from error
            _copy_trace(run, row, trace)
            files = _files(run, row, task)
        if row["fault_stage"] not in _NOT_ITS_DOING:
            for name, data in files.items():
                await workspace.write_file(name, data)
        # Now, and not before: nothing can be written after a limit.
        trace.limit = row["limit_hit"]
        if row["fault_stage"] in _NOT_ITS_DOING:
            raise StageError(Stage(row["fault_stage"]), row["fault"])


def _copy_trace(run: RunFile, row: Row, trace: Trace) -> None:
    for event in run.events(row["id"]):
        trace.add(TraceEvent(event["at_s"], event["kind"], event["data"]))
    for name in ("turns", "replies", "uncounted", "tool_calls", "failed_tool_calls"):
        setattr(trace.usage, name, row[name])
    if row["replies"]:
        for name in TAKEN:
            trace.usage.sums[name].add(row[name])


def _files(run: RunFile, row: Row, task: Task) -> dict[str, bytes]:
    detail = run.detail(row["id"])
    files, path = dict(detail.files), task.hand_in.answer
    if path is not None and path not in files and row["answer_hash"] is not None:
        files[path] = json_text(detail.answer).encode()
    return files


def replay_agent(request: AgentRequest) -> ReplayAgent:
    """Return the agent for `--agent replay -- RUN`.

    Raises:
        UsageError: not exactly one run was named, or there is none of that name.
        RunFileError: it cannot be opened.
    """
    request.refuse_options(arguments=True)
    if len(request.arguments) != 1:
        raise UsageError("agent 'replay' needs one run file: --agent replay -- RUN")
    path = run_path(request.arguments[0]).absolute()
    RunFile(path).connection.close()
    return ReplayAgent(path)
