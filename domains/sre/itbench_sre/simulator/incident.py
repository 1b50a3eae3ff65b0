"""Make one incident: simulate it with and without its fault, write the snapshot, derive the truth."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from itbench import DataError
from itbench_sre.simulator.background import Background
from itbench_sre.simulator.decoys import Decoys
from itbench_sre.simulator.faults import draw_case, plan_fault
from itbench_sre.simulator.misleading import Misleading
from itbench_sre.simulator.pulls import Pulls
from itbench_sre.simulator.span_tables import (
    POD_COLUMNS,
    SERVICE_COLUMNS,
    TRACE_COLUMNS,
    pod_rows,
    service_rows,
    trace_rows,
)
from itbench_sre.simulator.standing import AlertRecorder
from itbench_sre.simulator.tables import LOG_COLUMNS, event_rows, log_rows, object_rows, write_table
from itbench_sre.simulator.truth import derive_truth
from itbench_sre.simulator.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from itbench_sre.simulator.faults import Fault
    from itbench_sre.simulator.specs import IncidentSpec

_FILE_TIME_S = 1_767_225_600
_DOUBLED_SERIES = 14


class Run:
    """One simulation of an incident; `is_recorded` says whether objects and alerts are kept for writing."""

    def __init__(self, spec: IncidentSpec, *, is_fault_injected: bool, is_recorded: bool) -> None:
        self.world = World(spec.seed)
        self.case = draw_case(self.world, spec)
        self.fault_us = self.case.change_us
        self.fault: Fault = plan_fault(self.case, spec)
        onset_us = self.case.onset_us
        Decoys(self.world, self.fault, onset_us)
        self.misleading = Misleading(self.case, self.fault)
        background = Background(self.world)
        if is_recorded:
            self.pulls = Pulls(self.world, background)
            seen_us = onset_us + self.world.random.fork("first alert").delay_us(5, 200)
            self.alerts = AlertRecorder(self.world, seen_us)
        self.fault.prepare()
        if is_fault_injected:
            self.world.loop.at(self.fault_us, self.fault.inject)
        self.world.run()


def make_incident(spec: IncidentSpec, directory: Path) -> dict[str, Any]:
    """Write the snapshot of `spec` below `directory` and return its truth.

    Raises:
        DataError: `directory` holds files already.
        UsageError: the mechanism is unknown.
    """
    if directory.exists() and any(directory.iterdir()):
        raise DataError(f"{str(directory)!r} is not empty; an incident is written to a new directory")
    run = Run(spec, is_fault_injected=True, is_recorded=True)
    write_snapshot(run, directory)
    without = Run(spec, is_fault_injected=False, is_recorded=False)
    return derive_truth(run.world, without.world, run.fault, run.case.onset_us, run.alerts.shown)


def _doubled(world: World, series: dict[str, int]) -> set[str]:
    """Return the services whose rows appear twice, as the published recorder's join makes them; few, for size."""
    left = _DOUBLED_SERIES
    found = set()
    for service in world.random.fork("join").shuffled(sorted(series)):
        if series[service] <= left:
            left -= series[service]
            found.add(service)
    return found


def write_snapshot(run: Run, directory: Path) -> None:
    """Write all files of a recorded run; every file gets the same fixed time."""
    world = run.world
    (directory / "alerts").mkdir(parents=True)
    (directory / "metrics").mkdir()
    for name, text in run.alerts.files.items():
        (directory / "alerts" / name).write_text(text, encoding="utf-8")
    write_table(
        directory / "k8s_events_raw.tsv",
        LOG_COLUMNS,
        event_rows(world.cluster.events.sightings, world.start_us),
    )
    write_table(directory / "k8s_objects_raw.tsv", LOG_COLUMNS, object_rows(run.pulls))
    write_table(directory / "otel_logs_raw.tsv", LOG_COLUMNS, log_rows(world.telemetry.logs))
    write_table(directory / "otel_traces_raw.tsv", TRACE_COLUMNS, trace_rows(world))
    grouped: dict[str, list[Any]] = {}
    for key in sorted(world.scrapes.series):
        grouped.setdefault(key[0], []).append(key)
    doubled = _doubled(world, {service: len(keys) for service, keys in grouped.items()})
    for service, keys in grouped.items():
        path = directory / "metrics" / f"service_{service}_raw.tsv"
        times = 2 if service in doubled else 1
        repeated = (row for single in service_rows(world, keys) for row in [single] * times)
        write_table(path, SERVICE_COLUMNS, repeated)
    for name in world.scrapes.pods:
        rows = pod_rows(world.scrapes, name, world.start_us // 1000)
        if rows:
            write_table(directory / "metrics" / f"pod_{name}_raw.tsv", POD_COLUMNS, rows)
    for path in (*directory.rglob("*"), directory):
        os.utime(path, (_FILE_TIME_S, _FILE_TIME_S))
