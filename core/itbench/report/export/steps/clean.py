"""JSON that every reader takes: an agent decides on much of a trace, and readers differ in what they refuse."""

import json
import math

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.interfaces.score import printable

# Parsers of other programs follow no more than 100 to 200 levels, and what they read is nested in more of their own.
_MOST_LEVELS = 40
_LARGEST = 2**63


def clean(value: JsonValue, levels: int = _MOST_LEVELS) -> JsonValue:
    """Return the same without half surrogate pairs, numbers beyond 64 bits and what is not finite, and not nested too deep.

    What cannot be there as it is becomes text.
    """
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if -_LARGEST <= value < _LARGEST else str(value)
    if isinstance(value, (dict, list)) and not levels:
        return printable(_text(value))
    if isinstance(value, dict):
        return {printable(str(name)): clean(each, levels - 1) for name, each in value.items()}
    if isinstance(value, list):
        return [clean(each, levels - 1) for each in value]
    return value


def parsed(text: str) -> JsonObject:
    """Return the data of an event, clean; what is no object or nested too deep to be read is an object with its text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = text
    return dict(clean(found)) if isinstance(found, dict) else {"data": clean(found)}


def _text(value: JsonValue) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        return "(nested too deep)"
