"""Does a task perfectly, to prove that it can be solved and is scored right."""

from itbench.interfaces.agent import Solver
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace


class OracleAgent:
    """Does what the domain derives from the truth; every table marks it as privileged."""

    def __init__(self) -> None:
        self._solver: Solver | None = None

    def trust(self, solver: Solver) -> None:
        """Take the function that does a task perfectly."""
        self._solver = solver

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Do the task perfectly.

        Raises:
            RuntimeError: it was not shown how.
        """
        trace.turn()
        if self._solver is None:
            raise RuntimeError("the oracle was asked before it was shown the solutions")
        await self._solver(task, workspace)
