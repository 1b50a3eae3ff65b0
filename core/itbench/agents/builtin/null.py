"""Does nothing."""

from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace


class NullAgent:
    """Hands in nothing."""

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Return at once."""
