"""What the expressions of a policy may cost together for one request, and the policy's variables, which share that budget."""

from collections.abc import Iterator, Mapping
from typing import Any

from itbench_ciso.engines.inside.cel_variables import VARIABLES
from itbench_ciso.engines.inside.expressions.cost import PER_CALL, Meter
from itbench_ciso.engines.inside.expressions.environment import Program
from itbench_ciso.engines.inside.expressions.errors import CostExceededError, EvaluationError

_SPENT = "validation failed due to running out of cost budget, no further validation rules will be run"


class Budget:
    """What is left of a cost.

    Args:
        limit: for all expressions together.
    """

    def __init__(self, limit: int) -> None:
        self.left = limit

    def evaluated(self, program: Program, values: Mapping[str, Any]) -> Any:
        """Return the value of an expression, and take what it costs.

        Raises:
            EvaluationError: it has none, or costs more than one expression may.
        """
        meter = Meter(PER_CALL)
        try:
            return program.evaluate(values, meter)
        except CostExceededError as error:
            raise EvaluationError(str(error)) from error
        finally:
            self.left -= meter.spent

    def check(self) -> None:
        """Refuse to go on where too much is spent.

        Raises:
            CostExceededError: it is.
        """
        if self.left < 0:
            raise CostExceededError(_SPENT)


class Variables(Mapping[str, Any]):
    """The policy's variables: each is evaluated when it is first used, and fails where it is used.

    Of two with one name the last one counts for all that use it, so that it may come to use itself, which fails.
    """

    kind = VARIABLES

    def __init__(self, programs: Mapping[str, Program], values: Mapping[str, Any], budget: Budget) -> None:
        self._programs = programs
        self._values = {**values, "variables": self}
        self._budget = budget
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return a value.

        Raises:
            EvaluationError: the variable has none.
        """
        if name not in self._found:
            self._found[name] = EvaluationError(f"composited variable {name!r} uses itself")
            try:
                self._found[name] = self._budget.evaluated(self._programs[name], self._values)
            except EvaluationError as error:
                told = f"composited variable {name!r} fails to evaluate: {error}"
                self._found[name] = EvaluationError(told)
        if isinstance(self._found[name], EvaluationError):
            raise self._found[name]
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._programs)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._programs)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a variable, evaluated or not."""
        return name in self._programs
