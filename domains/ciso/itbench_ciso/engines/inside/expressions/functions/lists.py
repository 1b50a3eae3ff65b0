"""Lists and sets: Kubernetes' own library, version 3 of cel-go's, and cel-go's sets."""

from collections.abc import Callable
from functools import cmp_to_key
from itertools import pairwise
from typing import Any

from itbench_ciso.engines.inside.expressions.cost import PER_CALL, TOO_EXPENSIVE
from itbench_ciso.engines.inside.expressions.errors import CostExceededError, EvaluationError
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.values import (
    NONE,
    Duration,
    Optional,
    Uint,
    compare,
    duration_in_range,
    int_in_range,
    is_equal,
    some,
    uint_in_range,
)
from itbench_ciso.engines.inside.expressions.work import take

_SPAN, _MOMENT = "google.protobuf.Duration", "google.protobuf.Timestamp"
_SORTABLE = ("int", "uint", "double", "bool", _SPAN, _MOMENT, "string", "bytes")


def lists() -> list[Overload]:
    """Return all functions of the libraries."""
    return [*_ordered(), *_sums(), *_parts(), *_sets()]


def _ordered() -> list[Overload]:
    found = []
    for kind in _SORTABLE:
        found += [
            overload(f"list<{kind}>.isSorted(): bool", _is_sorted),
            overload(f"list<{kind}>.min(): {kind}", _extreme("min", 1)),
            overload(f"list<{kind}>.max(): {kind}", _extreme("max", -1)),
            overload(f"list<{kind}>.sort(): list<{kind}>", _sorted),
            overload(f"list<A>.@sortByAssociatedKeys(list<{kind}>): list<A>", _sorted_by),
        ]
    return found


def _is_sorted(items: list[Any]) -> bool:
    return all(compare(one, other) <= 0 for one, other in pairwise(items))


def _extreme(name: str, worse: int) -> Callable[[list[Any]], Any]:
    def call(items: list[Any]) -> Any:
        if not items:
            raise EvaluationError(f"{name} called on empty list")
        best = items[0]
        for each in items[1:]:
            best = each if compare(best, each) == worse else best
        return best

    return call


def _sorted(items: list[Any]) -> list[Any]:
    return sorted(items, key=cmp_to_key(compare))


def _sorted_by(items: list[Any], keys: list[Any]) -> list[Any]:
    order = sorted(range(len(items)), key=lambda place: cmp_to_key(compare)(keys[place]))
    return [items[place] for place in order]


def _sums() -> list[Overload]:
    return [
        overload("list<int>.sum(): int", lambda items: int_in_range(sum(items))),
        overload("list<uint>.sum(): uint", lambda items: uint_in_range(sum(items)) if items else Uint(0)),
        overload("list<double>.sum(): double", _sum_of_doubles),
        overload(f"list<{_SPAN}>.sum(): {_SPAN}", _sum_of_durations),
    ]


def _sum_of_doubles(items: list[float]) -> float:
    total = 0.0
    for each in items:
        total += each
    return total


def _sum_of_durations(items: list[Duration]) -> Duration:
    return duration_in_range(sum(each.nanoseconds for each in items))


def _index(items: list[Any], item: Any) -> int:
    return next((place for place, each in enumerate(items) if is_equal(each, item)), -1)


def _last_index(items: list[Any], item: Any) -> int:
    return next((place for place in reversed(range(len(items))) if is_equal(items[place], item)), -1)


def _parts() -> list[Overload]:
    return [
        overload("list<A>.indexOf(A): int", _index),
        overload("list<A>.lastIndexOf(A): int", _last_index),
        overload("list<A>.slice(int, int): list<A>", _slice),
        overload("list<list<A>>.flatten(): list<A>", lambda items: _flattened(items, 1)),
        overload("list<dyn>.flatten(int): list<dyn>", _flattened),
        overload("@lists.range(int): list<int>", _range),
        overload("list<A>.reverse(): list<A>", lambda items: items[::-1]),
        overload("list<A>.distinct(): list<A>", _distinct),
        overload("list<A>.first(): optional_type<A>", lambda items: some(items[0]) if items else NONE),
        overload("list<A>.last(): optional_type<A>", lambda items: some(items[-1]) if items else NONE),
    ]


def _slice(items: list[Any], start: int, end: int) -> list[Any]:
    if start < 0 or end < 0:
        raise EvaluationError(f"cannot slice({start}, {end}), negative indexes not supported")
    if start > end:
        raise EvaluationError(
            f"cannot slice({start}, {end}), start index must be less than or equal to end index"
        )
    if end > len(items):
        raise EvaluationError(f"cannot slice({start}, {end}), list is length {len(items)}")
    return items[start:end]


def _flattened(items: list[Any], depth: int) -> list[Any]:
    if depth < 0:
        raise EvaluationError("level must be non-negative")
    found = []
    take(len(items))
    for each in items:
        if isinstance(each, list) and depth > 0:
            found += _flattened(each, depth - 1)
        else:
            found.append(each)
    return found


def _range(count: int) -> list[int]:
    if count > PER_CALL:
        # The cost of the call is known before the list is made.
        raise CostExceededError(TOO_EXPENSIVE)
    return list(range(count))


def _distinct(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for each in items:
        if not any(is_equal(each, other) for other in found):
            found.append(each)
    return found


def _is_within(some_items: list[Any], items: list[Any]) -> bool:
    return all(any(is_equal(each, other) for other in items) for each in some_items)


def _sets() -> list[Overload]:
    return [
        overload("@sets.contains(list<A>, list<A>): bool", lambda items, part: _is_within(part, items)),
        overload(
            "@sets.equivalent(list<A>, list<A>): bool", lambda a, b: _is_within(a, b) and _is_within(b, a)
        ),
        overload(
            "@sets.intersects(list<A>, list<A>): bool", lambda a, b: any(is_equal(x, y) for x in a for y in b)
        ),
    ]


def optionals() -> list[Overload]:
    """Return the functions of optional values."""
    return [
        overload("@optional.of(A): optional_type<A>", some),
        overload("@optional.none(): optional_type<A>", lambda: NONE),
        overload(
            "@optional.ofNonZeroValue(A): optional_type<A>",
            lambda value: some(value) if _is_set(value) else NONE,
        ),
        overload("@optional.unwrap(list<optional_type<A>>): list<A>", _unwrapped),
        overload("list<optional_type<A>>.unwrapOpt(): list<A>", _unwrapped),
        overload("optional_type<A>.hasValue(): bool", lambda found: found.is_there),
        overload("optional_type<A>.value(): A", _value),
        overload(
            "optional_type<A>.or(optional_type<A>): optional_type<A>",
            lambda one, other: one if one.is_there else other,
        ),
        overload(
            "optional_type<A>.orValue(A): A", lambda found, other: found.value if found.is_there else other
        ),
    ]


def _is_set(value: Any) -> bool:
    if isinstance(value, Duration):
        return value.nanoseconds != 0
    return (
        bool(value)
        if value is None or isinstance(value, bool | int | float | str | bytes | list | dict)
        else True
    )


def _value(found: Optional) -> Any:
    if not found.is_there:
        raise EvaluationError("optional.none() dereference")
    return found.value


def _unwrapped(items: list[Any]) -> list[Any]:
    if not all(isinstance(each, Optional) for each in items):
        raise EvaluationError("no such overload")
    take(len(items))
    return [each.value for each in items if each.is_there]
