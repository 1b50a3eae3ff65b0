"""What the world of a task takes of this machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What an open world takes; the runner opens no more worlds at a time than fit on this machine.

    Attributes:
        cores: processors that are busy while it is open; 0 for a world that only waits.
        memory_mb: megabytes of memory.
        is_exclusive: whether nothing else may run meanwhile, for example because latency is scored.
        services: how many services run for it at a time, those among them that `observe` starts; each takes open files and
            processes, which bound the number of concurrent trials.
    """

    cores: float = 0.0
    memory_mb: int = 0
    is_exclusive: bool = False
    services: int = 0


NOTHING_SPECIAL = Needs()
