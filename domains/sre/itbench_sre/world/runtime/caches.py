"""What a cache keeps: its password, its data in memory, and what it does when that is full."""

from typing import TYPE_CHECKING

from itbench_sre.world.runtime.frames import Attempt, Failure, Frame

if TYPE_CHECKING:
    from itbench_sre.world.runtime.calls import Calls
    from itbench_sre.world.runtime.process import Process

_KEPT = 20  # of so many writes one adds a key, the others renew one


class Cache:
    """The state of one cache process; it is empty after each start.

    Attributes:
        password: that clients must give; changed at run time by `CONFIG SET requirepass`.
        data: bytes of keys and values.
        evicted: bytes that were forgotten to make room.
    """

    def __init__(self, process: "Process") -> None:
        self.process = process
        self.password = process.text_of("password")
        self.max_memory = process.number_of("max_memory_mib") << 20
        self.eviction = process.text_of("eviction", "noeviction")
        self.data = 0
        self.evicted = 0
        self._writes = 0

    def refuse_connection(self, attempt: Attempt) -> Failure | None:
        """Return why a new connection is refused."""
        if self.process.connections >= self.process.number_of("max_connections", 10_000):
            return Failure("ERR", "ERR max number of clients reached", True, "limit")
        return None

    def begin(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Return why a command is refused."""
        attempt = frame.attempt
        if self.password and attempt is not None:
            given = attempt.plan.link.password
            if not given:
                return Failure("NOAUTH", "NOAUTH Authentication required.", False, "auth")
            if given != self.password:
                text = "WRONGPASS invalid username-password pair or user is disabled."
                return Failure("WRONGPASS", text, False, "auth")
        if frame.operation.writes and self._is_full(frame.operation.writes):
            text = "OOM command not allowed when used memory > 'maxmemory'."
            return Failure("OOM", text, False, "limit")
        return None

    def _is_full(self, writes: int) -> bool:
        if not self.max_memory or self.data + writes <= self.max_memory:
            return False
        if self.eviction == "noeviction":
            return True
        self.evicted += writes
        self.add(-writes)
        return False

    def add(self, size: int) -> None:
        """Let data grow or shrink."""
        self.data += size
        self.process.memory += size

    def work(self, frame: Frame, cpu_us: int) -> tuple[int, int]:
        """Return the processor time that a step takes, and what it waits beside."""
        return cpu_us, 0

    def end(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Keep what the command writes."""
        if frame.operation.writes:
            self._writes += 1
            if self._writes % _KEPT == 0:
                self.add(frame.operation.writes)
        return None
