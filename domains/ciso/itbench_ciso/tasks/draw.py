"""Which control and which seed each task of a suite has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench.kit import Randomness

if TYPE_CHECKING:
    from itbench.kit import Draw

_EMBEDDED_SEED = 0x_C15_2026


@dataclass(frozen=True, slots=True)
class ControlTask:
    """One task about one control."""

    id: str
    number: str
    seed: int


def control_tasks(prefix: str, suite: str, numbers: Sequence[str], drawn: "Draw | None") -> list[ControlTask]:
    """Return one task for each control in order, or as many as were asked for, of controls that are drawn."""
    if drawn is None:
        random = Randomness(_EMBEDDED_SEED).fork(suite)
        chosen = list(numbers)
    else:
        random = Randomness(drawn.seed).fork(suite)
        chosen = [number for _ in range(drawn.count) for number in random.shuffled(numbers)][: drawn.count]
    return [
        ControlTask(f"{prefix}-{place:04d}", number, random.fork(f"task {place}").seed())
        for place, number in enumerate(chosen, start=1)
    ]
