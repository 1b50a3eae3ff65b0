"""Kubernetes' quantities, such as `1.5Gi`: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library."""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, ClassVar

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload
from itbench_ciso.engines.inside.expressions.values import LARGEST_INT, LEAST_INT

# A number with a suffix, or with an exponent; a lone `E` is the suffix exa.
_QUANTITY = re.compile(
    r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]+)|(m|u|n|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)"
)
_FACTORS = (
    {"": Fraction(1), "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000)}
    | {letter: Fraction(1000**power) for power, letter in enumerate("kMGTPE", start=1)}
    | {f"{letter}i": Fraction(1024**power) for power, letter in enumerate("KMGTPE", start=1)}
)
_LARGEST_EXPONENT = 400
_LEAST_STEP = 10**9


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact number."""

    kind: ClassVar[str] = "kubernetes.Quantity"
    number: Fraction

    def compared(self, other: "Quantity") -> int:
        """Return how it compares."""
        return (self.number > other.number) - (self.number < other.number)

    @property
    def is_integer(self) -> bool:
        """Whether it is an int."""
        return self.number.denominator == 1 and LEAST_INT <= self.number <= LARGEST_INT


def read_quantity(text: str) -> Quantity | None:
    """Return a quantity, rounded away from zero to a billionth as Kubernetes does; None if it is none."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    exponent = int(match[2][1:]) if match[2] else 0
    if abs(exponent) > _LARGEST_EXPONENT:
        return None
    number = Fraction(match[1]) * Fraction(10) ** exponent * _FACTORS[match[3] or ""]
    steps = ceil(abs(number) * _LEAST_STEP)
    return Quantity(Fraction(steps if number >= 0 else -steps, _LEAST_STEP))


def _quantity(text: str) -> Quantity:
    found = read_quantity(text)
    if found is None:
        raise EvaluationError(
            f"quantities must match the regular expression of Kubernetes, found {text[:60]!r}"
        )
    return found


def _integer(quantity: Quantity) -> int:
    if not quantity.is_integer:
        raise EvaluationError("cannot convert value to integer")
    return int(quantity.number)


def _plus(one: Quantity, other: Any) -> Quantity:
    return Quantity(one.number + (other.number if isinstance(other, Quantity) else other))


def _minus(one: Quantity, other: Any) -> Quantity:
    return Quantity(one.number - (other.number if isinstance(other, Quantity) else other))


def quantities() -> list[Overload]:
    """Return all functions of quantities."""
    kind = Quantity.kind
    found = [
        overload(f"quantity(string): {kind}", _quantity),
        overload("isQuantity(string): bool", lambda text: read_quantity(text) is not None),
        overload(f"{kind}.sign(): int", lambda each: (each.number > 0) - (each.number < 0)),
        overload(f"{kind}.isGreaterThan({kind}): bool", lambda one, other: one.number > other.number),
        overload(f"{kind}.isLessThan({kind}): bool", lambda one, other: one.number < other.number),
        overload(f"{kind}.compareTo({kind}): int", lambda one, other: one.compared(other)),
        overload(f"{kind}.asApproximateFloat(): double", lambda each: float(each.number)),
        overload(f"{kind}.asInteger(): int", _integer),
        overload(f"{kind}.isInteger(): bool", lambda each: each.is_integer),
    ]
    for other in (kind, "int"):
        found += [
            overload(f"{kind}.add({other}): {kind}", _plus),
            overload(f"{kind}.sub({other}): {kind}", _minus),
        ]
    return found
