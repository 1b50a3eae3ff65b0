"""Counters of everything that happened, sampled or not: what the collector's span metrics and the mesh count.

The runtime counts each frame and each attempt here, sink or not: its plans hold the lists of numbers, so that
counting is one addition; scrapes read them.
"""

from bisect import bisect_left
from typing import NamedTuple

from itbench_sre.world.application.model import Call, Dependency, Operation
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.telemetry.names import client_span, server_span, service_of

BOUNDS_MS = (2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10000, 15000)
"""Upper bounds of the span metrics' histogram, without +Inf: the collector's defaults."""

BOUNDS_US = tuple(bound * 1000 for bound in BOUNDS_MS)
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
        gauges: values in thousandths, set by the part that knows them, such as a broker's `kafka_consumer_group_lag_sum_ratio`.
    """

    def __init__(self) -> None:
        self.series: dict[SeriesKey, list[int]] = {}
        self.edges: dict[EdgeKey, list[int]] = {}
        self.gauges: dict[tuple[str, Labels], int] = {}

    def server_counts(
        self, place: Place, operation: Operation, *, is_root: bool, is_failed: bool
    ) -> list[int] | None:
        """Return the numbers in which work on calls of an operation is counted; None where it writes no span."""
        name, kind = server_span(place, operation, is_root=is_root)
        return self._counts(place, name, kind, is_failed=is_failed)

    def client_counts(
        self, place: Place, call: Call, dependency: Dependency, *, is_failed: bool
    ) -> list[int] | None:
        """Return the numbers in which the spans of a call are counted; None where it writes no span."""
        name, kind = client_span(place, call, dependency)
        return self._counts(place, name, kind, is_failed=is_failed)

    def edge_counts(self, place: Place, address: str, protocol: str, code: str) -> list[int]:
        """Return the numbers in which a mesh counts a program's calls of an address that end with `code`."""
        key = EdgeKey(service_of(place), place.pod.namespace, address, protocol, code)
        return self.edges.setdefault(key, [0] * _SIZE)

    def span(self, key: SeriesKey, duration_us: int) -> None:
        """Count a span that belongs to no frame or attempt, as a stream's."""
        counts = self.series.get(key)
        if counts is None:
            counts = self.series[key] = [0] * _SIZE
        counts[bisect_left(BOUNDS_US, duration_us)] += 1

    def _counts(self, place: Place, name: str, kind: str, *, is_failed: bool) -> list[int] | None:
        if not name:
            return None
        status = "ERROR" if is_failed else "UNSET"
        key = SeriesKey(service_of(place), place.uid, place.pod.namespace, name, kind, status)
        return self.series.setdefault(key, [0] * _SIZE)
