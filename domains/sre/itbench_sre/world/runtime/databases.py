"""What a database keeps: connections it admits, locks, tables that are there, and the space on its disk."""

from typing import TYPE_CHECKING

from itbench_sre.world.runtime import database_words as words
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame

if TYPE_CHECKING:
    from itbench_sre.world.runtime.calls import Calls
    from itbench_sre.world.runtime.process import Process
    from itbench_sre.world.runtime.roles import Disk

_BACKEND_MEMORY = 2_500_000  # that each connection takes
_LOCK_LOOK_US = 50_000


class Database:
    """The state of one database process.

    Attributes:
        locked: part of an operation's name -> until when its statements wait for a lock.
        slowed: part of an operation's name -> processor time in percent, as without an index.
        disk: that it writes to.
    """

    def __init__(self, process: "Process", disk: "Disk") -> None:
        self.process = process
        self.disk = disk
        self.locked: dict[str, int] = {}
        self.slowed: dict[str, int] = {}

    @property
    def most_connections(self) -> int:
        """Return how many connections ordinary users may open."""
        process = self.process
        return process.number_of("max_connections", 100) - process.number_of("reserved_connections", 3)

    def refuse_connection(self, attempt: Attempt) -> Failure | None:
        """Return why a new connection is refused."""
        wanted = self.process.settings.get("password", "")
        given = attempt.plan.link.password
        if wanted and given is not None and given != str(wanted):
            return words.login(self.process)
        if self.process.connections >= self.most_connections:
            return words.clients(self.process.language)
        return None

    def begin(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Return why a statement cannot be carried out; a lock makes it wait."""
        attempt = frame.attempt
        if attempt is not None and attempt.plan.link.pool is None:
            failure = self.refuse_connection(attempt)
            if failure is not None:
                return failure
        name = frame.operation.name
        for table in self.disk.dropped:
            if table in name or not table:
                return words.no_table(self.process.language, table or "products")
        if not self.locked:
            return None
        now_us = calls.loop.now_us
        wait_us = max((until - now_us for part, until in self.locked.items() if part in name), default=0)
        limit_us = self.process.number_of("statement_timeout_ms") * 1000
        if wait_us > 0:
            if limit_us and wait_us > limit_us:
                frame.ahead_us += limit_us
                return Failure("57014", "canceling statement due to statement timeout", False, "timeout")
            frame.ahead_us += wait_us
        return None

    def work(self, frame: Frame, cpu_us: int) -> tuple[int, int]:
        """Return the processor time that a step takes, and what it waits beside."""
        for part, per_cent in self.slowed.items():
            if part in frame.operation.name:
                cpu_us = cpu_us * per_cent // 100
        return cpu_us, 0

    def end(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Write what the statement writes."""
        writes = frame.operation.writes
        if writes and not self.disk.write(writes):
            return words.no_space(self.process.language)
        return None

    @property
    def memory(self) -> int:
        """Return the memory of its connections."""
        return self.process.connections * _BACKEND_MEMORY
