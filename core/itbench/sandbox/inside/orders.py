"""What the runner inside is told, and what it answers; the messages are documented in `process`."""

import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itbench.sandbox.bubblewrap.arguments import Layout
from itbench.sandbox.inside.descriptors import encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command for the runner inside: a program to run or to start, or a file to write."""

    kind: str
    words: Sequence[str]
    variables: Mapping[str, str]
    limit_s: float = 0.0

    @property
    def problem(self) -> str | None:
        """What the kernel would not take, if anything."""
        texts = [*self.words, *self.variables, *self.variables.values()]
        if any("\0" in text for text in texts):
            return "it holds the character NUL"
        return None if self.words and self.words[0] else "it is empty"

    def text(self, number: int) -> bytes:
        """Return the order as the runner reads it."""
        limit_ms = max(1, round(self.limit_s * 1000))
        head = f"{number} {self.kind} {limit_ms} {len(self.words)}"
        variables = [f"{name}={value}" for name, value in self.variables.items()]
        return encoded("\0".join([head, *self.words, *variables]))


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended: its exit code, the limit that ended it or `-`, and the descriptor that came with it or -1."""

    code: int
    reason: str
    descriptor: int = -1


def first_message(user: int, layout: Layout) -> list[str]:
    """Return the fields that tell the runner who it is to be, its limits, and which folders are its user's."""
    limits = layout.limits
    # The kernel counts descriptors on their way to another process against the sender's own limit, for all of a user together.
    most_open = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2
    numbers = (
        user,
        user,
        limits.memory_bytes,
        limits.processes,
        limits.open_files if most_open <= 0 else min(limits.open_files, most_open),
        limits.file_bytes,
        limits.cpu_s,
        limits.files,
        int(bool(layout.mounts)),
        int(layout.has_ipc),
    )
    return [*map(str, numbers), *layout.folders()]
