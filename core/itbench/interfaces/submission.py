"""What an agent handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from itbench.interfaces.json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The answer, the other files, and the end state that was observed.

    Attributes:
        answer: the parsed JSON answer; None where the task asks for none.
        files: the other collected files by their path below the workspace.
        observed: what the environment observed after the agent stopped.
        notes: what a reader of the score should know, such as a recovered trailing comma.
    """

    answer: JsonValue = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    observed: JsonObject = field(default_factory=dict)
    notes: tuple[str, ...] = ()
