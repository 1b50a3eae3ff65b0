"""The domain's rules."""

from typing import TYPE_CHECKING, Protocol

from itbench.interfaces.json import JsonObject

if TYPE_CHECKING:
    from itbench.interfaces.score import Score
    from itbench.interfaces.submission import Submission
    from itbench.interfaces.task import Task


class Scorer(Protocol):
    """Turns a submission and the truth into a score; pure, so that it can be done again at any time."""

    def score(self, task: "Task", submission: "Submission", truth: JsonObject) -> "Score":
        """Return the score; never reads a clock, a file, a network or anything random."""
        ...
