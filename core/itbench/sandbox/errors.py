"""What goes wrong with a sandbox."""

from itbench.errors import ITBenchError
from itbench.interfaces.fault import Stage, StageError


class SandboxError(ITBenchError):
    """A sandbox that is not available or cannot be started, and what to do about it."""


class SandboxEndedError(StageError):
    """A sandbox that has ended in the middle of a trial; what is in its workspace can still be read.

    It is the agent's doing, unless something outside ended it: itbench itself, the kernel for lack of memory, an administrator.
    """

    def __init__(self, cause: str, *, is_from_outside: bool) -> None:
        if is_from_outside:
            message = (
                f"the sandbox of this trial has ended ({cause}); what is in its workspace can still be read"
            )
            super().__init__(Stage.ENVIRONMENT, message)
        else:
            super().__init__(Stage.AGENT, f"what ran in the sandbox of this trial ended it ({cause})")
