"""Counters of everything that happened, sampled or not: what the collector's span metrics and the mesh count.

The runtime counts each frame and each attempt here, sink or not; scrapes read the numbers.
"""

from bisect import bisect_left
from typing import NamedTuple

from itbench_sre.world.runtime.frames import Attempt, Frame
from itbench_sre.world.telemetry.names import client_span, server_span, service_of

BOUNDS_MS = (2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10000, 15000)
"""Upper bounds of the span metrics' histogram, without +Inf: the collector's defaults."""

_BOUNDS_US = tuple(bound * 1000 for bound in BOUNDS_MS)
_SIZE = len(BOUNDS_MS) + 1

Labels = tuple[tuple[str, str], ...]


class SeriesKey(NamedTuple):
    """One series of span metrics.

    Attributes:
        uid: of the pod.
        status: `UNSET` or `ERROR`.
    """

    service: str
    uid: str
    namespace: str
    span: str
    kind: str
    status: str


class EdgeKey(NamedTuple):
    """Calls of one service to an address, as a mesh counts them; `code` is empty where the call went well."""

    caller: str
    namespace: str
    address: str
    protocol: str
    code: str


class Meters:
    """All counters.

    Attributes:
        series: spans by their duration, one number a bucket, not cumulative, +Inf last.
        edges: calls by their duration, in the same buckets.
        gauges: values in thousandths, set by whoever knows them, such as a broker's `kafka_consumer_group_lag_sum_ratio`.
    """

    def __init__(self) -> None:
        self.series: dict[SeriesKey, list[int]] = {}
        self.edges: dict[EdgeKey, list[int]] = {}
        self.gauges: dict[tuple[str, Labels], int] = {}
        self._known: dict[tuple[str, int, str, str, bool], list[int] | None] = {}
        self._edge: dict[tuple[str, str, str, str], list[int]] = {}

    def served(self, frame: Frame) -> None:
        """Count a server's work on a call."""
        place = frame.process.place
        is_failed = frame.failure is not None
        known = (place.uid, place.restart, frame.operation.name, frame.parent_span and "s", is_failed)
        try:
            counts = self._known[known]
        except KeyError:
            name, kind = server_span(place, frame.operation, is_root=not frame.parent_span)
            counts = self._known[known] = self._counts(frame, name, kind, is_failed=is_failed)
        if counts is not None:
            counts[bisect_left(_BOUNDS_US, frame.ended_us - frame.began_us)] += 1

    def called(self, attempt: Attempt) -> None:
        """Count a client's call."""
        frame = attempt.frame
        place = frame.process.place
        failure = attempt.failure
        call = attempt.call
        known = (place.uid, place.restart, call.dependency, call.span or call.operation, failure is not None)
        try:
            counts = self._known[known]
        except KeyError:
            name, kind = client_span(place, call, attempt.dependency)
            counts = self._known[known] = self._counts(frame, name, kind, is_failed=failure is not None)
        bucket = bisect_left(_BOUNDS_US, attempt.ended_us - attempt.began_us)
        if counts is not None:
            counts[bucket] += 1
        edge = (place.pod.namespace, place.container, attempt.address, failure.code if failure else "")
        calls = self._edge.get(edge)
        if calls is None:
            calls = self._edge[edge] = self._calls(attempt, edge[3])
        calls[bucket] += 1

    def span(self, key: SeriesKey, duration_us: int) -> None:
        """Count a span that belongs to no frame or attempt, as a stream's."""
        counts = self.series.get(key)
        if counts is None:
            counts = self.series[key] = [0] * _SIZE
        counts[bisect_left(_BOUNDS_US, duration_us)] += 1

    def _counts(self, frame: Frame, name: str, kind: str, *, is_failed: bool) -> list[int] | None:
        if not name:
            return None
        place = frame.process.place
        status = "ERROR" if is_failed else "UNSET"
        key = SeriesKey(service_of(place), place.uid, place.pod.namespace, name, kind, status)
        return self.series.setdefault(key, [0] * _SIZE)

    def _calls(self, attempt: Attempt, code: str) -> list[int]:
        place = attempt.frame.process.place
        protocol = str(attempt.dependency.protocol)
        key = EdgeKey(service_of(place), place.pod.namespace, attempt.address, protocol, code)
        return self.edges.setdefault(key, [0] * _SIZE)
