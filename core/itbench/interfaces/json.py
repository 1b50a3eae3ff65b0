"""The type of JSON that a schema has checked, and its one compact spelling."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

JsonValue: TypeAlias = Any
"""Any JSON value as Python data: None, bool, int, float, str, list or dict."""
JsonObject: TypeAlias = dict[str, Any]
"""A JSON object as Python data."""

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
