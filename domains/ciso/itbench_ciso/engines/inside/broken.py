"""What goes wrong beside the policy: with the engine, or at its limits."""


class EngineError(Exception):
    """The engine cannot be used, whatever the policy is: never the submission's doing."""


class EngineCrashError(Exception):
    """The engine failed inside, and may not be used any more; whose doing that was remains to be seen."""


class OutOfTimeError(Exception):
    """A program that judges met its limit of processor time."""


class OutOfMemoryError(Exception):
    """A program that judges met its limit of memory."""
