"""The shell of an agent that is driven by a model: it lasts, and where it ends or hangs, another one takes its place."""

from itbench.interfaces.execution import Execution
from itbench.interfaces.workspace import Session, SessionEndedError, Workspace

_RESTARTED = "the shell was started again: variables, the working directory and background jobs of the old one are gone"


class LastingShell:
    """Runs commands one after another in one session of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._session: Session | None = None

    async def run(self, command: str, *, timeout_s: float) -> tuple[Execution, str | None]:
        """Run a command, and end it at its time limit; return also what has to be said of the shell itself, if anything."""
        note = None
        if self._session is not None and not self._session.is_open:
            self._session, note = None, _RESTARTED
        session = self._session = self._session or await self._workspace.session()
        try:
            result = await session.run(command, timeout_s=timeout_s)
        except SessionEndedError:
            session = self._session = await self._workspace.session()
            result, note = await session.run(command, timeout_s=timeout_s), _RESTARTED
        if result.timed_out and not await session.interrupt():
            await session.close()
            self._session, note = None, _RESTARTED
        elif not session.is_open:
            self._session, note = None, _RESTARTED
        return result, note
