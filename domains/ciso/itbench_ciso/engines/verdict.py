"""What one policy says of one input."""

from dataclasses import dataclass
from enum import StrEnum

from itbench import JsonObject

_LONGEST_MESSAGE = 300


class VerdictKind(StrEnum):
    """The ways in which judging one input can end.

    `true` and `false` are the policy's own words; `skipped` is an input after the one at which the process ended.
    """

    TRUE = "true"
    FALSE = "false"
    UNDEFINED = "undefined"
    NOT_BOOLEAN = "not-boolean"
    ERROR = "error"
    REFUSED = "refused"
    TIME = "time"
    MEMORY = "memory"
    LIMIT = "limit"
    CRASH = "crash"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How judging one input ended, and a line for the reader where it is neither true nor false."""

    kind: VerdictKind
    message: str = ""

    def as_json(self) -> JsonObject:
        """Return the verdict as it is stored with a submission."""
        return {"kind": str(self.kind)} | ({"message": self.message} if self.message else {})


TRUE = Verdict(VerdictKind.TRUE)
FALSE = Verdict(VerdictKind.FALSE)


def one_line(text: str, longest: int = _LONGEST_MESSAGE) -> str:
    """Return hostile text as one bounded line without control characters."""
    words = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * longest]).split()
    line = " ".join(words)
    return line if len(line) <= longest else line[: longest - 3] + "..."
