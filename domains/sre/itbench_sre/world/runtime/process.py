"""A running process: one start of one container's program, and what it uses."""

from dataclasses import dataclass, field

from itbench_sre.world.runtime.place import Place


@dataclass(slots=True, eq=False)
class Process:
    """One start of one container.

    Attributes:
        place: where it runs and with what.
        settings: of its program, as read when it started.
        started_us: when it was started; `ready_us` when it began to listen, 0 before.
        is_over: whether it has ended.
        cpu_us: processor time used so far.
        memory: bytes in use.
    """

    place: Place
    started_us: int
    settings: dict[str, int | str] = field(default_factory=dict)
    ready_us: int = 0
    is_over: bool = False
    cpu_us: int = 0
    memory: int = 0
