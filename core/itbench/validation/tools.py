"""The rule about tools: an agent, a model and MCP can all use what a workspace offers."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from itbench.errors import DataError
from itbench.interfaces.json import JsonValue
from itbench.interfaces.workspace import Tool
from itbench.schema.check import schema_faults

# What providers of models and MCP accept.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Names of the tools that agents driven by a model bring themselves.
TAKEN = frozenset({"execute", "finish"})


def tool_problems(tools: Sequence[object]) -> Iterator[tuple[str, str]]:
    """Yield the name of each tool with which something is wrong, and what."""
    seen: set[str] = set()
    for each in tools:
        if not isinstance(each, Tool):
            yield repr(each), f"found a {type(each).__name__}, allowed: itbench.Tool"
            continue
        tool: Any = each  # Its fields are what a plugin wrote.
        name = repr(tool.name)
        if not isinstance(tool.name, str) or not _NAME.fullmatch(tool.name):
            yield name, "its name must be 1 to 64 letters, digits, `_` and `-`"
        elif tool.name in TAKEN:
            yield name, "agents bring a tool of this name themselves"
        elif tool.name in seen:
            yield name, "two tools have this name"
        seen.add(str(tool.name))
        if not isinstance(tool.description, str) or not tool.description.strip():
            yield name, "it has no description"
        if not callable(tool.call):
            yield name, "it cannot be called"
        problem = _parameters_problem(tool.parameters)
        if problem is not None:
            yield name, problem


def _parameters_problem(parameters: JsonValue) -> str | None:
    if not isinstance(parameters, dict):
        return f"its parameters are a {type(parameters).__name__}, allowed: a JSON Schema"
    if parameters.get("type", "object") != "object":
        return f"its parameters are of the type {parameters['type']!r}, allowed: 'object'"
    try:
        schema_faults({}, parameters)
    except DataError as error:
        return f"its parameters are no JSON Schema: {error}"
    return None
