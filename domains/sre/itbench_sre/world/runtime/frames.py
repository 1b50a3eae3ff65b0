"""Requests on their way: what is known of each while it is worked on, and what telemetry is told when it ends."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itbench_sre.world.application.fields import drawn
from itbench_sre.world.clock.randomness import Randomness, mixed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from itbench_sre.world.application.model import Call, Dependency, Line, Operation
    from itbench_sre.world.runtime.plans import CallPlan, Plan
    from itbench_sre.world.runtime.process import Process


class Request:
    """One visit's call of the entrance, or one message, job or background activity, with all that follows from it.

    Attributes:
        number: of the request in the world; its stream depends on this alone.
        kind: `user`, `message`, `job` or `background`.
        trace_id: 32 hexadecimal digits; empty where nobody listens.
        is_sampled: whether the collector keeps its trace and the log records that carry its ids.
        random: for what telemetry needs; traffic draws from `state`.
        fields: of the request, for log lines and attributes: user, product, order, amount, currency, session, ...
        state: of the stream that traffic draws from.
        failed: calls of its root that failed.
        began_us: when it began.
        messages: that it sent so far.
    """

    __slots__ = (
        "_fields",
        "_sources",
        "began_us",
        "failed",
        "is_sampled",
        "kind",
        "messages",
        "number",
        "random",
        "state",
        "trace_id",
    )

    def __init__(
        self,
        number: int,
        kind: str,
        trace_id: str,
        is_sampled: bool,
        random: Randomness,
        fields: dict[str, Any] | None = None,
        sources: "Mapping[str, tuple[str, ...]] | None" = None,
        began_us: int = 0,
    ) -> None:
        self.number = number
        self.kind = kind
        self.trace_id = trace_id
        self.is_sampled = is_sampled
        self.random = random
        self._fields = fields
        self._sources = sources
        self.began_us = began_us
        self.state = random.bits()
        self.failed = self.messages = 0

    def read(self, random: Randomness) -> "Request":
        """Return the request as the one who reads its message goes on with it, about the same things."""
        return Request(
            self.number,
            "message",
            self.trace_id,
            self.is_sampled,
            random,
            self._fields,
            self._sources,
            self.began_us,
        )

    @property
    def fields(self) -> dict[str, Any]:
        """Return what it is about; drawn when first asked for, which most requests never are where nobody listens."""
        found = self._fields
        if found is None:
            random = Randomness(mixed(self.number, "fields"))
            found = self._fields = dict(drawn(self._sources, random, self.began_us)) if self._sources else {}
        return found


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


class Frame:
    """A server's work on one call.

    Attributes:
        parent_span: of the client's attempt; empty for a root.
        began_us, ended_us: when work began (after queueing), and ended.
        queued_us: how long it had waited.
        failure: None where it went well.
        plan: what it does; `step` is the next place in it.
        attempt: that it answers, while it is the attempt's `work`; None for a root.
        ahead_us: how far its own time is ahead of the loop's, by hops that took no event.
        then: is told of a root's end.
        is_abandoned: the client waits no more.
        topic: that its message was read from.
        flag: the feature flag that made it fail, if one did.
    """

    __slots__ = (
        "ahead_us", "attempt", "began_us", "bits", "ended_us", "failure", "flag", "is_abandoned", "operation",
        "parent_span",
        "plan", "process", "queued_us", "request", "span_id", "step", "then", "topic",
    )  # fmt: skip

    def __init__(
        self, process: "Process", plan: "Plan", request: Request, attempt: "Attempt | None", began_us: int
    ) -> None:
        self.process = process
        self.plan = plan
        self.operation: Operation = plan.operation
        self.request = request
        self.attempt = attempt
        self.began_us = began_us
        self.ended_us = 0
        self.queued_us = 0
        self.ahead_us = 0
        self.bits = 0
        self.step = 0
        self.failure: Failure | None = None
        self.is_abandoned = False
        self.flag = ""
        self.topic = ""
        self.then: Callable[[Frame], object] | None = None
        self.span_id = ""
        self.parent_span = ""


class Attempt:
    """A client's call, with all its tries.

    Attributes:
        frame: of the caller.
        plan: what it asks and how; `call` and `dependency` are those of the program.
        server: that answered; None where none did.
        address: host and port that were asked for.
        tries: how often it was sent.
        deadline_us: of the present try; `hang` is the failure that it ends with then, if it is known already.
        work: of the server on the present try.
        connection: of a pool that the present try uses; None for none.
    """

    __slots__ = (
        "began_us", "connection", "deadline_us", "ended_us", "failure", "frame", "hang", "plan", "request", "server",
        "span_id", "tries", "work",
    )  # fmt: skip

    def __init__(self, frame: Frame, plan: "CallPlan", request: Request, began_us: int) -> None:
        self.frame = frame
        self.plan = plan
        self.request = request
        self.began_us = began_us
        self.ended_us = 0
        self.deadline_us = 0
        self.tries = 0
        self.server: Process | None = None
        self.failure: Failure | None = None
        self.hang: Failure | None = None
        self.work: Frame | None = None
        self.connection: int | None = None
        self.span_id = ""

    @property
    def call(self) -> "Call":
        """Return the call of the caller's program."""
        return self.plan.call

    @property
    def dependency(self) -> "Dependency":
        """Return what the caller's program knows of the server."""
        return self.plan.link.dependency

    @property
    def address(self) -> str:
        """Return host and port that were asked for."""
        return self.plan.link.address


class Sink:
    """Is told what happens; this one listens to nothing, as in runs that only ask whether the page fires."""

    def served(self, frame: Frame) -> None:
        """Note that a server ended its work on a call."""

    def called(self, attempt: Attempt) -> None:
        """Note that a client's call ended."""

    def worked(self, frame: Frame, span: str, span_id: str, times: tuple[int, int]) -> None:
        """Note a stretch of a frame's work that has a span of its own; `times` are of its begin and end."""

    def line(self, process: "Process", line: "Line", fields: dict[str, Any], request: Request | None) -> None:
        """Note that a process logged a line."""

    def stream(
        self,
        process: "Process",
        name: str,
        ids: tuple[str, str, str],
        times: tuple[int, int],
        failure: Failure,
    ) -> None:
        """Note that a stream ended: ids of trace, span and parent, times of begin and end."""
