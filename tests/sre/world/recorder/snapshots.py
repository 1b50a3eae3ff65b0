"""A snapshot of an application in which three things go wrong, and what reads it."""

import csv
import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.incidents.setting import Setting
from itbench_sre.world.recorder.recorder import Recorder
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.world import World

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    """Return the rows of a table; none where there is no file."""
    csv.field_size_limit(sys.maxsize)
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@dataclass
class Snapshot:
    """A recorded directory and the world at its end."""

    world: World
    directory: Path

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table; none where there is no file."""
        return rows(self.directory / name)

    @cached_property
    def logs(self) -> list[Row]:
        """The log records."""
        return self.rows("otel_logs_raw.tsv")

    @cached_property
    def spans(self) -> list[Row]:
        """The spans."""
        return self.rows("otel_traces_raw.tsv")

    @cached_property
    def objects(self) -> list[dict[str, Any]]:
        """The bodies of all pulls."""
        return [json.loads(row["Body"]) for row in self.rows("k8s_objects_raw.tsv")]

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The changes of events, as `v1` has them."""
        bodies = [json.loads(row["Body"])["object"] for row in self.rows("k8s_events_raw.tsv")]
        return [body for body in bodies if body["apiVersion"] == "v1"]

    def metrics(self, kind: str) -> list[Row]:
        """Return the rows of all pods or services."""
        folder = self.directory / "metrics"
        names = sorted(path.name for path in folder.glob(f"{kind}_*"))
        return [row for name in names for row in self.rows(f"metrics/{name}")]


def recorded_snapshot(application: str, directory: Path) -> Snapshot:
    """Record twenty minutes in which one Deployment gets a bad image, one a wrong probe, and one meets a quota."""
    world = Setting(seed=3, application=application).world()
    space = world.application.namespace
    # The first in order of names are no one's entrance and no one's store.
    names = sorted(
        body["metadata"]["name"]
        for body in world.store.list("Deployment", space)
        if "OTEL_SERVICE_NAME" in json.dumps(body) or application == "book-info"
    )
    container = ("spec", "template", "spec", "containers", 0)
    recorder = Recorder.of(world)
    recorder.start(world.start_us + 6 * MINUTE_US)
    world.run_until(world.start_us + 4 * MINUTE_US)
    deployments = [Ref("Deployment", space, name) for name in names]
    world.store.edit(deployments[0], {(*container, "image"): "ghcr.io/nobody/none:1"}, "kubectl-set")
    probe = {"tcpSocket": {"port": 4999}, "periodSeconds": 5}
    world.store.edit(deployments[1], {(*container, "readinessProbe"): probe}, "kubectl-edit")
    world.run_until(world.start_us + 6 * MINUTE_US)
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "pods", "namespace": space}}
    world.store.create({**quota, "spec": {"hard": {"pods": "1"}}}, "kubectl-client-side-apply")
    world.run_until(world.start_us + 7 * MINUTE_US)
    world.store.edit(deployments[2], {("spec", "replicas"): 4}, "kubectl-scale")
    world.run_until(world.start_us + 20 * MINUTE_US)
    recorder.write(directory)
    return Snapshot(world, directory)
