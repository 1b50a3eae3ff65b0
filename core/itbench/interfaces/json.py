"""The type of JSON that a schema has checked, and its one compact spelling."""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

JsonValue: TypeAlias = Any
"""Any JSON value as Python data: None, bool, int, float, str, list or dict."""
JsonObject: TypeAlias = dict[str, Any]
"""A JSON object as Python data."""

_DEEPEST: Final = 100
# json.dumps makes a new encoder at each call that is not all defaults.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def json_text(value: JsonValue) -> str:
    """Return compact JSON that can always be written as UTF-8.

    Raises:
        TypeError: something in the value is not JSON.
    """
    text = _ENCODER.encode(value)
    # Text that an agent wrote may hold half of a surrogate pair; as an escape it is still JSON.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def map_texts(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    """Return a JSON value with each text in it changed, keys included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): map_texts(entry, change) for key, entry in value.items()}
    if isinstance(value, list):
        return [map_texts(entry, change) for entry in value]
    return value


def json_problem(value: JsonValue) -> str | None:
    """Return why a value is not JSON that every program can read, in one clause; None if it is."""
    return next(_problems(value, _DEEPEST), None)


def _problems(value: JsonValue, levels: int) -> Iterator[str]:
    """Yield what of a value is not JSON that every program can read."""
    if isinstance(value, (dict, list, tuple)):
        if not levels:
            yield f"nested deeper than {_DEEPEST} levels"
            return
        if isinstance(value, dict):
            yield from (f"key {key!r} is not text" for key in value if not isinstance(key, str))
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _problems(entry, levels - 1)
    elif isinstance(value, (int, float)):
        if not _is_finite(value):
            yield "a number is not finite, or too large for a floating-point number"
    elif value is not None and not isinstance(value, str):
        yield f"a {type(value).__name__} is not JSON"


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
