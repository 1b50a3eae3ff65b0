"""How a command ended, and what it printed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Heard: TypeAlias = Callable[[str, bytes], object]
"""A function that is called with output as it comes: `stdout` or `stderr`, and the bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A place at which a command's output was left out: the line that stands there, and how many characters it is for."""

    line: str
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How one command ended.

    Attributes:
        exit_code: of the program; negative for the signal that ended it.
        stdout: head and tail of what it printed, decoded with replacement.
        stderr: the same of its error output.
        output_bytes: how much it printed in all.
        gaps: what was left out of `stdout` and then of `stderr`, if anything.
        duration_s: seconds of wall clock.
        timed_out: whether it was ended at its time limit.
    """

    exit_code: int
    stdout: str
    stderr: str
    output_bytes: int
    duration_s: float
    timed_out: bool = False
    gaps: tuple[Gap, ...] = ()
