"""The demo in a world, recorded while its cart cannot be reached for some minutes."""

from pathlib import Path
from typing import Any

import pytest

from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.recorder.recorder import Recorder
from itbench_sre.world.runtime.frames import Attempt, Frame
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.telemetry.recording import Recording
from itbench_sre.world.world import World

_CART = Ref("Deployment", "otel-demo", "cart")
_CACHE = Ref("Deployment", "otel-demo", "valkey-cart")


class Counting(Recording):
    """A recording that counts what it is told, sampled or not."""

    spans_told: dict[tuple[str, str], int]

    def served(self, frame: Frame) -> None:
        """Count a server's work."""
        self._count(frame.process.name, frame.operation.name)
        if frame.attempt is None:
            self._count(f"{frame.process.name}.visit", frame.operation.name)
        super().served(frame)

    def called(self, attempt: Attempt) -> None:
        """Count a client's call."""
        self._count(attempt.frame.process.name, attempt.call.dependency)
        super().called(attempt)

    def _count(self, *key: str) -> None:
        counts = self.__dict__.setdefault("spans_told", {})
        counts[key] = counts.get(key, 0) + 1


class Shop:
    """A world of the demo with a recorder, or without."""

    def __init__(self, seed: int = 1, scale: int = 1, visits: int = 50, *, is_recorded: bool = True) -> None:
        self.world = World(otel_demo(visits_per_minute=visits), seed)
        self.loop = self.world.loop
        self.meters = self.world.runtime.meters
        self.scraper = self.world.scraper
        self.application = self.world.application
        self._before = {key: list(counts) for key, counts in self.meters.series.items()}
        self.recorder: Recorder | None = None
        if is_recorded:
            self.recorder = Recorder.of(self.world, scale)
            self.recorder.sink.__class__ = Counting
            self.recorder.start(self.loop.now_us + 2 * MINUTE_US)

    @property
    def told(self) -> dict[tuple[str, str], int]:
        """Return how often each service ended each operation, or called each other."""
        assert self.recorder is not None
        found: dict[tuple[str, str], int] = self.recorder.sink.__dict__["spans_told"]
        return found

    def break_cart(self) -> None:
        """Scale the cart down to nothing."""
        self.world.store.edit(_CART, {("spec", "replicas"): 0}, "kubectl-scale")

    def break_cache(self) -> None:
        """Scale the cart's cache down to nothing; it writes no spans, so that no series begins when it comes again."""
        self.world.store.edit(_CACHE, {("spec", "replicas"): 0}, "kubectl-scale")

    def repair_cache(self) -> None:
        """Scale it up again."""
        self.world.store.edit(_CACHE, {("spec", "replicas"): 1}, "kubectl-scale")

    def replace_cart(self) -> None:
        """Let the cart's pod be replaced."""
        pods = [
            Ref("Pod", "otel-demo", body["metadata"]["name"])
            for body in self.world.store.list("Pod", "otel-demo")
        ]
        self.world.store.delete(next(pod for pod in pods if pod.name.startswith("cart-")), "kubectl")

    def process(self, name: str) -> Process:
        """Return the process of a service that runs now."""
        return next(
            one for one in self.world.runtime.processes.values() if one.name == name and not one.is_over
        )

    def counted_before(self, span: str) -> int:
        """Return how many spans of a name had been counted when the recording began."""
        return sum(sum(counts) for key, counts in self._before.items() if key.span == span)

    def run(self, minutes: int) -> None:
        """Let time pass."""
        self.world.run_until(self.loop.now_us + minutes * MINUTE_US)


@pytest.fixture(scope="session")
def shop_type() -> type[Shop]:
    """The class of shops, for those that want one of their own."""
    return Shop


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A shop after thirteen minutes, the last six of them with a cart that cannot be reached, and its files."""
    shop = Shop()
    shop.loop.at(shop.loop.now_us + 7 * MINUTE_US, shop.break_cart)
    shop.loop.at(shop.loop.now_us + 3 * MINUTE_US, shop.replace_cart)
    shop.run(13)
    assert shop.recorder is not None
    directory = tmp_path_factory.mktemp("snapshot")
    shop.recorder.write(directory)
    return shop, directory
