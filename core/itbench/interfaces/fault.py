"""Why a trial has no valid score, and which stage caused it."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The part of a trial that is to blame."""

    TASK = "task"
    ENVIRONMENT = "environment"
    AGENT = "agent"
    MODEL = "model"
    SCORER = "scorer"

    @property
    def is_scored(self) -> bool:
        """Whether a fault of this stage counts as a score of 0 instead of no score."""
        return self is Stage.AGENT


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure of one stage.

    Attributes:
        stage: which stage caused it.
        message: one line for a table.
        traceback: the whole story, for `itbench show`.
    """

    stage: Stage
    message: str
    traceback: str = ""


class StageError(Exception):
    """Raised by foreign code that knows which stage is to blame, such as a model provider that is down."""

    def __init__(self, stage: Stage, message: str) -> None:
        super().__init__(message)
        self.stage = stage


class LimitReached(BaseException):
    """A limit ended the agent's work; what it handed in so far is scored.

    It derives from BaseException, so that an agent's `except Exception` does not swallow it.
    """

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit
