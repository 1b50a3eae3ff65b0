"""A cluster with an application in it, that has been running for a while and is about to be recorded."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Self

from itbench_sre.world.application.model import Application
from itbench_sre.world.application.platform import Platform, platform
from itbench_sre.world.application.platform.room import workers_for
from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US, Loop
from itbench_sre.world.controllers.all import Controllers
from itbench_sre.world.controllers.chaos import Experiments, Schedules
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.controllers.plane import Plane
from itbench_sre.world.copying import Snapshot, parts_of
from itbench_sre.world.kubelet.kubelets import Kubelets
from itbench_sre.world.kubelet.registry import Registry
from itbench_sre.world.runtime.api_server import ApiServer
from itbench_sre.world.runtime.frames import Sink
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.runtime.runtime import Runtime
from itbench_sre.world.runtime.users import Users
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.generations import groups_of
from itbench_sre.world.telemetry.ruler import PAGE, Ruler
from itbench_sre.world.telemetry.scrapes import Scraper
from itbench_sre.world.telemetry.streams import Streams

START_US = 1_765_819_500_000_000  # 2025-12-15 17:25:00
_USERS_BEFORE_US = 4 * MINUTE_US


class World:
    """All of a simulated company's cluster; settled, it stands at `start_us`.

    Attributes:
        start_us: when recording may begin.
        store, loop, events, runtime, kubelets, controllers, users: the parts.
        api_server: how busy the Kubernetes API is.
        experiments, schedules: those of Chaos Mesh.
        fixed: what never changes, which copies share.
        scraper, ruler: what is measured for the alerting rules, and those.
    """

    def __init__(
        self,
        application: Application,
        seed: int,
        sink: Sink | None = None,
        *,
        start_us: int = START_US,
        settle_minutes: int = 30,
        workers: int = 0,
        standing: Platform | None = None,
        is_flat: bool = False,
    ) -> None:
        """Put the parts together, deploy the application, and let it start; traffic comes some minutes before the end.

        `workers` is the number of worker nodes, 0 for as many as the application needs.
        """
        begin_us = start_us - settle_minutes * MINUTE_US
        self.application = application
        self.seed = seed
        self.start_us = start_us
        self.loop = loop = Loop(begin_us)
        self.store = Store(loop, seed)
        self.events = EventWriter(self.store, loop, seed)
        self.runtime = Runtime(loop, self.store, seed, sink)
        self.runtime.jobs.fields = application.fields
        standing = standing or platform(seed, workers=workers or workers_for(application))
        self.registry = Registry((*standing.images, *application.images))
        self._connect(seed, sink)
        self.users = Users(self.runtime, application, seed, is_flat=is_flat)
        self.scraper = Scraper(loop, seed, self.store, self.runtime.meters, application.namespace)
        self.ruler = Ruler(loop, self.scraper.samples, groups_of(application), seed)
        self.fixed = parts_of(application, standing.objects, standing.images, self.ruler.groups)
        self._deploy(standing)
        self.run_until(start_us - _USERS_BEFORE_US)
        self.users.begin()
        self.scraper.start(is_meshed="mesh" in application.rules)
        self.ruler.start()
        self.run_until(start_us)

    def _connect(self, seed: int, sink: Sink | None) -> None:
        """Put kubelets, controllers, chaos and streams around the runtime."""
        loop = self.loop
        self.kubelets = Kubelets(self.store, loop, self.events, self.registry, self.runtime, seed)
        self.runtime.kubelets = self.kubelets
        self.runtime.on_wrote = self.kubelets.wrote
        self.controllers = Controllers(Plane(self.store, loop, self.events, seed), self.runtime.usage)
        self.controllers.nodes.listen(self.kubelets.seen_us)
        kill = self.kubelets.kill_container
        self.api_server = ApiServer(self.runtime)
        self.loop.after(10 * SECOND_US, self.api_server.look)
        self.experiments = Experiments(self.store, loop, self.events, self.runtime.effects, kill, seed)
        self.schedules = Schedules(self.store, loop, self.events, seed)
        self.streams = Streams(loop, seed, self.runtime.meters, self.runtime.calls.sink)
        self.runtime.on_ready.append(self.streams.started)
        self.runtime.on_over.append(self.streams.ended)
        self.runtime.on_disk = self._note_disk

    @property
    def meters(self) -> object:
        """Return the counters of calls."""
        return self.runtime.meters

    @property
    def sink(self) -> Sink:
        """Return who is told what happens."""
        return self.runtime.calls.sink

    def _deploy(self, standing: Platform) -> None:
        """Bring the standing part of the cluster, and install the application as its release tool does."""
        for body in standing.objects:
            self.store.create(body, "kubelet" if body["kind"] == "Node" else "helm")
        images = (*standing.images, *self.application.images)
        self.fixed += self.kubelets.preload(*(image.reference for image in images))
        for body in self.application.objects:
            metadata = body["metadata"]
            if self.store.get(Ref(body["kind"], metadata.get("namespace", ""), metadata["name"])) is None:
                self.store.create(body, self.application.manager)

    def _note_disk(self, process: Process, used: int) -> None:
        if process.place.node not in self.kubelets:
            return
        kubelet = self.kubelets[process.place.node]
        pod = self.store.get(process.place.pod) or {"spec": {}}
        if any("hostPath" in volume for volume in pod["spec"].get("volumes") or ()):
            kubelet.stray_disk = max(
                kubelet.stray_disk, used
            )  # what is in a directory of the node outlives the pod
        else:
            kubelet.disk[process.place.uid] = used

    def hold_to(self, objectives: Mapping[str, tuple[int, int]]) -> None:
        """Take other service-level objectives, as `Application.objectives` has them; while no copy of this world is in use."""
        self.application = replace(self.application, objectives=objectives)
        self.ruler.groups = groups_of(self.application)
        self.fixed += parts_of(self.application, self.ruler.groups)

    def run_until(self, time_us: int) -> None:
        """Let time pass."""
        self.loop.run_until(time_us)

    def ask_pages_only(self) -> None:
        """Evaluate only the rules that call an engineer from now on, and measure only what they need."""
        self.scraper.only(self.ruler.only(PAGE))

    def copy(self) -> Self:
        """Return another world that is the same in everything, and goes its own way from now on."""
        copied: Self = Snapshot(self).world()
        return copied
