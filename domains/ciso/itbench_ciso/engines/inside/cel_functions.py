"""The functions that Kubernetes adds to CEL, as far as a check of manifests has a use for them.

https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library; `indexOf` and `lastIndexOf` are there for
texts only, because the runtime takes no second meaning of their names.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cel_expr_python import cel

_DYN, _LIST, _BOOL, _INT, _TEXT = cel.Type.DYN, cel.Type.LIST, cel.Type.BOOL, cel.Type.INT, cel.Type.STRING
_QUANTITY = re.compile(r"([+-]?[0-9]*\.?[0-9]+)(?:([eE][+-]?[0-9]+)|(m|u|n|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)")
_FACTORS = (
    {"": Fraction(1), "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000)}
    | {letter: Fraction(1000**power) for power, letter in enumerate("kMGTPE", start=1)}
    | {f"{letter}i": Fraction(1024**power) for power, letter in enumerate("KMGTPE", start=1)}
)


def functions() -> list[Any]:
    """Return the declarations of all functions."""
    return [
        _function("find", _member([_TEXT, _TEXT], _TEXT, _find)),
        _function("findAll", _member([_TEXT, _TEXT], _LIST, _find_all)),
        _function("isSorted", _member([_LIST], _BOOL, lambda items: items == sorted(items))),
        _function("sum", _member([_LIST], _DYN, sum)),
        _function("min", _member([_LIST], _DYN, min)),
        _function("max", _member([_LIST], _DYN, max)),
        _function("sets.contains", _free([_LIST, _LIST], _BOOL, lambda all_, some: _is_within(some, all_))),
        _function("sets.equivalent", _free([_LIST, _LIST], _BOOL, _is_equivalent)),
        _function("sets.intersects", _free([_LIST, _LIST], _BOOL, lambda a, b: any(item in b for item in a))),
        # A quantity is kept as the whole number of its thousandths: enough to compare.
        _function("quantity", _free([_TEXT], _INT, _thousandths)),
        _function("isQuantity", _free([_TEXT], _BOOL, lambda text: _QUANTITY.fullmatch(text) is not None)),
        _function("isGreaterThan", _member([_INT, _INT], _BOOL, lambda a, b: a > b)),
        _function("isLessThan", _member([_INT, _INT], _BOOL, lambda a, b: a < b)),
        _function("compareTo", _member([_INT, _INT], _INT, lambda a, b: (a > b) - (a < b))),
    ]


def _function(name: str, overload: Any) -> Any:
    return cel.FunctionDecl(name, [overload(f"kubernetes_{name.replace('.', '_')}")])


def _member(parameters: list[Any], result: Any, call: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda name: cel.Overload(name, result, parameters, is_member=True, impl=call)


def _free(parameters: list[Any], result: Any, call: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda name: cel.Overload(name, result, parameters, impl=call)


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found[0] if found else ""


def _find_all(text: str, pattern: str) -> list[str]:
    return [found[0] for found in re.finditer(pattern, text)]


def _is_within(some: list[Any], all_: list[Any]) -> bool:
    return all(item in all_ for item in some)


def _is_equivalent(some: list[Any], others: list[Any]) -> bool:
    return _is_within(some, others) and _is_within(others, some)


def _thousandths(text: str) -> int:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"no quantity: {text!r}")
    number = Fraction(match[1] + (match[2] or "")) * _FACTORS[match[3] or ""]
    return -int(-number * 1000 // 1)
