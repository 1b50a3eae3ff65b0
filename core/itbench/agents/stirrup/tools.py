"""The other tools of a trial: Stirrup's `finish`, and those of the domain."""

from typing import Any, ClassVar

from pydantic import RootModel
from stirrup.core.models import Tool, ToolResult
from stirrup.tools.finish import SIMPLE_FINISH_TOOL, FinishParams

from itbench.agents.model_driven.toolbox import Toolbox
from itbench.agents.stirrup.shell import SHELL, WorkspaceShell
from itbench.interfaces import workspace as ours
from itbench.interfaces.conversation import ToolCall
from itbench.interfaces.fault import Stage, StageError
from itbench.interfaces.json import JsonObject, json_text
from itbench.interfaces.task import HandIn


def finish_tool(hand_in: HandIn, shell: WorkspaceShell) -> Tool:
    """Return Stirrup's own `finish`, which besides looks for the files that the task asks for."""
    asked = [*([hand_in.answer] if hand_in.answer else []), *hand_in.files]

    async def finish(params: FinishParams) -> ToolResult:
        result = await SIMPLE_FINISH_TOOL.executor(params)
        missing = [path for path in asked if not await shell.file_exists(path)]
        if not result.success or not missing:
            return result
        return ToolResult(
            content=f"ERROR: not finished: there is no file {', '.join(missing)}.", success=False
        )

    return Tool(
        name=SIMPLE_FINISH_TOOL.name,
        description=SIMPLE_FINISH_TOOL.description,
        parameters=FinishParams,
        executor=finish,
    )


def domain_tools(tools: list[ours.Tool], toolbox: Toolbox) -> list[Tool]:
    """Return the domain's tools as Stirrup wants them.

    Raises:
        StageError: one has a name that is taken.
    """
    if any(tool.name == SHELL for tool in tools):
        raise StageError(Stage.ENVIRONMENT, f"the domain's tool {SHELL!r} has a name that is taken")
    return [_domain_tool(tool, toolbox) for tool in tools]


class _Arguments(RootModel[dict[str, Any]]):
    """Any JSON object; the toolbox checks it against the schema, and says what is wrong with it."""

    json_schema: ClassVar[JsonObject] = {}

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> JsonObject:
        """Return the schema of the domain's tool."""
        return cls.json_schema


def _domain_tool(tool: ours.Tool, toolbox: Toolbox) -> Tool:
    async def use(arguments: _Arguments) -> ToolResult:
        call = ToolCall(id="", name=tool.name, arguments=json_text(arguments.root))
        result = await toolbox.use(call)
        return ToolResult(content=result.text, success=result.is_ok)

    parameters = type("Arguments", (_Arguments,), {"json_schema": tool.parameters, "__module__": __name__})
    return Tool(name=tool.name, description=tool.description, parameters=parameters, executor=use)
