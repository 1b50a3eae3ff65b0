"""Compiles expressions for given variables, and evaluates them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from itbench_ciso.engines.inside.expressions.checker import check
from itbench_ciso.engines.inside.expressions.cost import Meter
from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.evaluate import Step, step_of
from itbench_ciso.engines.inside.expressions.functions.addresses import addresses
from itbench_ciso.engines.inside.expressions.functions.conversions import conversions, type_names
from itbench_ciso.engines.inside.expressions.functions.lists import lists, optionals
from itbench_ciso.engines.inside.expressions.functions.named import named_formats, semvers
from itbench_ciso.engines.inside.expressions.functions.operators import operators
from itbench_ciso.engines.inside.expressions.functions.quantities import quantities
from itbench_ciso.engines.inside.expressions.functions.regex import regexes
from itbench_ciso.engines.inside.expressions.functions.strings import strings
from itbench_ciso.engines.inside.expressions.functions.times import times
from itbench_ciso.engines.inside.expressions.literals import check_literals
from itbench_ciso.engines.inside.expressions.overloads import FieldTypes, Functions
from itbench_ciso.engines.inside.expressions.parser import parse
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
    check_literals(node, text, checked)
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
