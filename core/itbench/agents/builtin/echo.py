"""Gives the task back as the answer."""

from itbench.interfaces.json import JsonObject, JsonValue, json_text
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace

_DEEPEST = 6


class EchoAgent:
    """Fills the answer's schema with words of the task, and every other file with its instructions."""

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the echo."""
        trace.turn()
        hand_in = task.hand_in
        if hand_in.answer is not None:
            echo = _fill(hand_in.answer_schema, task.title, _DEEPEST)
            await workspace.write_file(hand_in.answer, json_text(echo).encode())
        for path in hand_in.other_files:
            await workspace.write_file(path, task.instructions.encode())


def _fill(schema: JsonValue, text: str, depth: int) -> JsonValue:
    """Return a value that fits a simple schema, with `text` wherever a string may stand."""
    if not isinstance(schema, dict) or depth == 0:
        return text
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return _fill(schema[choice][0], text, depth)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    return _of_kind(kinds[0] if isinstance(kinds, list) else kinds, schema, text, depth)


def _of_kind(kind: str, schema: JsonObject, text: str, depth: int) -> JsonValue:
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: _fill(value, text, depth - 1) for key, value in properties.items()}
    if kind == "array":
        return [_fill(schema.get("items", {}), text, depth - 1)]
    plain: JsonObject = {"number": 0, "integer": 0, "boolean": True, "null": None}
    return plain.get(kind, text[: schema.get("maxLength", len(text))])
