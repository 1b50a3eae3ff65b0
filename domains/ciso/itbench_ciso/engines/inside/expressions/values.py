"""The values of expressions, where Python's own types do not say enough: type, equality, order and size.

null, bool, int, double, string, bytes, list and map are None, bool, int, float, str, bytes, list and dict.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.work import take

LEAST_INT, LARGEST_INT, LARGEST_UINT = -(2**63), 2**63 - 1, 2**64 - 1
_LEAST_TIME, _LARGEST_TIME = -62135596800 * 10**9, 253402300800 * 10**9 - 1


class Uint(int):
    """An unsigned integer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Duration:
    """A time span in nanoseconds."""

    kind: ClassVar[str] = "google.protobuf.Duration"
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A moment, in nanoseconds since 1970 in UTC."""

    kind: ClassVar[str] = "google.protobuf.Timestamp"
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type as a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Optional:
    """A value that may be absent."""

    kind: ClassVar[str] = "optional_type"
    is_there: bool
    value: Any = None


NONE = Optional(is_there=False)


def some(value: Any) -> Optional:
    """Return an optional value that is there."""
    return Optional(is_there=True, value=value)


def kind_of(value: Any) -> str:
    """Return the name of a value's type."""
    match value:
        case None:
            return "null_type"
        case bool():
            return "bool"
        case Uint():
            return "uint"
        case int():
            return "int"
        case float():
            return "double"
        case str():
            return "string"
        case bytes():
            return "bytes"
        case TypeValue():
            return "type"
        case Mapping():
            return "map"
        case list() | tuple():
            return "list"
    return str(value.kind)


_NUMBERS = frozenset({"int", "uint", "double"})


def is_equal(one: Any, other: Any) -> bool:
    """Tell whether two values are equal; numbers of different types are by what they stand for."""
    kind, other_kind = kind_of(one), kind_of(other)
    if kind != other_kind:
        return (
            {kind, other_kind} <= _NUMBERS
            and _is_number(one)
            and _is_number(other)
            and _order(one, other) == 0
        )
    if kind in {"list", "map"}:
        take(len(one))
    if kind == "list":
        return len(one) == len(other) and all(is_equal(a, b) for a, b in zip(one, other, strict=True))
    if kind == "map":
        return len(one) == len(other) and all(
            found.is_there and is_equal(value, found.value)
            for key, value in entries_of(one)
            for found in [look_up(other, key)]
        )
    if kind == "optional_type":
        return one.is_there == other.is_there and (not one.is_there or is_equal(one.value, other.value))
    return bool(one == other)


def _is_number(value: float) -> bool:
    return not math.isnan(value)


def _order(one: float, other: float) -> int:
    """Return how two numbers compare; an int beside a double is made one, which can lose digits, as in cel-go."""
    if isinstance(one, float) is not isinstance(other, float):
        one, other = float(one), float(other)
    return int(one > other) - int(one < other)


@dataclass(frozen=True, slots=True)
class _BoolKey:
    """true or false as the key of a map: Python would take them for 1 and 0."""

    value: bool


def stored_key(key: Any) -> Any:
    """Return a key as maps hold it."""
    return _BoolKey(key) if isinstance(key, bool) else key


def key_of(stored: Any) -> Any:
    """Return a key that a map holds."""
    return stored.value if isinstance(stored, _BoolKey) else stored


def keys_of(found: Mapping[Any, Any]) -> list[Any]:
    """Return the keys of a map."""
    return [key_of(key) for key in found]


def entries_of(found: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """Return the keys of a map with their values."""
    return list(zip(keys_of(found), found.values(), strict=True))


def look_up(found: Mapping[Any, Any], key: Any) -> Optional:
    """Return the value of a key, where true and 1 are two keys, but 1, 1u and 1.0 are one."""
    key = stored_key(key)
    try:
        return some(found[key]) if key in found else NONE
    except TypeError:
        return NONE


def find(value: Any, key: Any) -> Optional:
    """Return what a value has under a key; whatever is neither map nor list has nothing.

    Raises:
        EvaluationError: it is a list, and the key is no index.
    """
    if isinstance(value, Optional):
        return find(value.value, key) if value.is_there else NONE
    if isinstance(value, Mapping):
        return look_up(value, key)
    if isinstance(value, list | tuple):
        place = _place(key)
        return some(value[place]) if 0 <= place < len(value) else NONE
    return NONE


def _place(key: Any) -> int:
    if isinstance(key, bool) or not isinstance(key, int | float):
        raise EvaluationError(f"unsupported index type '{kind_of(key)}' in list")
    if not math.isfinite(key) or key != int(key):
        raise EvaluationError(f"unsupported index value {key} in list")
    return int(key)


def compare(one: Any, other: Any) -> int:
    """Return -1, 0 or 1 as the first comes before, with or after the second.

    Raises:
        EvaluationError: they have no order.
    """
    kind, other_kind = kind_of(one), kind_of(other)
    if kind != other_kind and not {kind, other_kind} <= _NUMBERS:
        raise EvaluationError("no such overload")
    if kind in {Duration.kind, Timestamp.kind}:
        one, other = one.nanoseconds, other.nanoseconds
    elif kind not in _NUMBERS | {"bool", "string", "bytes"}:
        if not hasattr(one, "compared"):
            raise EvaluationError("no such overload")
        return int(one.compared(other))
    if kind in _NUMBERS:
        if not (_is_number(one) and _is_number(other)):
            raise EvaluationError("NaN values cannot be ordered")
        return _order(one, other)
    return int(one > other) - int(one < other)


def size_of(value: Any) -> int:
    """Return the size of a value, as costs count it; one where it has none."""
    if isinstance(value, str | bytes | list | tuple | Mapping):
        return len(value)
    if isinstance(value, Optional) and value.is_there:
        return size_of(value.value)
    return int(getattr(value, "size", 1))


def int_in_range(number: int) -> int:
    """Return an int.

    Raises:
        EvaluationError: it does not fit.
    """
    if not LEAST_INT <= number <= LARGEST_INT:
        raise EvaluationError("integer overflow")
    return int(number)


def uint_in_range(number: int) -> Uint:
    """Return a uint.

    Raises:
        EvaluationError: it does not fit.
    """
    if not 0 <= number <= LARGEST_UINT:
        raise EvaluationError("unsigned integer overflow")
    return Uint(number)


def duration_in_range(nanoseconds: int) -> Duration:
    """Return a duration.

    Raises:
        EvaluationError: it does not fit.
    """
    int_in_range(nanoseconds)
    return Duration(nanoseconds)


def timestamp_in_range(nanoseconds: int) -> Timestamp:
    """Return a moment.

    Raises:
        EvaluationError: it is not of the years 1 to 9999.
    """
    if not _LEAST_TIME <= nanoseconds <= _LARGEST_TIME:
        raise EvaluationError("timestamp overflow")
    return Timestamp(nanoseconds)


def items_of(value: Sequence[Any] | Mapping[Any, Any]) -> list[Any]:
    """Return what a macro of one variable goes through: a list's items or a map's keys."""
    if isinstance(value, Mapping):
        return keys_of(value)
    if isinstance(value, list | tuple):
        return list(value)
    raise EvaluationError(f"got {kind_of(value)!r}, expected iterable type")
