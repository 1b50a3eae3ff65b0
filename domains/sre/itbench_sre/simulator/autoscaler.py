"""The HorizontalPodAutoscalers of the shop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import NAMESPACE
from itbench_sre.simulator.events import Subject

if TYPE_CHECKING:
    from itbench_sre.simulator.cluster import Cluster

_PERIOD_US = 15_000_000
_WINDOW = 4


@dataclass(slots=True, kw_only=True, eq=False)
class Autoscaler:
    """Keeps the CPU use of a Deployment's pods near a percentage of their requests."""

    name: str
    cluster: Cluster
    target: int
    least: int
    most: int
    uid: str
    version: int
    created_us: int
    current: int = 0
    wished: int = 1
    scaled_us: int = 0
    history: list[dict[str, int]] = field(default_factory=list)

    def tick(self) -> None:
        """Look at the CPU used over the last minute and rescale where it is 10 % off."""
        self.cluster.loop.after(_PERIOD_US, self.tick)
        deployment = self.cluster.deployments[self.name]
        pods = [pod for pod in deployment.pods if pod.is_ready]
        self.history = [*self.history[-_WINDOW:], {pod.name: pod.cpu_us for pod in pods}]
        before = self.history[0]
        shares = [pod.cpu_us - before[pod.name] for pod in pods if pod.name in before]
        span_us = _PERIOD_US * (len(self.history) - 1)
        if not shares or not span_us:
            return
        request = deployment.template.cpu_request
        self.current = 100 * sum(shares) * 1000 // (span_us * len(shares) * request)
        count = len([pod for pod in pods if not pod.is_deleting])
        wished = -(-count * self.current // self.target)
        if abs(self.current - self.target) * 10 <= self.target:
            wished = count
        self._rescale(max(self.least, min(self.most, wished)), deployment.replicas)

    def _rescale(self, wished: int, replicas: int) -> None:
        self.wished = wished
        # A scale-down waits for the five minutes of the stabilisation window: outside our windows.
        if wished <= replicas:
            return
        self.version = self.cluster.next_version()
        self.scaled_us = self.cluster.loop.now_us
        subject = Subject(
            kind="HorizontalPodAutoscaler",
            name=self.name,
            namespace=NAMESPACE,
            uid=self.uid,
            api_version="autoscaling/v2",
            version=self.version,
        )
        message = f"New size: {wished}; reason: cpu resource utilization (percentage of request) above target"
        self.cluster.events.emit(subject, "SuccessfulRescale", message, "horizontal-pod-autoscaler")
        self.cluster.scale(self.name, wished, "kube-controller-manager")
