"""Answers that were recorded for calls of tools, found whatever a call looks like."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from itbench.interfaces.json import JsonObject, JsonValue

Spelling: TypeAlias = Callable[[str, JsonValue], JsonValue]
_Key: TypeAlias = tuple[str | tuple[str, str], ...]


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
        others: dict[_Key, JsonValue] = {}
        self._answers: dict[_Key, JsonValue] = {}
        for tool, arguments, answer in recorded:
            key = self._key(tool, arguments)
            is_plain = key == _key(tool, arguments.items())
            (self._answers if is_plain else others)[key] = answer
        for key, answer in others.items():
            self._answers.setdefault(key, answer)

    def answer(self, tool: str, **arguments: JsonValue) -> JsonValue:
        """Return what was recorded for a call; None if nothing was."""
        return self._answers.get(self._key(tool, arguments))

    def _key(self, tool: str, arguments: Mapping[str, JsonValue]) -> _Key:
        return _key(tool, [(name, self._spelled(name, value)) for name, value in arguments.items()])


def _key(tool: str, arguments: Iterable[tuple[str, JsonValue]]) -> _Key:
    # As text: 1 is not True here, and a list can be no part of a key.
    told = sorted((name, repr(value)) for name, value in arguments if value not in ("", None, False))
    return tool, *told
