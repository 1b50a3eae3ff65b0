"""Connection pools of a pod towards a server that admits only so many connections."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench_sre.simulator.frames import Attempt
    from itbench_sre.simulator.pods import Pod


@dataclass(slots=True, eq=False)
class Connection:
    """One open connection; it dies with the server pod."""

    server: Pod
    opened_us: int


@dataclass(slots=True, kw_only=True, eq=False)
class Pool:
    """At most `size` open connections, the waiters in order of arrival; ages in us, 0 means no limit."""

    size: int
    lifetime_us: int
    timeout_us: int
    opened: list[Connection] = field(default_factory=list)
    idle: list[Connection] = field(default_factory=list)
    waiters: deque[Attempt] = field(default_factory=deque)

    def close(self, connection: Connection) -> None:
        """Close a connection that is not idle."""
        self.opened.remove(connection)
        connection.server.connections -= 1

    def open(self, server: Pod, now_us: int) -> Connection:
        """Open a connection to `server`, which has room for it."""
        connection = Connection(server, now_us)
        server.connections += 1
        self.opened.append(connection)
        return connection

    def prune(self, now_us: int) -> None:
        """Close idle connections that are too old or whose server is gone."""
        kept = []
        for connection in self.idle:
            if self.is_usable(connection, now_us):
                kept.append(connection)
            else:
                self.close(connection)
        self.idle = kept

    def is_usable(self, connection: Connection, now_us: int) -> bool:
        """Whether a connection can serve another query."""
        if connection.server.is_gone or not connection.server.is_serving:
            return False
        return not self.lifetime_us or now_us - connection.opened_us < self.lifetime_us

    def close_all(self) -> None:
        """Close everything, as the end of the process does; leaked connections too."""
        for connection in list(self.opened):
            self.close(connection)
        self.idle = []
        self.waiters.clear()


def duration_us(text: str) -> int:
    """Return the microseconds of a setting such as `3s`; `0s` means no limit."""
    return int(text.removesuffix("s")) * 1_000_000


def limit_of(settings: dict[str, str]) -> int:
    """Return how many connections a server with these settings admits."""
    if "max_connections" in settings:
        return int(settings["max_connections"]) - int(settings["superuser_reserved_connections"])
    return int(settings.get("maxclients", "10000"))
