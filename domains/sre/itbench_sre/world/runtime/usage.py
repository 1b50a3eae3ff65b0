"""What processes use of their nodes, looked at each second: processor time, memory, and who is killed for it."""

from typing import TYPE_CHECKING

from itbench_sre.world.runtime.process import Process

if TYPE_CHECKING:
    from itbench_sre.world.runtime.runtime import Runtime

_SECOND_US = 1_000_000
_CROWD = 8  # runnable for each core, from which on everybody waits
_PERIODS = 10  # of the processor's quota in a second
_IDLE_S = 5  # what is used while nothing is asked is added up once in so many seconds


class NodeLoad:
    """A node and what runs on it.

    Attributes:
        cores_m: thousandths of cores.
        second: of the last look; `used_us` is the processor time that its processes used in the one before it.
        is_stretched: whether the computations of some process take longer than alone.
    """

    __slots__ = ("cores_m", "is_stretched", "name", "processes", "second", "used_us")

    def __init__(self, name: str, cores_m: int) -> None:
        self.name = name
        self.cores_m = cores_m
        self.processes: list[Process] = []
        self.used_us = 0
        self.second = 0
        self.is_stretched = False

    def look(self, runtime: "Runtime", second: int) -> None:
        """Settle the last second: counters, stretch of computations, limits of memory."""
        self.second = second
        idles = second % _IDLE_S == 0
        wanted_us = 0
        exceeding: list[Process] = []
        for process in self.processes:
            if idles:
                process.cpu_us += process.idle_us * _IDLE_S
            if process.burn_m:
                _burn(process)
            used_us = process.cpu_us - process.seen_cpu_us
            memory = process.memory + process.burnt
            if not used_us and memory == process.seen_memory:
                continue  # most have done nothing since the last look
            mean_us = process.last_mean_us if process.looked_s == second - 1 else process.mean_before(second)
            process.looked_s = second
            process.last_used_us = used_us
            process.last_mean_us = mean_us + (used_us - mean_us) // 16
            process.seen_memory = memory
            if used_us:
                process.seen_cpu_us += used_us
                wanted_us += used_us
                if process.rate_m:
                    _count_periods(process)
            if memory > process.memory_peak:
                process.memory_peak = memory
            if memory > process.memory_limit > 0:
                exceeding.append(process)
        self.used_us = wanted_us
        if self.is_stretched or wanted_us > self.cores_m * 1000:
            self._share(wanted_us)
        for process in exceeding:
            runtime.out_of_memory(process)

    def _share(self, wanted_us: int) -> None:
        """Give each process its share by requests, and stretch the computations of those that want more."""
        capacity_us = self.cores_m * 1000
        self.is_stretched = False
        weights = sum(max(2, process.place.cpu_request_m) for process in self.processes) or 1
        # Who wants little gets it, yet waits for its turn among all that are runnable.
        crowd = wanted_us // capacity_us
        for process in self.processes:
            share_us = capacity_us * max(2, process.place.cpu_request_m) // weights
            stretch = 256
            if wanted_us > capacity_us and process.used_us > share_us:
                over_us = process.used_us - share_us
                rest_us = over_us * capacity_us // max(1, wanted_us)
                stretch = 256 * process.used_us // max(1, share_us + rest_us)
            if crowd >= _CROWD:
                stretch = max(stretch, 256 * crowd)
            process.stretch = max(256, (process.stretch * 3 + min(stretch, 256 * 120)) // 4)
            self.is_stretched = self.is_stretched or process.stretch != 256


def _burn(process: Process) -> None:
    """Use what burners in the container take, up to its limit."""
    wanted_m = process.burn_m
    if process.limit_m:
        own_m = (process.cpu_us - process.seen_cpu_us) // 1000
        wanted_m = min(wanted_m, max(0, process.limit_m - own_m))
    process.cpu_us += wanted_m * 1000


def _count_periods(process: Process) -> None:
    """Count the periods of the processor's quota, and those in which it was used up."""
    process.periods += _PERIODS
    if process.throttled_us != process.seen_throttled_us:
        late_us = process.throttled_us - process.seen_throttled_us
        process.throttled_us = process.seen_throttled_us + min(late_us, 1_000_000)
        process.seen_throttled_us = process.throttled_us
        process.throttled_periods += min(_PERIODS, 1 + late_us // 100_000)
    elif process.burn_m and process.burn_m >= process.limit_m:
        process.throttled_periods += _PERIODS
        process.throttled_us += 400_000
        process.seen_throttled_us = process.throttled_us


def rate_of(process: Process) -> int:
    """Return the thousandths of a core that a process' own work gets, 0 for no limit; burners beside it take theirs."""
    limit_m = process.limit_m
    if not limit_m or not process.burn_m:
        return limit_m
    threads = 1 + (process.burn_m + 999) // 1000  # among which the kernel is fair
    return max(1, limit_m - process.burn_m, limit_m // threads)
