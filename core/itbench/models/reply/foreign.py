"""Reads JSON that a provider wrote: what has only one meaning is taken, and all else is a passing error.

None of these functions raises anything but `PassingError`, whatever the value.
"""

import json
import math

from itbench.interfaces.json import JsonObject, JsonValue, json_text
from itbench.models.faults import PassingError
from itbench.text.json_size import has_more_values

# Far more than any interface has; what is much deeper could not be walked through or written down.
DEEPEST = 64
# Longer ones are no counts, and Python refuses to read or write numbers of more than 4,300 digits.
_MOST_DIGITS = 300
# Each becomes an object of Python, which is many times larger.
_MOST_VALUES = 1_000_000
# What stands for a count that cannot be read.
UNREADABLE = "no readable number"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse(data: bytes | str) -> JsonValue:
    """Return the JSON in a text; numbers that are none (NaN, Infinity, 1e999) and endless ones become null, in `usage` a text.

    Raises:
        PassingError: it is not JSON, or nested too deeply.
    """
    try:
        if isinstance(data, bytes):
            if has_more_values(data, _MOST_VALUES):
                raise PassingError(f"the reply holds more than {_MOST_VALUES} values")
            data = data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", "surrogatepass")
        value = _decoded(data)
    except (ValueError, RecursionError) as error:
        raise PassingError(f"the reply is not JSON: {error}") from error
    if data.count("[") + data.count("{") > DEEPEST and not is_shallow(value):
        raise PassingError(f"the reply is nested more than {DEEPEST} levels deep")
    return value


def parse_object(data: bytes) -> JsonObject:
    """Return the JSON object in a text.

    Raises:
        PassingError: it is not JSON, or JSON of another kind.
    """
    value = parse(data)
    if not isinstance(value, dict):
        raise PassingError(f"the reply has {_kind(value)} where a JSON object was expected")
    return value


def is_shallow(value: JsonValue) -> bool:
    """Return whether a value is nested no deeper than `DEEPEST` levels."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return True
    return False


def text_of(value: JsonValue, place: str) -> str:
    """Return a text; a number is taken as its digits, and null as nothing.

    Raises:
        PassingError: it is of another kind.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return json_text(value)
    raise wrong_kind(value, place)


def object_of(value: JsonValue, place: str) -> JsonObject:
    """Return an object; null is taken as an empty one.

    Raises:
        PassingError: it is of another kind.
    """
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise wrong_kind(value, place)


def list_of(value: JsonValue, place: str) -> list[JsonValue]:
    """Return a list without the nulls in it; null is taken as an empty one.

    Raises:
        PassingError: it is of another kind.
    """
    if value is None:
        return []
    if isinstance(value, list):
        return [entry for entry in value if entry is not None]
    raise wrong_kind(value, place)


def objects_of(value: JsonValue, place: str) -> list[JsonObject]:
    """Return a list of objects; nulls in it are left out.

    Raises:
        PassingError: it is of another kind, or holds anything else.
    """
    entries = list_of(value, place)
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise wrong_kind(entry, f"{place}[{number}]")
    return entries


def whole_number(value: JsonValue) -> int | None:
    """Return an integer from 0 to 2**53, also where it is spelled as text or as a float; None for all else."""
    if isinstance(value, str):
        text = value.strip()
        value = int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST_NUMBER:
        return None
    return int(value) if value == int(value) else None


def arguments_text(value: JsonValue, place: str) -> str:
    """Return the arguments of a tool call as the text that they are meant to be; an object is the JSON that it is.

    Raises:
        PassingError: they are neither text nor an object.
    """
    if isinstance(value, dict):
        return json_text(value)
    if value is None or isinstance(value, str):
        return value or ""
    raise wrong_kind(value, place)


def arguments_object(text: str) -> JsonObject | None:
    """Return the object that the text of a call's arguments is, or None; nothing at all counts as an empty object."""
    try:
        value = parse(text) if text.strip() else {}
    except PassingError:
        return None
    return value if isinstance(value, dict) else None


def wrong_kind(value: JsonValue, place: str) -> PassingError:
    """Return the error for a value of a kind that a place in a reply cannot have."""
    return PassingError(f"the reply has an unknown shape: {place} is {_kind(value)}")


def _kind(value: JsonValue) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _decoded(text: str) -> JsonValue:
    try:
        value: JsonValue = _DECODER.decode(text)
    except _OddNumberError:
        return _cleaned(_LENIENT_DECODER.decode(text), is_usage=False)
    return value


def _cleaned(value: JsonValue, *, is_usage: bool) -> JsonValue:
    """Return a value without what is no number; a count that is none stays told, so that it is not taken for none."""
    if isinstance(value, dict):
        return {key: _cleaned(each, is_usage=is_usage or key == "usage") for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each, is_usage=is_usage) for each in value]
    if isinstance(value, float) and math.isnan(value):
        return UNREADABLE if is_usage else None
    return value


class _OddNumberError(Exception):
    """A number is none, or has no end."""


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise _OddNumberError
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _OddNumberError
    return number


def _no_number(_: str) -> None:
    raise _OddNumberError


def _lenient_integer(digits: str) -> float:
    return int(digits) if len(digits) <= _MOST_DIGITS else math.nan


def _lenient_real(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else math.nan


def _nan(_: str) -> float:
    return math.nan


_LARGEST_NUMBER = 2**53
_LONGEST_NUMBER = 16
# Unescaped control characters are not valid JSON, but they are unambiguous.
_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_real, parse_constant=_no_number, strict=False)
_LENIENT_DECODER = json.JSONDecoder(
    parse_int=_lenient_integer, parse_float=_lenient_real, parse_constant=_nan, strict=False
)
