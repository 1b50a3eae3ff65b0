"""The truths and inputs of a run's tasks; they are read where the suite is installed, and are in no run file."""

from collections.abc import Sequence
from functools import cached_property

from itbench.errors import ITBenchError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Suite
from itbench.interfaces.workspace import Input
from itbench.sealed.reopen import planned_suite


class SuiteOfRun:
    """The suite of a run, found again once it is asked for; truths are for trials that ended, and nothing is simulated to have them.

    Args:
        plan: of the run.
    """

    def __init__(self, plan: JsonObject) -> None:
        self._plan = plan

    def truth(self, task: str) -> JsonObject | str:
        """Return the truth of a task, or why it is not available here."""
        try:
            return self._suite.truth(task)
        except ITBenchError as error:
            return f"not available here: {error}"
        except Exception as error:  # noqa: BLE001 - a plugin's code; the page stands and says what happened
            return f"not available here: the suite failed with {type(error).__name__}: {error}"

    def inputs(self, task: str) -> Sequence[Input]:
        """Return the inputs of a task; none where they are not available here."""
        try:
            return self._suite.inputs(task)
        except ITBenchError:
            return ()

    @cached_property
    def _suite(self) -> Suite:
        return planned_suite(self._plan)[1]
