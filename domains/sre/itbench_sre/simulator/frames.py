"""Requests on their way: a frame is an operation a pod works on, an attempt is a call that waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench_sre.simulator.calls import Call, Operation
    from itbench_sre.simulator.pods import Pod
    from itbench_sre.simulator.pools import Connection
    from itbench_sre.simulator.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call or an operation failed; `code` is a gRPC status name."""

    code: str
    message: str
    is_retryable: bool = False


@dataclass(slots=True, eq=False)
class Request:
    """One request of a user, or one order read from the log, and its own random numbers."""

    number: int
    kind: str
    trace_id: str
    is_sampled: bool
    random: Randomness
    user: str


@dataclass(slots=True, eq=False)
class Frame:
    """An operation in progress in a pod."""

    operation: Operation
    request: Request
    pod: Pod
    span_id: str
    began_us: int
    attempt: Attempt | None
    parent_span: str = ""
    place: int = 0
    repeat: int = 0
    is_over: bool = False


@dataclass(slots=True, eq=False)
class Attempt:
    """A remote call, retries included; `frame` is who waits for it (None: the user's browser)."""

    call: Call
    request: Request
    frame: Frame | None
    caller: str
    span_id: str
    began_us: int
    target: str
    tries: int = 0
    is_over: bool = False
    connection: Connection | None = None
    server: Pod | None = None
