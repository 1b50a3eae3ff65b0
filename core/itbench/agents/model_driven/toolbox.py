"""The tools of one trial: a shell, `finish`, and whatever the domain offers; and how a call is carried out."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from itbench.agents.domain_tools import (
    ToolCallError,
    call_tool,
    check_arguments,
    check_call,
    check_tools,
    read_arguments,
)
from itbench.agents.model_driven.hand_in import hand_in_problem
from itbench.agents.model_driven.shell import LastingShell
from itbench.interfaces.conversation import ModelTool, ToolCall, ToolResult
from itbench.interfaces.execution import Execution, Gap
from itbench.interfaces.json import JsonObject, JsonValue, json_text
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Tool, Workspace
from itbench.text.output import cut
from itbench.text.redaction import Redactor

SHELL, FINISH = "execute", "finish"
_COMMAND = {"type": "string", "description": "For the shell."}
_PATH = {"type": "string", "description": "The file with the answer; may be left out."}


@dataclass(frozen=True, slots=True)
class _Output:
    """What a call gave; `noted` where the trace has it already, `gaps` where some of it is left out."""

    text: str
    is_ok: bool = True
    noted: bool = False
    gaps: tuple[Gap, ...] = ()


class Toolbox:
    """Carries out the tool calls of one trial, one after the other.

    They run in the order in which the model wrote them, never at once: commands share one directory, a later one
    may lean on an earlier one, and a trial that is done again must go the same way.

    Attributes:
        is_finished: whether `finish` has found nothing wrong.
    """

    def __init__(
        self, task: Task, workspace: Workspace, trace: Trace, redactor: Redactor, output_chars: int
    ) -> None:
        self.is_finished = False
        self._task = task
        self._workspace = workspace
        self._trace = trace
        self._redactor = redactor
        self._output_chars = output_chars
        self._shell = LastingShell(workspace)
        check_tools(workspace.tools, taken=(SHELL, FINISH))
        self._domain_tools = {tool.name: tool for tool in workspace.tools}
        self._tools = {tool.name: tool for tool in (*_own_tools(), *map(_model_tool, workspace.tools))}

    @property
    def tools(self) -> list[ModelTool]:
        """What the model is told of."""
        return list(self._tools.values())

    async def use(self, call: ToolCall) -> ToolResult:
        """Carry out a call; whatever is wrong with it becomes the result."""
        started = time.monotonic()
        try:
            output = await self._carry_out(call)
        except ToolCallError as fault:
            output = _Output(str(fault), is_ok=False)
        text = cut(self._redactor.text(output.text), self._output_chars, output.gaps)
        if not output.noted:
            duration_s = time.monotonic() - started
            arguments = self._redactor.text(call.arguments)
            self._trace.tool_call(call.name, arguments, text, is_ok=output.is_ok, duration_s=duration_s)
        return ToolResult(call_id=call.id, name=call.name, text=text, is_ok=output.is_ok)

    async def _carry_out(self, call: ToolCall) -> _Output:
        if self.is_finished:
            raise ToolCallError("not carried out: the work was finished before")
        tool = self._tools.get(call.name)
        if tool is None:
            raise ToolCallError(f"there is no tool {call.name!r}; there are: {', '.join(self._tools)}")
        # Some models send nothing at all for a tool that needs no arguments.
        told = read_arguments(call.arguments)
        if call.name in self._domain_tools:
            domain_tool = self._domain_tools[call.name]
            return await self._use_domain_tool(domain_tool, check_call(domain_tool, told))
        arguments = check_arguments(told, {"type": "object", **tool.parameters})
        if call.name == SHELL:
            return await self._execute(arguments["command"])
        return await self._finish(arguments.get("path"))

    async def _execute(self, command: str) -> _Output:
        if "\0" in command:
            raise ToolCallError("a command cannot hold a NUL character")
        result, note = await self._shell.run(command, timeout_s=self._task.limits.command_s)
        is_ok = result.exit_code == 0 and not result.timed_out
        return _Output(self._shell_text(result, note), is_ok=is_ok, noted=True, gaps=result.gaps)

    def _shell_text(self, result: Execution, note: str | None) -> str:
        # The end is told first: it must not fall into what is left out of long output.
        head = f"exit code {result.exit_code}"
        if result.timed_out:
            head = f"ended at its limit of {self._task.limits.command_s:g} s"
        parts = [head, *([f"[{note}]"] if note else []), result.stdout.rstrip("\n")]
        if result.stderr:
            parts.append(f"standard error:\n{result.stderr.rstrip()}")
        return "\n".join(part for part in parts if part)

    async def _finish(self, path: str | None) -> _Output:
        hand_in = self._task.hand_in
        if path and hand_in.answer and not self._is_answer(path, hand_in.answer):
            raise ToolCallError(
                f"not finished: the answer belongs in {self._workspace.path / hand_in.answer}"
            )
        problem = await hand_in_problem(hand_in, self._workspace)
        if problem is not None:
            raise ToolCallError(f"not finished: {problem}")
        self.is_finished = True
        return _Output("finished")

    def _is_answer(self, path: str, answer: str) -> bool:
        return self._workspace.path / path == self._workspace.path / answer

    async def _use_domain_tool(self, tool: Tool, arguments: Mapping[str, JsonValue]) -> _Output:
        try:
            output = await call_tool(tool, arguments)
        except ToolCallError as error:
            return _Output(str(error), is_ok=False, noted=True)
        return _Output(output if isinstance(output, str) else json_text(output), noted=True)


def _own_tools() -> tuple[ModelTool, ...]:
    shell = "Run a command in the shell, which lasts, and return what it printed."
    finish = "End the work: checks what is to be handed in, and tells what is wrong with it if anything is."
    return (
        ModelTool(name=SHELL, description=shell, parameters=_schema({"command": _COMMAND}, "command")),
        ModelTool(name=FINISH, description=finish, parameters=_schema({"path": _PATH})),
    )


def _schema(properties: JsonObject, *required: str) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _model_tool(tool: Tool) -> ModelTool:
    return ModelTool(name=tool.name, description=tool.description, parameters=tool.parameters)
