"""Hands in the perfect submission, to prove that a task can be solved and is scored right."""

from itbench.interfaces.agent import Solution
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace


class OracleAgent:
    """Writes the files that the domain derives from the truth; every table marks it as privileged."""

    def __init__(self) -> None:
        self._solution: Solution | None = None

    def trust(self, solution: Solution) -> None:
        """Take the function that returns the files of a perfect submission."""
        self._solution = solution

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the solution of the task."""
        trace.turn()
        if self._solution is None:
            raise RuntimeError("the oracle was asked before it was shown the solutions")
        for path, data in self._solution(task).items():
            await workspace.write_file(path, data)
