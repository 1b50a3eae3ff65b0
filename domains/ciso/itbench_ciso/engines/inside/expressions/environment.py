"""Compiles expressions for given variables, and evaluates them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from itbench_ciso.engines.inside.expressions.checker import check
from itbench_ciso.engines.inside.expressions.cost import Meter
from itbench_ciso.engines.inside.expressions.errors import CompileError, EvaluationError
from itbench_ciso.engines.inside.expressions.evaluate import Step, step_of
from itbench_ciso.engines.inside.expressions.functions.addresses import addresses
from itbench_ciso.engines.inside.expressions.functions.conversions import conversions, type_names
from itbench_ciso.engines.inside.expressions.functions.lists import lists, optionals
from itbench_ciso.engines.inside.expressions.functions.named import named_formats, semvers
from itbench_ciso.engines.inside.expressions.functions.operators import operators
from itbench_ciso.engines.inside.expressions.functions.quantities import quantities
from itbench_ciso.engines.inside.expressions.functions.regex import pattern_of, regexes
from itbench_ciso.engines.inside.expressions.functions.strings import strings
from itbench_ciso.engines.inside.expressions.functions.times import read_duration, read_time, times
from itbench_ciso.engines.inside.expressions.overloads import FieldTypes, Functions
from itbench_ciso.engines.inside.expressions.parser import parse
from itbench_ciso.engines.inside.expressions.syntax import Call, Literal, Node, children
from itbench_ciso.engines.inside.expressions.tokens import place
from itbench_ciso.engines.inside.expressions.types import Type


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression.

    Attributes:
        text: as it was written.
        kind: the type of its value.
    """

    text: str
    kind: Type
    step: Step

    def evaluate(self, variables: Mapping[str, Any], meter: Meter | None = None) -> Any:
        """Return the value.

        Raises:
            EvaluationError: it has none.
            CostExceededError: it costs more than the meter allows.
        """
        try:
            return self.step({**type_names(), **variables}, meter or Meter())
        except RecursionError as error:
            raise EvaluationError("the expression is nested too deeply") from error


def compile_expression(text: str, variables: Mapping[str, Type], fields: FieldTypes | None = None) -> Program:
    """Return a compiled expression.

    Args:
        text: the expression.
        variables: their types by name.
        fields: the types of the fields of structures, by the structure's name.

    Raises:
        CompileError: it is not well-formed, or has no type.
    """
    known = {name: Type("type", (Type(name),)) for name in type_names()}
    node = parse(text)
    checked = check(node, text, {**known, **variables}, fields or {}, functions())
    _check_literals(node, text)
    return Program(text, checked.kind, step_of(node, checked))


@cache
def functions() -> Functions:
    """Return all functions."""
    return Functions(
        [
            *operators(), *conversions(), *strings(), *lists(), *optionals(), *regexes(), *times(), *quantities(),
            *addresses(), *semvers(), *named_formats(),
        ]
    )  # fmt: skip


_LITERALS: dict[str, Callable[[str], Any]] = {
    "duration": read_duration,
    "timestamp": read_time,
    "matches": pattern_of,
    "find": pattern_of,
    "findAll": pattern_of,
}


def _check_literals(node: Node, text: str) -> None:
    """Refuse literal patterns, durations and times that are none, as an API server does when it compiles."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        waiting += children(each)
        if not isinstance(each, Call) or each.function not in _LITERALS or not each.arguments:
            continue
        is_free_match = each.function == "matches" and each.target is None
        argument = each.arguments[1] if is_free_match and len(each.arguments) > 1 else each.arguments[0]
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            try:
                _LITERALS[each.function](argument.value)
            except EvaluationError as error:
                raise CompileError(
                    f"{place(text, argument.offset)}: invalid {each.function} argument: {error}"
                ) from error
