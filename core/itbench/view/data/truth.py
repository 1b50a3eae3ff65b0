"""The domain of a run, and the truths and inputs of its tasks; they are read where the suite is installed, and are in no run file."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeAlias

from itbench.errors import ITBenchError
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Suite
from itbench.interfaces.workspace import Input
from itbench.plugins.domains import domain_host
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
            suite = self._suite
            return suite.truth(task) if isinstance(suite, Suite) else f"not available here: {suite}"
        except ITBenchError as error:
            return f"not available here: {error}"
        except Exception as error:  # noqa: BLE001 - a plugin's code; the page stands and says what happened
            return f"not available here: the suite failed with {type(error).__name__}: {error}"

    def inputs(self, task: str) -> Sequence[Input]:
        """Return the inputs of a task; none where they are not available here."""
        try:
            suite = self._suite
            return suite.inputs(task) if isinstance(suite, Suite) else ()
        except ITBenchError:
            return ()

    @cached_property
    def domain(self) -> Domain | None:
        """The domain; None where it is not installed, or cannot be used."""
        try:
            return domain_host().get(self._plan["domain"])
        except ITBenchError:
            return None

    @cached_property
    def _suite(self) -> Suite | ITBenchError:
        """The suite, or why there is none."""
        try:
            return planned_suite(self._plan)[1]
        except ITBenchError as error:
            return error


Suites: TypeAlias = Callable[[JsonObject], SuiteOfRun]
"""Gives the suite of a plan; one that remembers them makes many pages of the same run faster."""
