"""Tool calls of a model, and whether what came of them was seen.

A call of `react` ends in an event `tool`; what came of the call of a program behind the gateway stands in its next request; some
calls are told in both ways, and must be shown once.
"""

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass

from itbench.interfaces.json import JsonValue

# An agent can ask for any number of calls, and may never say what came of them.
_MOST_OPEN = 1_000
_MOST_ENDED = 20_000


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that the model wants, of which no result was seen yet.

    Attributes:
        id: of the call, as the model gave it.
        name: of the tool.
        arguments: as the model wrote them.
    """

    id: str
    name: str
    arguments: JsonValue


class Calls:
    """The calls that are open, and the ids of those that have ended."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, OpenCall] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def ask(self, call: OpenCall) -> OpenCall | None:
        """Take a call, and return the oldest one if there are too many."""
        self._open[call.id] = call
        return self._open.popitem(last=False)[1] if len(self._open) > _MOST_OPEN else None

    def ended_by_event(self, name: str, arguments: JsonValue) -> OpenCall | None:
        """Take the end of a call that an event told, which names no id, and return it: the first open one that asked for the same."""
        wanted, command = _digest(arguments), _command(arguments)
        for call in self._open.values():
            is_same = _is_named(call.name, name) and _digest(call.arguments) == wanted
            # A tool that runs a command is noted as that command, whatever name the model knows the tool by.
            if is_same or (command is not None and command == _command(call.arguments)):
                self._end(call.id)
                return call
        return None

    def ended_by_result(self, call_id: str) -> tuple[bool, OpenCall | None]:
        """Take the result of a call, and return whether it is new, and the call if it was still open."""
        if call_id in self._ended:
            return False, None
        call = self._open.get(call_id)
        self._end(call_id)
        return True, call

    def leave(self) -> list[OpenCall]:
        """Return the open calls, which are then no longer open."""
        found = list(self._open.values())
        for call in found:
            self._end(call.id)
        return found

    def _end(self, call_id: str) -> None:
        self._open.pop(call_id, None)
        self._ended[call_id] = None
        if len(self._ended) > _MOST_ENDED:
            self._ended.popitem(last=False)


def _is_named(asked: str, name: str) -> bool:
    """Tell whether a model asked for a tool, which clients of MCP name with that of the server in front."""
    return asked == name or (bool(name) and asked.endswith((f"__{name}", f"/{name}")))


def _command(arguments: JsonValue) -> str | None:
    """Return the only text among the arguments, which is a command where they have a single name; None otherwise."""
    found = _parsed(arguments)
    texts = list(found.values()) if isinstance(found, dict) else []
    return texts[0] if len(texts) == 1 and isinstance(texts[0], str) else None


def _digest(arguments: JsonValue) -> bytes:
    text = json.dumps(_parsed(arguments), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _parsed(arguments: JsonValue) -> JsonValue:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
