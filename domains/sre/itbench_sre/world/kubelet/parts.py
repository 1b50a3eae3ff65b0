"""What a kubelet works with, and what it asks of the container runtime below it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.kubelet.registry import Registry
from itbench_sre.world.runtime.frames import Failure
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.store import Store


class ContainerRuntime(Protocol):
    """Runs what containers hold; it tells the kubelet of each end by `ended`."""

    def start(self, place: Place) -> Process:
        """Start a container; where that fails, `ended` is called with `StartError` before this returns."""
        ...

    def stop(self, process: Process, *, is_killed: bool) -> None:
        """Ask a process to end (SIGTERM), or end it (SIGKILL)."""
        ...

    def lose(self, process: Process) -> None:
        """End a process that is gone with its node, without a word to anybody."""
        ...

    def limit(self, process: Process, *, cpu_limit_m: int, memory_limit: int) -> None:
        """Change the limits of a process in place."""
        ...

    def mounted(self, process: Process, files: Mapping[str, str]) -> None:
        """Show a process files that were renewed."""
        ...

    def probe(self, process: Process, probe: JsonObject) -> Failure | None:
        """Probe a process now; the message is what stands after `Readiness probe failed: `."""
        ...


@dataclass(slots=True, eq=False)
class Parts:
    """What all kubelets of a cluster share."""

    store: Store
    loop: Loop
    events: EventWriter
    registry: Registry
    runtime: ContainerRuntime
    seed: int
