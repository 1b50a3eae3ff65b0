"""Records a running world into a directory as ITBench's snapshots are."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.recorder.alerts import Alerts
from itbench_sre.world.recorder.detail import Detail
from itbench_sre.world.recorder.pod_metrics import PodMetrics
from itbench_sre.world.recorder.service_metrics import JobNames, ServiceMetrics
from itbench_sre.world.recorder.watched import Events, Objects
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.cadvisor import Cadvisor, Runs
from itbench_sre.world.telemetry.mesh import mesh_of
from itbench_sre.world.telemetry.recording import Recording
from itbench_sre.world.telemetry.ruler import Ruler
from itbench_sre.world.telemetry.rules import scope_of
from itbench_sre.world.telemetry.scrapes import Scraper
from itbench_sre.world.telemetry.standing import StandingAlerts

if TYPE_CHECKING:
    from itbench_sre.world.world import World


class Recorder:
    """Everything that is written down of one incident.

    Attributes:
        sink: for the runtime to tell what happens; it writes spans and logs.
        detail: how much is written.
    """

    def __init__(
        self,
        loop: Loop,
        seed: int,
        store: Store,
        runs: Runs,
        scraper: Scraper,
        ruler: Ruler,
        namespace: str,
        silent: tuple[str, ...] = (),
        scale: int = 1,
    ) -> None:
        self.detail = detail = Detail.of_scale(scale)
        self.sink = Recording(loop, store, namespace, mesh=mesh_of(runs, store, namespace))
        self._loop = loop
        self._events = Events(loop, seed, store)
        self._objects = Objects(loop, seed, store)
        jobs = JobNames(runs)
        self._services = ServiceMetrics(scraper, store, jobs, namespace, detail, silent)
        self._pods = PodMetrics(loop, seed, store, Cadvisor(runs, seed), scraper, jobs, namespace, detail)
        self._alerts = Alerts(loop, seed, ruler, StandingAlerts(seed, loop.now_us, store))

    @classmethod
    def of(cls, world: "World", scale: int = 1) -> Self:
        """Return the recorder of a world, which is told of everything from now on."""
        made = cls(
            world.loop,
            world.seed,
            world.store,
            world.runtime,
            world.scraper,
            world.ruler,
            world.application.namespace,
            scope_of(world.application).silent,
            scale,
        )
        world.runtime.listen(made.sink)
        world.streams.sink = made.sink
        world.users.sampled_in = made.detail.sampled_in
        return made

    def start(self, watch_us: int) -> None:
        """Begin; `watch_us` is when the first matching alert is looked for."""
        self.sink.since_us = self._loop.now_us
        self._events.is_listening = True
        self._objects.start()
        self._pods.start()
        self._alerts.start(watch_us)

    def write(self, directory: Path) -> list[Path]:
        """Write all files, stamped with the simulated end; the recorder is empty afterwards.

        Returns: the files, in order of their names.
        """
        metrics, alerts = directory / "metrics", directory / "alerts"
        for folder in (directory, metrics, alerts):
            folder.mkdir(parents=True, exist_ok=True)
        self._events.table.write(directory / "k8s_events_raw.tsv")
        self._objects.table.write(directory / "k8s_objects_raw.tsv")
        self.sink.logs.write(directory / "otel_logs_raw.tsv")
        self.sink.spans.write(directory / "otel_traces_raw.tsv")
        for name, spool in self._pods.files().items():
            spool.write(metrics / f"pod_{name}_raw.tsv")
        for name, (durations, failures) in self._services.files().items():
            durations.write(metrics / f"service_{name}_raw.tsv", failures)
        for name, text in self._alerts.files.items():
            (alerts / name).write_text(text, encoding="utf-8")
        self._alerts.files.clear()
        paths = sorted(path for path in directory.rglob("*") if path.is_file())
        end_ns = self._loop.now_us * 1000
        for path in (*paths, metrics, alerts, directory):
            os.utime(path, ns=(end_ns, end_ns))
        return paths
