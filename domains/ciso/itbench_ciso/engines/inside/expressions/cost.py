"""What evaluation costs: the limits of an API server, and the costs of calls.

Sources: https://kubernetes.io/docs/reference/using-api/cel/#resource-constraints and the runtime costs of
https://github.com/google/cel-go/tree/v0.26.0/interpreter and
https://github.com/kubernetes/apiserver/tree/v0.35.0/pkg/cel/library.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from itbench_ciso.engines.inside.expressions.errors import CostExceededError
from itbench_ciso.engines.inside.expressions.overloads import Overload
from itbench_ciso.engines.inside.expressions.values import entries_of, kind_of, size_of
from itbench_ciso.engines.inside.expressions.work import take

PER_CALL, PER_POLICY, PER_MATCH_CONDITIONS = 1_000_000, 10_000_000, 2_500_000
LIST_COST, MAP_COST = 10, 30
TOO_EXPENSIVE = "operation cancelled: actual cost limit exceeded"
_TRAVERSAL, _REGEX = 0.1, 0.25


class Meter:
    """Adds up costs.

    Args:
        limit: more than this is refused.
    """

    __slots__ = ("limit", "spent")

    def __init__(self, limit: int = PER_CALL) -> None:
        self.limit = limit
        self.spent = 0

    def add(self, cost: int) -> None:
        """Add a cost.

        Raises:
            CostExceededError: the limit is exceeded.
            WorkExceededError: the limit of all evaluations together is.
        """
        self.spent += cost
        take(cost)
        if self.spent > self.limit:
            raise CostExceededError(TOO_EXPENSIVE)


def call_cost(name: str, overload: Overload, values: list[Any], result: Any) -> int:
    """Return what one call costs."""
    found = _COSTS.get(name)
    return 1 if found is None else found(overload, values, result)


Cost = Callable[[Overload, list[Any], Any], int]


def _by_length(factor: float = 1.0, place: int = 0) -> Cost:
    return lambda _overload, values, _result: ceil(size_of(values[place]) * factor * _TRAVERSAL)


def _compared(_overload: Overload, values: list[Any], _result: Any) -> int:
    smaller = min(size_of(values[0]), size_of(values[1]))
    return ceil(smaller * _TRAVERSAL)


def _ordered(overload: Overload, values: list[Any], result: Any) -> int:
    return _compared(overload, values, result) if kind_of(values[0]) in {"string", "bytes"} else 1


def _added(_overload: Overload, values: list[Any], _result: Any) -> int:
    if kind_of(values[0]) not in {"string", "bytes"}:
        return 1
    return ceil((size_of(values[0]) + size_of(values[1])) * _TRAVERSAL)


def _matched(_overload: Overload, values: list[Any], _result: Any) -> int:
    return ceil((1 + size_of(values[0])) * _TRAVERSAL) * ceil(size_of(values[1]) * _REGEX)


def _contained(_overload: Overload, values: list[Any], _result: Any) -> int:
    return ceil(size_of(values[0]) * _TRAVERSAL) * ceil(size_of(values[1]) * _TRAVERSAL)


def _in(_overload: Overload, values: list[Any], _result: Any) -> int:
    return size_of(values[1]) if kind_of(values[1]) == "list" else 1


def _joined(_overload: Overload, _values: list[Any], result: Any) -> int:
    return ceil(size_of(result) * 2 * _TRAVERSAL)


def _traversed(_overload: Overload, values: list[Any], _result: Any) -> int:
    return _traversal(values[0])


def _traversal(value: Any) -> int:
    if isinstance(value, str | bytes):
        return int(len(value if isinstance(value, bytes) else value.encode()) * _TRAVERSAL)
    if isinstance(value, list | tuple):
        return sum(_traversal(each) for each in value)
    if isinstance(value, Mapping):
        return sum(_traversal(key) + _traversal(each) for key, each in entries_of(value))
    return 1


def _in_address(overload: Overload, values: list[Any], _result: Any) -> int:
    size = size_of(values[0])
    cost = ceil(2 * size * _TRAVERSAL)
    if overload.name == "containsCIDR":
        cost += ceil(size * _TRAVERSAL) + 1
    return cost + (ceil(size_of(values[1]) * _TRAVERSAL) if isinstance(values[1], str) else 0)


def _validated(_overload: Overload, values: list[Any], _result: Any) -> int:
    pattern = int(values[0].longest_pattern)
    return ceil((1 + size_of(values[1])) * _TRAVERSAL) * ceil(pattern * _REGEX)


def _pairwise(factor: int) -> Cost:
    return lambda _overload, values, _result: 1 + size_of(values[0]) * size_of(values[1]) * factor


def _self_compared(place: int) -> Cost:
    """Return the cost of comparing the items of a list with each other."""

    def cost(_overload: Overload, values: list[Any], _result: Any) -> int:
        items = values[place]
        factor = 2.0 + (_TRAVERSAL if items and isinstance(items[0], str | bytes) else 0.0)
        return int(size_of(items) ** 2 * factor) + 1 + LIST_COST

    return cost


def _flattened(_overload: Overload, values: list[Any], _result: Any) -> int:
    depth = values[1] if len(values) > 1 else 1
    return int(size_of(values[0]) * depth) + 1 + LIST_COST


def _copied(_overload: Overload, _values: list[Any], result: Any) -> int:
    return size_of(result) + 1 + LIST_COST


_COSTS: dict[str, Cost] = (
    dict.fromkeys(("startsWith", "endsWith", "bytes", "strings.quote", "format"), _by_length())
    | dict.fromkeys(
        ("url", "lowerAscii", "upperAscii", "substring", "trim", "cidr", "isIP", "isCIDR"), _by_length()
    )
    | dict.fromkeys(("quantity", "isQuantity", "semver", "isSemver"), _by_length())
    | dict.fromkeys(("replace", "split", "ip.isCanonical"), _by_length(2.0))
    | dict.fromkeys(("_==_", "_!=_"), _compared)
    | dict.fromkeys(("_<_", "_<=_", "_>_", "_>=_"), _ordered)
    | dict.fromkeys(("matches", "find", "findAll"), _matched)
    | dict.fromkeys(("isSorted", "sum", "max", "min", "indexOf", "lastIndexOf"), _traversed)
    | dict.fromkeys(("containsIP", "containsCIDR"), _in_address)
    | dict.fromkeys(("sets.contains", "sets.intersects"), _pairwise(1))
    | dict.fromkeys(("sort", "distinct"), _self_compared(0))
    | dict.fromkeys(("slice", "reverse", "lists.range"), _copied)
    | {"sets.equivalent": _pairwise(2), "@sortByAssociatedKeys": _self_compared(1), "flatten": _flattened}
    | {"_+_": _added, "contains": _contained, "@in": _in, "join": _joined, "validate": _validated}
    | {
        "ip": lambda overload, values, result: (
            1 if overload.is_member else _by_length()(overload, values, result)
        )
    }
    | {
        "string": lambda overload, values, result: (
            _by_length()(overload, values, result) if isinstance(values[0], bytes) else 1
        )
    }
)
