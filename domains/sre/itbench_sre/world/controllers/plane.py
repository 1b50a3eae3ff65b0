"""What every controller is given: the store, the clock, the writer of events, and the seed of its delays."""

from dataclasses import dataclass

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.store.store import Store

MANAGER = "kube-controller-manager"


@dataclass(slots=True, eq=False)
class Plane:
    """The control plane as one controller sees it."""

    store: Store
    loop: Loop
    events: EventWriter
    seed: int
