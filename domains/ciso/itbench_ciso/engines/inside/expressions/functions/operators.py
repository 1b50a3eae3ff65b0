"""Operators: arithmetic, comparison, membership and indexing."""

import math
from collections.abc import Callable
from typing import Any

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.values import (
    compare,
    duration_in_range,
    int_in_range,
    is_equal,
    look_up,
    timestamp_in_range,
    uint_in_range,
)
from itbench_ciso.engines.inside.expressions.work import take_characters, take_items

_ORDERED = (
    "bool", "int", "uint", "double", "string", "bytes", "google.protobuf.Duration", "google.protobuf.Timestamp",
)  # fmt: skip
_NUMBERS = ("int", "uint", "double")
_FITTING: dict[str, Callable[[Any], Any]] = {"int": int_in_range, "uint": uint_in_range, "double": float}
_SPAN, _MOMENT = "google.protobuf.Duration", "google.protobuf.Timestamp"


def operators() -> list[Overload]:
    """Return all operators but those that are evaluated in their own way."""
    return [*_arithmetic(), *_additions(), *_comparisons(), *_indexes(), *_others()]


def _divided(one: Any, other: Any) -> Any:
    if isinstance(one, float):
        return _divided_doubles(one, other)
    if other == 0:
        raise EvaluationError("division by zero")
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def _divided_doubles(one: float, other: float) -> float:
    if other != 0:
        return one / other
    return math.nan if one == 0 or math.isnan(one) else math.copysign(math.inf, one) * math.copysign(1, other)


def _remainder(one: Any, other: Any) -> Any:
    if other == 0:
        raise EvaluationError("modulus by zero")
    return int(math.copysign(1, one)) * (abs(one) % abs(other))


def _arithmetic() -> list[Overload]:
    found = []
    signs: dict[str, Callable[[Any, Any], Any]] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": _divided,
        "%": _remainder,
    }
    for sign, call in signs.items():
        for kind in _NUMBERS:
            if sign == "%" and kind == "double":
                continue
            found.append(overload(f"_{sign}_({kind}, {kind}): {kind}", _fitted(call, kind)))
    found += [overload(f"-_({kind}): {kind}", _fitted(lambda a: -a, kind)) for kind in ("int", "double")]
    return found


def _fitted(call: Callable[..., Any], kind: str) -> Callable[..., Any]:
    fit = _FITTING[kind]

    def fitted(*values: Any) -> Any:
        try:
            plain = [float(each) if kind == "double" else int(each) for each in values]
            return fit(call(*plain))
        except OverflowError as error:
            raise EvaluationError("overflow") from error

    return fitted


def _joined_lists(one: list[Any], other: list[Any]) -> list[Any]:
    take_items(len(one) + len(other))
    return [*one, *other]


def _joined_texts(one: Any, other: Any) -> Any:
    take_characters(len(one) + len(other))
    return one + other


def _additions() -> list[Overload]:
    span, moment = _SPAN, _MOMENT
    return [
        overload("_+_(string, string): string", _joined_texts),
        overload("_+_(bytes, bytes): bytes", _joined_texts),
        overload("_+_(list<A>, list<A>): list<A>", _joined_lists),
        overload(
            f"_+_({span}, {span}): {span}", lambda a, b: duration_in_range(a.nanoseconds + b.nanoseconds)
        ),
        overload(
            f"_-_({span}, {span}): {span}", lambda a, b: duration_in_range(a.nanoseconds - b.nanoseconds)
        ),
        overload(f"-_({span}): {span}", lambda a: duration_in_range(-a.nanoseconds)),
        overload(
            f"_+_({moment}, {span}): {moment}", lambda a, b: timestamp_in_range(a.nanoseconds + b.nanoseconds)
        ),
        overload(
            f"_+_({span}, {moment}): {moment}", lambda a, b: timestamp_in_range(a.nanoseconds + b.nanoseconds)
        ),
        overload(
            f"_-_({moment}, {span}): {moment}", lambda a, b: timestamp_in_range(a.nanoseconds - b.nanoseconds)
        ),
        overload(
            f"_-_({moment}, {moment}): {span}", lambda a, b: duration_in_range(a.nanoseconds - b.nanoseconds)
        ),
    ]


def _comparisons() -> list[Overload]:
    signs: dict[str, Callable[[int], bool]] = {
        "<": lambda order: order < 0,
        "<=": lambda order: order <= 0,
        ">": lambda order: order > 0,
        ">=": lambda order: order >= 0,
    }
    pairs = [(kind, kind) for kind in _ORDERED]
    pairs += [(one, other) for one in _NUMBERS for other in _NUMBERS if one != other]
    found = [
        overload(f"_{sign}_({one}, {other}): bool", _ordered(holds))
        for sign, holds in signs.items()
        for one, other in pairs
    ]
    found.append(overload("_==_(A, A): bool", is_equal))
    found.append(overload("_!=_(A, A): bool", lambda a, b: not is_equal(a, b)))
    return found


def _ordered(holds: Callable[[int], bool]) -> Callable[[Any, Any], bool]:
    return lambda one, other: holds(compare(one, other))


def _indexes() -> list[Overload]:
    found = []
    for container, key, item in (("list<A>", "int", "A"), ("map<A, B>", "A", "B")):
        maybe = f"optional_type<{item}>"
        found += [
            overload(f"_[_]({container}, {key}): {item}", _unreachable),
            overload(f"_[_](optional_type<{container}>, {key}): {maybe}", _unreachable),
            overload(f"_[?_]({container}, {key}): {maybe}", _unreachable),
            overload(f"_[?_](optional_type<{container}>, {key}): {maybe}", _unreachable),
        ]
    return found


def _negated(value: Any) -> bool:
    return not value


def _unreachable(*values: Any) -> Any:
    raise AssertionError(values)


def _others() -> list[Overload]:
    return [
        overload("!_(bool): bool", _negated),
        overload("@in(A, list<A>): bool", lambda item, items: any(is_equal(item, each) for each in items)),
        overload("@in(A, map<A, B>): bool", lambda key, entries: look_up(entries, key).is_there),
        overload("_?_:_(bool, A, A): A", _unreachable),
        overload("@not_strictly_false(bool): bool", _unreachable),
        overload("@append(list<A>, A): list<A>", _unreachable),
        overload("@cel.@mapInsert(map<A, B>, A, B): map<A, B>", _unreachable),
        overload("@cel.@mapInsert(map<A, B>, map<A, B>): map<A, B>", _unreachable),
    ]
