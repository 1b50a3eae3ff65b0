"""What the kubelet's cAdvisor says of containers: processor time, throttling, memory, from what processes used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol as Shape

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime.process import Process

_PAGE = 4096


class Runs(Shape):
    """Where the running processes are, in order of their start."""

    @property
    def processes(self) -> Mapping[int, Process]:
        """Return them by number."""


@dataclass(slots=True)
class Usage:
    """What a container has used when it was last looked at.

    Attributes:
        cgroup: its name at containerd; one of its own until the kubelet has told it.
        rate_m: processor time in thousandths of a core since the look before.
        rates_m: the same of the last ten looks.
        periods: of the CFS scheduler in which it ran; `throttled` of them were cut.
        memory: working set; `peak` the most so far.
    """

    process: Process
    cgroup: str
    seen_us: int
    cpu_us: int = 0
    rate_m: int = 0
    rates_m: tuple[int, ...] = ()
    periods: int = 0
    throttled: int = 0
    memory: int = 0
    peak: int = 0
    looks: int = 0


class Cadvisor:
    """Looks at all containers, every 30 seconds."""

    def __init__(self, runs: Runs, seed: int) -> None:
        self._runs = runs
        self._seed = mixed(seed, "cadvisor")
        self._usages: dict[tuple[str, str, int], Usage] = {}

    def look(self, now_us: int, namespace: str) -> list[Usage]:
        """Return what each running container of a namespace has used."""
        present = {}
        for process in self._runs.processes.values():
            place = process.place
            if process.is_over or place.pod.namespace != namespace or not place.image.program:
                continue
            key = (place.uid, place.container, place.restart)
            usage = self._usages.get(key)
            if usage is None:
                cgroup = Randomness(mixed(self._seed, " ".join(map(str, key))))
                name = cgroup.hexadecimal(32) + cgroup.hexadecimal(32)
                usage = Usage(process, name, process.started_us)
            self._update(usage, now_us)
            present[key] = usage
        self._usages = present
        return list(present.values())

    def _update(self, usage: Usage, now_us: int) -> None:
        process = usage.process
        elapsed_us = max(now_us - usage.seen_us, 1)
        used_us = max(process.cpu_us - usage.cpu_us, 0)
        usage.rate_m = used_us * 1000 // elapsed_us
        usage.rates_m = (*usage.rates_m[-9:], usage.rate_m)
        usage.periods, usage.throttled = process.periods, process.throttled_periods
        usage.cpu_us, usage.seen_us = process.cpu_us, now_us
        usage.looks += 1
        jitter = Randomness(mixed(self._seed, f"{usage.cgroup} {usage.looks}")).below(1024)
        held = process.memory + process.burnt
        memory = held + (held * jitter >> 18)
        if process.memory_limit:
            memory = min(memory, process.memory_limit)
        usage.memory = memory - memory % _PAGE
        usage.peak = max(usage.peak, usage.memory, process.memory_peak)


def container_values(usage: Usage) -> Iterator[tuple[str, str, int]]:
    """Yield metric, label of its own, and value of a container; seconds of processor time are in microseconds."""
    memory = usage.memory
    cache = usage.process.place.image.size // 11 // _PAGE * _PAGE
    active, inactive = cache // 10 // _PAGE * _PAGE, cache // 3 // _PAGE * _PAGE
    if usage.process.limit_m:
        yield "container_cpu_cfs_periods_total", "", usage.periods
        yield "container_cpu_cfs_throttled_periods_total", "", usage.throttled
    yield "container_cpu_load_d_average_10s", "", 0
    yield "container_cpu_usage_seconds_total", "cpu", usage.cpu_us
    yield "container_memory_cache", "", cache
    yield "container_memory_failcnt", "", 0
    for scope in ("container", "hierarchy"):
        yield "container_memory_failures_total", f"pgfault {scope}", usage.cpu_us // 310 + memory // 9000
        yield "container_memory_failures_total", f"pgmajfault {scope}", cache // 900_000
    yield "container_memory_kernel_usage", "", 0
    yield "container_memory_max_usage_bytes", "", usage.peak + inactive
    yield "container_memory_rss", "", max(memory - active - memory // 40 // _PAGE * _PAGE, _PAGE)
    yield "container_memory_total_active_file_bytes", "", active
    yield "container_memory_total_inactive_file_bytes", "", inactive
    yield "container_memory_usage_bytes", "", memory + inactive
    yield "container_memory_working_set_bytes", "", memory
