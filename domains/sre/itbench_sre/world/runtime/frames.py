"""Requests on their way: what is known of each while it is worked on, and what telemetry is told when it ends."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.randomness import Randomness

if TYPE_CHECKING:
    from itbench_sre.world.application.model import Call, Dependency, Line, Operation
    from itbench_sre.world.runtime.process import Process


@dataclass(slots=True, eq=False)
class Request:
    """One visit's call of the entrance, or one message, job or background activity, with all that follows from it.

    Attributes:
        number: of the request in the world; its stream depends on this alone.
        trace_id: 32 hexadecimal digits.
        is_sampled: whether the collector keeps its trace and the log records that carry its ids.
        fields: of the request, for log lines and attributes: user, product, order, amount, currency, session, ...
    """

    number: int
    kind: str
    trace_id: str
    is_sampled: bool
    random: Randomness
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed.

    Attributes:
        code: gRPC code name (`UNAVAILABLE`), HTTP status (`503`), SQLSTATE (`53300`), or an error's name.
        message: in the words of the client's library, as its log and its span's status say it.
        is_retryable: whether clients try again.
        kind: `refused`, `reset`, `timeout`, `dns`, `auth`, `pool`, `limit`, `crash`, `denied`, `application`.
    """

    code: str
    message: str
    is_retryable: bool = False
    kind: str = "application"


@dataclass(slots=True, eq=False)
class Frame:
    """A server's work on one call.

    Attributes:
        parent_span: of the client's attempt; empty for a root.
        began_us, ended_us: when work began (after queueing), and ended.
        queued_us: how long it had waited.
        failure: None where it went well.
    """

    process: "Process"
    operation: "Operation"
    request: Request
    span_id: str
    parent_span: str
    began_us: int
    ended_us: int = 0
    queued_us: int = 0
    failure: Failure | None = None


@dataclass(slots=True, eq=False)
class Attempt:
    """A client's call, with all its tries.

    Attributes:
        frame: of the caller.
        server: that answered; None where none did.
        address: host and port that were asked for.
        tries: how often it was sent.
    """

    frame: Frame
    call: "Call"
    dependency: "Dependency"
    request: Request
    span_id: str
    address: str
    began_us: int
    ended_us: int = 0
    tries: int = 0
    server: "Process | None" = None
    failure: Failure | None = None


class Sink:
    """Is told what happens; this one listens to nothing, as in runs that only ask whether the page fires."""

    def served(self, frame: Frame) -> None:
        """Note that a server ended its work on a call."""

    def called(self, attempt: Attempt) -> None:
        """Note that a client's call ended."""

    def line(self, process: "Process", line: "Line", fields: dict[str, Any], request: Request | None) -> None:
        """Note that a process logged a line."""
