"""Prometheus' scrapes: the state of all counters and gauges, once a minute per target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import MINUTE_US, Loop

if TYPE_CHECKING:
    from itbench_sre.simulator.cluster import Cluster
    from itbench_sre.simulator.pods import Pod
    from itbench_sre.simulator.randomness import Randomness
    from itbench_sre.simulator.telemetry import SeriesKey, Telemetry

INTERVAL_US = MINUTE_US


@dataclass(frozen=True, slots=True)
class PodSample:
    """What the kubelet says of a container: CPU in us, memory in bytes, CFS periods."""

    time_ms: int
    cpu_us: int
    memory: int
    periods: int
    throttled: int


@dataclass(frozen=True, slots=True)
class StateSample:
    """What kube-state-metrics says of the shop's pods, and the Kafka clients of their connections."""

    time_ms: int
    pending: int
    failed: int
    crashing: int
    closure_rate: float


class Scrapes:
    """Takes and keeps the samples of the shop."""

    def __init__(self, loop: Loop, random: Randomness, cluster: Cluster, telemetry: Telemetry) -> None:
        self.series: dict[SeriesKey, list[tuple[int, tuple[int, ...]]]] = {}
        self.pods: dict[str, list[PodSample]] = {}
        self.owners: dict[str, Pod] = {}
        self.states: list[StateSample] = []
        self._loop = loop
        self._cluster = cluster
        self._telemetry = telemetry
        self._noise = random.fork("memory")
        phase = random.fork("scrapes")
        for scrape in (self._scrape_spans, self._scrape_pods, self._scrape_state):
            # A scrape offset is in milliseconds, as Prometheus aligns its samples.
            loop.at((loop.now_us // 1000 + phase.below(60_000)) * 1000, scrape)

    def _scrape_spans(self) -> None:
        now_ms = self._loop.now_us // 1000
        for key, counts in self._telemetry.series.items():
            running = 0
            cumulative = []
            for count in counts:
                running += count
                cumulative.append(running)
            self.series.setdefault(key, []).append((now_ms, tuple(cumulative)))
        self._loop.after(INTERVAL_US, self._scrape_spans)

    def _scrape_pods(self) -> None:
        now_us = self._loop.now_us
        for pod in self._cluster.all_pods:
            if pod.is_gone or not pod.is_serving:
                continue
            age_us = now_us - pod.started_us
            # A process burns some CPU whatever it serves: about 6 ms a second here.
            cpu_us = pod.cpu_us + age_us * 6 // 1000
            memory = (pod.service.memory_base << 20) + pod.active * 180_000 + min(age_us // 1000, 9_000_000)
            memory += self._noise.below(700_000) & ~4095
            limit = pod.service.memory_limit << 20
            sample = PodSample(
                now_us // 1000,
                cpu_us,
                min(memory, limit),
                age_us // 100_000,
                cpu_us // 900_000,
            )
            self.pods.setdefault(pod.name, []).append(sample)
            self.owners[pod.name] = pod
        self._loop.after(INTERVAL_US, self._scrape_pods)

    def _scrape_state(self) -> None:
        alive = [pod for pod in self._cluster.all_pods if not pod.is_gone]
        closed_us = self._telemetry.closures.get("kafka", 0)
        is_recent = closed_us and self._loop.now_us - closed_us < INTERVAL_US
        sample = StateSample(
            self._loop.now_us // 1000,
            sum(pod.phase == "Pending" for pod in alive),
            sum(pod.phase == "Failed" for pod in alive),
            sum(pod.waiting == "CrashLoopBackOff" for pod in alive),
            2 / 30 if is_recent else 0.0,
        )
        self.states.append(sample)
        self._loop.after(INTERVAL_US, self._scrape_state)
