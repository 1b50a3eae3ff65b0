"""A running process: one start of one container's program, and what it uses."""

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING

from itbench_sre.world.runtime.place import Place
from itbench_sre.world.telemetry.names import service_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from itbench_sre.world.application.flags import FlagFile
    from itbench_sre.world.application.model import Program
    from itbench_sre.world.runtime.frames import Frame
    from itbench_sre.world.runtime.plans import Link, Plan
    from itbench_sre.world.runtime.special import Special
    from itbench_sre.world.runtime.usage import NodeLoad


class Process:
    """One start of one container.

    Attributes:
        place: where it runs and with what.
        number: of the process in the world; connections name it by that.
        name: of its service, as its telemetry says it.
        settings: of its program, as read when it started.
        started_us: when it was started; `ready_us` when it began to listen, 0 before.
        is_over: whether it has ended; `exit_code` and `reason` say how.
        is_lost: it ended without closing its connections, as with a lost node.
        cpu_us: processor time used so far; `throttled_us`, `periods`, `throttled_periods` as its cgroup counts them.
        memory: bytes in use; `leaked` of them never come back, `memory_peak` was the most at a look.
        busy: requests worked on, at most `slots`; at most `queue_limit` wait in `queue`.
        rate_m: thousandths of a core that it may use, 0 for no limit; `used_until_us` is how far its use is paid for.
        stretch: how much longer a computation takes because others compute too, 256 for not at all.
        connections: open to it, of pools.
        limit_m, memory_limit: as the container has them; a limit changed in place changes them.
        burn_m, burnt: processor and memory that other processes of its container take.
        idle_us: processor time that it uses each second while nothing is asked of it.
        looked_s: the second of the last look that found something changed; `last_used_us`, `last_mean_us`,
            `seen_cpu_us`, `seen_memory` and `seen_throttled_us` are of that look.
        files: mounted, as they are now; `kept_flags` are those read from them by a process of the role `flags`.
        has_heap: its heap has a limit of its own.
        special: what is not plain about it: its role's state, defects, effects; None for most. `extra` is the same
            thing, kept while it is quiet.
    """

    __slots__ = (
        "burn_m",
        "burnt",
        "busy",
        "cache_us",
        "caches",
        "connections",
        "cpu_us",
        "exit_code",
        "extra",
        "files",
        "has_heap",
        "idle_us",
        "is_lost",
        "is_over",
        "kept_flags",
        "last_mean_us",
        "last_used_us",
        "leaked",
        "limit_m",
        "links",
        "looked_s",
        "memory",
        "memory_limit",
        "memory_peak",
        "name",
        "node",
        "number",
        "periods",
        "place",
        "plans",
        "program",
        "queue",
        "queue_limit",
        "rate_m",
        "ready_us",
        "reason",
        "refused",
        "seen_cpu_us",
        "seen_memory",
        "seen_throttled_us",
        "settings",
        "slots",
        "special",
        "started_us",
        "stretch",
        "throttled_periods",
        "throttled_us",
        "timeouts",
        "used_until_us",
        "usual_cache_us",
    )  # fmt: skip

    def __init__(self, place: Place, number: int, program: "Program | None", started_us: int) -> None:
        self.place = place
        self.number = number
        self.program = program
        self.started_us = started_us
        self.name = service_of(place)
        self.settings: dict[str, int | str] = {}
        self.ready_us = 0
        self.is_over = False
        self.is_lost = False
        self.exit_code = 0
        self.reason = ""
        self.cache_us = self.usual_cache_us = 0
        self.cpu_us = self.seen_cpu_us = 0
        self.memory = self.memory_peak = self.leaked = 0
        self.throttled_us = self.periods = self.throttled_periods = 0
        self.plans: dict[str, Plan] = {}
        self.links: dict[str, Link] = {}
        self.busy = 0
        self.slots = program.slots if program else 1
        self.queue: deque[Frame] = deque()
        self.queue_limit = program.queue if program else 0
        self.refused = self.timeouts = 0
        self.rate_m = place.cpu_limit_m
        self.used_until_us = 0
        self.stretch = 256
        self.limit_m = place.cpu_limit_m
        self.memory_limit = place.memory_limit
        self.idle_us = program.idle_cpu_m * 1000 if program else 0
        self.burn_m = 0
        self.burnt = 0
        self.last_used_us = self.last_mean_us = self.looked_s = 0
        self.seen_memory = -1
        self.seen_throttled_us = 0
        self.extra: Special | None = None
        self.files: Mapping[str, str] = place.files
        self.kept_flags: tuple[str, FlagFile] | None = None
        self.has_heap = bool(
            program and program.language in ("java", "kafka") and "heap_mib" in program.settings
        )
        self.connections = 0
        self.caches: dict[tuple[str, str], int] = {}
        self.node: NodeLoad | None = None
        self.special: Special | None = None

    @property
    def used_us(self) -> int:
        """Return the processor time that it used in the last second."""
        return self.last_used_us if self.node is not None and self.node.second == self.looked_s else 0

    @property
    def mean_us(self) -> int:
        """Return about the mean of the processor time that it used in each second of the last quarter of a minute."""
        return self.mean_before(self.node.second + 1) if self.node is not None else 0

    def mean_before(self, second: int) -> int:
        """Return the mean before a look: it has faded since the last one that found something changed."""
        return _faded(self.last_mean_us, second - self.looked_s - 1)

    @property
    def language(self) -> str:
        """Return the language of its program, which decides the words of errors."""
        return self.program.language if self.program else ""

    def number_of(self, key: str, default: int = 0) -> int:
        """Return a setting that is a number."""
        value = self.settings.get(key, default)
        return value if isinstance(value, int) else default

    def text_of(self, key: str, default: str = "") -> str:
        """Return a setting as text."""
        return str(self.settings.get(key, default))


@lru_cache(maxsize=1 << 16)
def _faded(mean_us: int, seconds: int) -> int:
    """Return a mean after so many seconds without any use; idle processes ask for the same again and again."""
    for _ in range(seconds):
        if not mean_us:
            break
        mean_us -= -(-mean_us // 16)
    return mean_us
