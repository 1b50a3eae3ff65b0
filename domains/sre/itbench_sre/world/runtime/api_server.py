"""How busy the Kubernetes API server is: what nodes and controllers ask of it, and what pods ask beside."""

from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import SECOND_US

if TYPE_CHECKING:
    from itbench_sre.world.runtime.runtime import Runtime

_LOOK_US = 10 * SECOND_US
CAPACITY = 500
"""Requests that it answers in a second."""

LOOP_PER_MINUTE = 600
"""Requests of a loop in a script that does not pause, in a minute."""

_USUAL_MS = 25
_METRIC = "cluster_quantile:apiserver_request_sli_duration_seconds:histogram_quantile"
_LABELS = (("quantile", "0.99"), ("resource", "pods"), ("verb", "LIST"))


class ApiServer:
    """The load of the API server, and its slowest answers as its metrics tell them.

    Attributes:
        per_second: requests that it gets now.
    """

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self.per_second = 0

    def usual(self) -> int:
        """Return the requests of kubelets and controllers in a second: the more pods, the more."""
        return 20 + sum(1 for _ in self._runtime.store.list("Pod")) // 2

    def look(self) -> None:
        """Add up what is asked, and note how late the slowest answers are."""
        runtime = self._runtime
        asked = sum(runtime.jobs.asking.values()) // 60
        self.per_second = self.usual() + asked
        free = CAPACITY - self.per_second
        late_ms = _USUAL_MS * CAPACITY // max(free, CAPACITY // 100) + max(-free, 0) * 10
        runtime.meters.gauges[_METRIC, _LABELS] = late_ms
        runtime.loop.after(_LOOK_US, self.look)
