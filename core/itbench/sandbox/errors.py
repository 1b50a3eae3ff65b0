"""What goes wrong with a sandbox."""

from itbench.errors import ITBenchError
from itbench.interfaces.fault import Stage, StageError


class SandboxError(ITBenchError):
    """A sandbox that is not available or cannot be started, and what to do about it."""


class SandboxEndedError(StageError):
    """A sandbox that was ended from outside in the middle of a trial; no agent can do that."""

    def __init__(self, said: str) -> None:
        cause = said or "something outside ended it"
        super().__init__(
            Stage.ENVIRONMENT,
            f"the sandbox of this trial has ended ({cause}); what is in its workspace can still be read",
        )
