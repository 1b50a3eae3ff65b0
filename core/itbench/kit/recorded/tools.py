"""Tools made from texts and functions, whose calls are kept for the scorer."""

from collections.abc import Callable, Collection

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.workspace import Tool, ToolError

_LONGEST = 300


class CountedTools:
    """The tools of one trial; they answer at once, and each call is kept, also one that was refused.

    Attributes:
        calls: in order, each an object with `tool`, `arguments` and `is_error`; an environment returns them as its observation,
            where no agent can write.

    Args:
        kept: names of the arguments that the scorer needs; text in them is cut to 300 characters.
    """

    def __init__(self, kept: Collection[str]) -> None:
        self.calls: list[JsonObject] = []
        self._kept = kept

    def make(self, name: str, text: JsonObject, answer: Callable[..., JsonValue]) -> Tool:
        """Return a tool.

        Args:
            name: of the tool.
            text: with `what` it does, and `properties` and `required` of a JSON Schema of its arguments.
            answer: called with those arguments that the tool has; others are let pass.

        Raises:
            ToolError: when the tool is called: an argument is missing.
        """
        properties, required = text["properties"], text["required"]

        def refused(arguments: JsonValue) -> None:
            self._note(name, arguments if isinstance(arguments, dict) else {}, is_error=True)

        async def call(**given: JsonValue) -> JsonValue:
            arguments = {key: _plain(value) for key, value in given.items()}
            missing = [key for key in required if arguments.get(key) in (None, "")]
            self._note(name, arguments, is_error=bool(missing))
            if missing:
                raise ToolError(f"{name} needs {', '.join(missing)}")
            return answer(**{key: value for key, value in arguments.items() if key in properties})

        parameters = {"type": "object", "properties": properties, "required": required}
        return Tool(name=name, description=text["what"], parameters=parameters, call=call, refused=refused)

    def _note(self, tool: str, arguments: JsonObject, *, is_error: bool) -> None:
        kept = {key: _short(arguments[key]) for key in self._kept if key in arguments}
        self.calls.append({"tool": tool, "arguments": kept, "is_error": is_error})


def _plain(value: JsonValue) -> JsonValue:
    """Return a value with whole numbers as such: to a schema 80.0 is an integer, and a recording has it as 80."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _short(value: JsonValue) -> JsonValue:
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:_LONGEST]
