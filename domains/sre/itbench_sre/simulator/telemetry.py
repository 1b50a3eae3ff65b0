"""What the shop reports of itself: spans, logs, span metrics, and which service was slow or failing for which other."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench_sre.simulator.frames import Failure, Request
    from itbench_sre.simulator.pods import Pod
    from itbench_sre.world.clock.loop import Loop

BOUNDS_MS: tuple[int, ...] = (10, 100, 400, 1000, 2000, 5000, 15000)
"""Upper bounds of the span metrics' histogram, without +Inf; the collector's ConfigMap says the same."""

_BOUNDS_US = tuple(bound * 1000 for bound in BOUNDS_MS)

SeriesKey = tuple[str, str, str, str, str]
"""(service, pod uid, span name, span kind, status)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A finished span of a sampled trace."""

    began_us: int
    duration_us: int
    trace_id: str
    span_id: str
    parent_id: str
    pod: Pod
    name: str
    kind: str
    system: str
    peer: str
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Log:
    """One log record of a service."""

    time_us: int
    pod: Pod
    severity: str
    number: int
    body: str
    trace_id: str
    span_id: str
    attributes: tuple[tuple[str, str], ...]


class Telemetry:
    """Collects spans and logs and counts every call, sampled or not."""

    def __init__(self, loop: Loop, since_us: int) -> None:
        self.spans: list[Span] = []
        self.logs: list[Log] = []
        self.series: dict[SeriesKey, list[int]] = {}
        self.edges: dict[tuple[str, str], list[int]] = {}
        self.closures: dict[str, int] = {}
        self._loop = loop
        self._since_us = since_us

    def span(
        self,
        pod: Pod,
        name: str,
        kind: str,
        system: str,
        peer: str,
        began_us: int,
        request: Request,
        span_id: str,
        parent_id: str,
        failure: Failure | None,
    ) -> None:
        """Count a span that ends now, and keep it where its trace is sampled."""
        duration_us = self._loop.now_us - began_us
        if pod.service.has_metrics:
            status = "ERROR" if failure else "UNSET"
            key = (pod.service.name, pod.uid, name, kind, status)
            counts = self.series.get(key)
            if counts is None:
                counts = self.series[key] = [0] * (len(BOUNDS_MS) + 1)
            counts[bisect_left(_BOUNDS_US, duration_us)] += 1
        if request.is_sampled and began_us >= self._since_us:
            self.spans.append(
                Span(
                    began_us,
                    duration_us,
                    request.trace_id,
                    span_id,
                    parent_id,
                    pod,
                    name,
                    kind,
                    system,
                    peer,
                    failure,
                )
            )

    def edge(self, caller: str, callee: str, duration_us: int, *, is_failed: bool) -> None:
        """Count a call of one service to another: calls, failures, time."""
        counts = self.edges.get((caller, callee))
        if counts is None:
            counts = self.edges[caller, callee] = [0, 0, 0]
        counts[0] += 1
        counts[1] += is_failed
        counts[2] += duration_us

    def log(
        self,
        pod: Pod,
        severity: str,
        number: int,
        body: str,
        *,
        trace_id: str = "",
        span_id: str = "",
        attributes: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Write a log record now."""
        now_us = self._loop.now_us
        if now_us >= self._since_us:
            self.logs.append(Log(now_us, pod, severity, number, body, trace_id, span_id, attributes))
