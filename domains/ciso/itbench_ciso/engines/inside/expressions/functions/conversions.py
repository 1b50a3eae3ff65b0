"""Conversions between types, sizes, and whatever else the language has without a library."""

import math
import re
from decimal import Decimal

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.functions.regex import is_match
from itbench_ciso.engines.inside.expressions.functions.times import (
    duration_text,
    read_duration,
    read_time,
    time_text,
)
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.values import (
    TypeValue,
    Uint,
    int_in_range,
    kind_of,
    timestamp_in_range,
    uint_in_range,
)

_MOMENT, _SPAN = "google.protobuf.Timestamp", "google.protobuf.Duration"
# From here on Go writes an exponent (`%g`).
_LARGEST_PLAIN_POWER = 6
# No int or uint has more digits, but for zeros before them; Python reads long numbers slowly or not at all.
_MOST_DIGITS = 20
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_HEXADECIMAL = re.compile(r"[+-]?0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+", re.ASCII)
_NO_NUMBER = re.compile(r"[+-]?(inf|infinity)|nan", re.ASCII | re.IGNORECASE)
_TYPES = (
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
    "optional_type",
    _MOMENT,
    _SPAN,
)


def conversions() -> list[Overload]:
    """Return all of them."""
    return [*_numbers(), *_texts(), *_sizes()]


def type_names() -> dict[str, TypeValue]:
    """Return the types that have a name in expressions, by that name."""
    return {name: TypeValue(name) for name in _TYPES}


def _number_of_text(text: str, digits: str, kind: str) -> int:
    """Return the number that digits stand for; more than any int or uint has are no number."""
    significant = digits.lstrip("0") or digits[-1:]
    if not (digits.isascii() and digits.isdigit()) or len(significant) > _MOST_DIGITS:
        raise EvaluationError(f"type conversion error from 'string' to '{kind}': {text[:40]!r}")
    return int(significant)


def _int_of_text(text: str) -> int:
    digits = text[1:] if text[:1] in {"-", "+"} else text
    number = _number_of_text(text, digits, "int")
    return int_in_range(-number if text[0] == "-" else number)


def _uint_of_text(text: str) -> Uint:
    return uint_in_range(_number_of_text(text, text, "uint"))


def _int_of_double(number: float) -> int:
    if not -(2.0**63) < number < 2.0**63:
        raise EvaluationError("integer overflow")
    return int(number)


def _uint_of_double(number: float) -> Uint:
    if not 0 <= number < 2.0**64:
        raise EvaluationError("unsigned integer overflow")
    return Uint(number)


def _double_of_text(text: str) -> float:
    """Return the double that Go's `ParseFloat` reads: also in hexadecimal, but none that is too large."""
    if _DECIMAL.fullmatch(text):
        number = float(text)
    elif _HEXADECIMAL.fullmatch(text):
        try:
            number = float.fromhex(text)
        except OverflowError:
            number = math.inf
    elif _NO_NUMBER.fullmatch(text):
        return float(text)
    else:
        raise EvaluationError(f"type conversion error from 'string' to 'double': {text[:40]!r}")
    if math.isinf(number):
        raise EvaluationError(f"type conversion error from 'string' to 'double': {text[:40]!r}")
    return number


def _bool_of_text(text: str) -> bool:
    if text in {"true", "True", "TRUE", "t", "1"}:
        return True
    if text in {"false", "False", "FALSE", "f", "0"}:
        return False
    raise EvaluationError(f"type conversion error from 'string' to 'bool': {text[:40]!r}")


def double_text(number: float) -> str:
    """Return a double in the shortest decimal form, as Go writes it."""
    if math.isnan(number) or math.isinf(number):
        return "NaN" if math.isnan(number) else ("+Inf" if number > 0 else "-Inf")
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    text = "".join(map(str, digits))
    power = len(text) + int(exponent) - 1 if number else 0
    if -4 <= power < _LARGEST_PLAIN_POWER:
        return f"{number:.{max(len(text) - 1 - power, 0)}f}"
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{'-' if sign else ''}{text[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _numbers() -> list[Overload]:
    return [
        overload("int(int): int", lambda value: value),
        overload("int(uint): int", int_in_range),
        overload("int(double): int", _int_of_double),
        overload("int(string): int", _int_of_text),
        overload(f"int({_MOMENT}): int", lambda value: value.nanoseconds // 10**9),
        overload(f"int({_SPAN}): int", lambda value: value.nanoseconds),
        overload("uint(uint): uint", lambda value: value),
        overload("uint(int): uint", uint_in_range),
        overload("uint(double): uint", _uint_of_double),
        overload("uint(string): uint", _uint_of_text),
        overload("double(double): double", lambda value: value),
        overload("double(int): double", float),
        overload("double(uint): double", float),
        overload("double(string): double", _double_of_text),
        overload("bool(bool): bool", lambda value: value),
        overload("bool(string): bool", _bool_of_text),
        overload("dyn(A): dyn", lambda value: value),
        overload("type(A): type<A>", lambda value: TypeValue(kind_of(value))),
    ]


def _text_of_bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvaluationError("invalid UTF-8 in bytes, cannot convert to string") from error


def _texts() -> list[Overload]:
    return [
        overload("string(string): string", lambda value: value),
        overload("string(bool): string", lambda value: "true" if value else "false"),
        overload("string(int): string", str),
        overload("string(uint): string", lambda value: str(int(value))),
        overload("string(double): string", double_text),
        overload("string(bytes): string", _text_of_bytes),
        overload(f"string({_MOMENT}): string", time_text),
        overload(f"string({_SPAN}): string", duration_text),
        overload("bytes(bytes): bytes", lambda value: value),
        overload("bytes(string): bytes", lambda value: value.encode()),
        overload(f"timestamp({_MOMENT}): {_MOMENT}", lambda value: value),
        overload(f"timestamp(int): {_MOMENT}", lambda value: timestamp_in_range(value * 10**9)),
        overload(f"timestamp(string): {_MOMENT}", read_time),
        overload(f"duration({_SPAN}): {_SPAN}", lambda value: value),
        overload(f"duration(string): {_SPAN}", read_duration),
    ]


def _sizes() -> list[Overload]:
    found = []
    for kind in ("string", "bytes", "list<A>", "map<A, B>"):
        found += [overload(f"size({kind}): int", len), overload(f"{kind}.size(): int", len)]
    found += [
        overload("string.startsWith(string): bool", lambda text, part: text.startswith(part)),
        overload("string.endsWith(string): bool", lambda text, part: text.endswith(part)),
        overload("string.contains(string): bool", lambda text, part: part in text),
        overload("string.matches(string): bool", is_match),
        overload("matches(string, string): bool", is_match),
    ]
    return found
