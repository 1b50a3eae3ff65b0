"""Changes all texts in a JSON value, and repairs text that cannot be sent."""

from collections.abc import Callable

from itbench.interfaces.json import JsonValue


def map_texts(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    """Return a JSON value with each text in it changed, keys included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): map_texts(entry, change) for key, entry in value.items()}
    if isinstance(value, list):
        return [map_texts(entry, change) for entry in value]
    return value


def sound(text: str) -> str:
    """Return text that can be written as UTF-8.

    Halves of a surrogate pair that came in two pieces of a stream are joined; a half alone is replaced.
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
