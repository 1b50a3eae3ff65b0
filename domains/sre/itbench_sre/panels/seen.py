"""At which turn the output of a tool first showed a name.

A name counts as shown where an output has it as a whole word, or with the suffixes that Kubernetes generates for pods.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from itbench import EventKind, JsonObject, JsonValue, TraceEvent
from itbench_sre.truth.suffixes import names_borne

# No name of an object is longer.
_WORD: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,300}[A-Za-z0-9])?")
_BEFORE: Final = r"(?<![A-Za-z0-9._-])"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a trace showed.

    Attributes:
        turns: that were begun.
        outputs: of tools.
        first: the turn in which each name was first shown; names that never were are not in it.
    """

    turns: int
    outputs: int
    first: dict[str, int]


def first_seen(events: Iterable[TraceEvent], names: Iterable[str]) -> Seen:
    """Return when the output of a tool first showed each of the names."""
    missing = {name: re.compile(_BEFORE + re.escape(name.lower())) for name in names if name}
    first: dict[str, int] = {}
    turns = outputs = 0
    for event in events:
        if event.kind == EventKind.TURN:
            turns += 1
        elif event.kind in {EventKind.TOOL, EventKind.REQUEST}:
            for text in _outputs(event):
                outputs += 1
                lower = text.lower()
                for name in [
                    name for name, pattern in missing.items() if _shows(lower, name.lower(), pattern)
                ]:
                    first[name] = turns
                    del missing[name]
    return Seen(turns, outputs, first)


def _outputs(event: TraceEvent) -> Iterator[str]:
    """Yield what tools put out; of an outside program, its next request to the model tells it."""
    try:
        data = json.loads(event.data)
    except ValueError:
        return
    if event.kind == EventKind.TOOL:
        yield "\n".join(_texts(data.get("output")))
        return
    if "role" in data:
        return  # A model that plays a role for the environment is asked; the agent sees nothing of it.
    for message in data.get("messages") or ():
        if isinstance(message, dict) and message.get("role") == "tool":
            yield "\n".join(_texts(message.get("text")))


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        parts: Iterable[JsonObject] = value.values() if isinstance(value, dict) else value
        for part in parts:
            yield from _texts(part)


def _shows(text: str, name: str, pattern: re.Pattern[str]) -> bool:
    if name not in text:
        return False
    words = (_WORD.match(text, found.start()) for found in pattern.finditer(text))
    return any(word is not None and name in {word[0], *names_borne("pod", word[0])} for word in words)
