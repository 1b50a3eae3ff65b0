"""The work queue of a controller, as client-go's: a key waits there once, and one that failed waits longer each time."""

from collections.abc import Callable

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.clock.randomness import EXPONENTIAL, Randomness, mixed
from itbench_sre.world.store.refs import Ref

_FIRST_RETRY_US = 5_000
_LAST_RETRY_US = 1_000_000_000
_MEAN_LATENCY_US = 12_000  # of the informer and of the queue together


class Queue:
    """Keys of objects to look at again, each with its own stream of delays.

    Attributes:
        first_retry_us, last_retry_us: bounds of the exponential back-off.
    """

    __slots__ = (
        "_due",
        "_failures",
        "_later",
        "_loop",
        "_ordinals",
        "_seed",
        "_work",
        "first_retry_us",
        "last_retry_us",
        "mean_us",
    )

    def __init__(
        self, loop: Loop, seed: int, name: str, work: Callable[[Ref], object], mean_us: int = _MEAN_LATENCY_US
    ) -> None:
        self._loop = loop
        self._seed = mixed(seed, name)
        self._work = work
        self._due: dict[Ref, int] = {}
        self._later: dict[Ref, int] = {}
        self._failures: dict[Ref, int] = {}
        self._ordinals: dict[Ref, int] = {}
        self.mean_us = mean_us
        self.first_retry_us = _FIRST_RETRY_US
        self.last_retry_us = _LAST_RETRY_US

    def add(self, key: Ref) -> None:
        """Look at `key` soon: after what an informer and a queue take."""
        if key in self._due:
            return
        now_us = self._loop.now_us
        self._ordinals[key] = ordinal = self._ordinals.get(key, 0) + 1
        random = Randomness(mixed(self._seed, f"{key} {ordinal}"))
        self._due[key] = time_us = now_us + 1000 + random.spread(self.mean_us, EXPONENTIAL)
        self._loop.at(time_us, self._run, key, time_us)

    def after(self, key: Ref, delay_us: int) -> None:
        """Look at `key` after a delay; of several delays the first to end counts."""
        time_us = self._loop.now_us + max(delay_us, 1000)
        later = self._later.get(key)
        if later is None or time_us < later:
            self._later[key] = time_us
            self._loop.at(time_us, self._ripen, key, time_us)

    def retry(self, key: Ref) -> None:
        """Look at a key again that could not be worked on, later each time."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        self.after(key, min(self.first_retry_us << min(failures, 40), self.last_retry_us))

    def forget(self, key: Ref) -> None:
        """Let the next failure of a key count as its first."""
        self._failures.pop(key, None)

    def _ripen(self, key: Ref, time_us: int) -> None:
        if self._later.get(key) == time_us:
            del self._later[key]
            self._work(key)

    def _run(self, key: Ref, time_us: int) -> None:
        if self._due.get(key) == time_us:
            del self._due[key]
            self._work(key)
