"""A span, before anything is encoded, and the ids by which the same trial is the same trace wherever it is sent from."""

import hashlib
from dataclasses import dataclass, field
from typing import TypeAlias

Attribute: TypeAlias = str | int | float | bool | list[str]
NANOSECONDS = 1_000_000_000
SCOPE = "itbench"
"""The name of the instrumentation scope and of the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened in a span.

    Attributes:
        name: of the event.
        at_ns: nanoseconds since 1970.
        attributes: by name.
    """

    name: str
    at_ns: int
    attributes: dict[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One operation.

    Attributes:
        trace_id, span_id, parent_id: as integers of 128 and 64 bits; the parent is None for a trial as a whole.
        name: of the operation and what it is done with.
        is_client: whether it asks a program elsewhere.
        began_ns, ended_ns: nanoseconds since 1970.
        attributes: by name.
        error: why it failed; None where it did not.
        moments: what happened in it.
    """

    trace_id: int
    span_id: int
    parent_id: int | None
    name: str
    is_client: bool
    began_ns: int
    ended_ns: int
    attributes: dict[str, Attribute]
    error: str | None = None
    moments: tuple[Moment, ...] = ()


def trace_id_of(run: str, task: str, repeat: int, attempt: int) -> int:
    """Return the id of the trace of one attempt at a trial; never 0."""
    return _number(f"{run}/{task}/{repeat}/{attempt}", 16)


def span_id_of(trace_id: int, place: int) -> int:
    """Return the id of the span at a place of a trace; never 0."""
    return _number(f"{trace_id:032x}/{place}", 8)


def _number(text: str, size: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size]) or 1
