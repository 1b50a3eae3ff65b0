"""Answers that were recorded for calls of tools, found whatever a call looks like."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from itbench.interfaces.json import JsonObject, JsonValue

Spelling: TypeAlias = Callable[[str, JsonValue], JsonValue]


def _as_it_is(_name: str, value: JsonValue) -> JsonValue:
    return value


class RecordedCalls:
    """Finds the answer to a call by its tool and arguments, whatever their order; what is empty or off is as if left out.

    Args:
        recorded: tool, arguments and answer of each call.
        spelled: returns the one spelling of an argument, from its name and value; a call that was recorded in it wins over
            the same call in another.
    """

    def __init__(
        self, recorded: Iterable[tuple[str, JsonObject, JsonValue]], spelled: Spelling = _as_it_is
    ) -> None:
        self._spelled = spelled
        plain: dict[str, JsonValue] = {}
        others: dict[str, JsonValue] = {}
        for tool, arguments, answer in recorded:
            is_plain = all(spelled(name, value) == value for name, value in arguments.items())
            (plain if is_plain else others)[self._key(tool, arguments)] = answer
        self._answers = others | plain

    def answer(self, tool: str, **arguments: JsonValue) -> JsonValue:
        """Return what was recorded for a call; None if nothing was."""
        return self._answers.get(self._key(tool, arguments))

    def _key(self, tool: str, arguments: Mapping[str, JsonValue]) -> str:
        told = {
            name: self._spelled(name, value)
            for name, value in arguments.items()
            if value not in ("", None, False)
        }
        return tool + json.dumps(told, sort_keys=True)
