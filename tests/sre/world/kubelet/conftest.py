"""A cluster of two nodes whose containers do what a table says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from itbench_sre.world.application.model import Image, Program
from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.kubelet.kubelets import Kubelets
from itbench_sre.world.kubelet.registry import Registry
from itbench_sre.world.runtime.frames import Failure
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store

START_US = 1_765_820_000 * SECOND_US


@dataclass
class Act:
    """What a container's program does: it ends after a while, ignores SIGTERM, does not answer."""

    ends_after_s: int = -1
    exit_code: int = 0
    reason: str = "Completed"
    obeys_after_s: int = 1
    is_unborn: bool = False
    refused: str = ""
    memory: int = 20 << 20


@dataclass
class Machines:
    """Stands for the processes of all nodes, told by container name what each does."""

    loop: Loop
    acts: dict[str, Act] = field(default_factory=dict)
    kubelets: Any = None
    started: list[Place] = field(default_factory=list)
    running: list[Process] = field(default_factory=list)
    renewed: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    limits: list[tuple[int, int]] = field(default_factory=list)

    def start(self, place: Place) -> Process:
        act = self.acts.get(place.container, Act())
        process = Process(place, len(self.started), place.image.program, self.loop.now_us)
        self.started.append(place)
        if act.is_unborn:
            self.kubelets[place.node].ended(process, 128, "StartError")
            return process
        process.memory = act.memory
        self.running.append(process)
        if act.ends_after_s >= 0:
            self.loop.after(act.ends_after_s * SECOND_US, self.end, process, act.exit_code, act.reason)
        return process

    def stop(self, process: Process, *, is_killed: bool) -> None:
        act = self.acts.get(process.place.container, Act())
        if is_killed:
            self.end(process, 137, "Error")
        elif act.obeys_after_s >= 0:
            self.loop.after(act.obeys_after_s * SECOND_US, self.end, process, 0, "Completed")

    def end(self, process: Process, exit_code: int, reason: str) -> None:
        if process in self.running:
            self.running.remove(process)
            self.kubelets[process.place.node].ended(process, exit_code, reason)

    def lose(self, process: Process) -> None:
        self.running.remove(process)

    def limit(self, process: Process, *, cpu_limit_m: int, memory_limit: int) -> None:
        self.limits.append((cpu_limit_m, memory_limit))

    def mounted(self, process: Process, files: Mapping[str, str]) -> None:
        self.renewed.append((self.loop.now_us, dict(files)))

    def probe(self, process: Process, probe: JsonObject) -> Failure | None:
        act = self.acts.get(process.place.container, Act())
        return Failure("UNAVAILABLE", act.refused) if act.refused else None


class Cluster:
    """Store, kubelets of two nodes, and machines."""

    def __init__(self, seed: int = 1) -> None:
        self.loop = Loop(START_US)
        self.store = Store(self.loop, seed)
        self.events = EventWriter(self.store, self.loop, seed)
        program = Program(name="cart", language="dotnet")
        self.registry = Registry(
            [
                Image(reference="ghcr.io/shop/cart:1.0", program=program),
                Image(reference="ghcr.io/shop/cart:2.0", program=program, size=40_000_000),
                Image(reference="ghcr.io/shop/arm:1.0", program=program, architectures=("arm64", "s390x")),
                Image(reference="busybox:latest", program=program, size=2_000_000),
            ]
        )
        self.machines = Machines(self.loop)
        for number in (1, 2):
            self.store.create(node(number), "kubelet")
        self.kubelets = Kubelets(self.store, self.loop, self.events, self.registry, self.machines, seed)
        self.machines.kubelets = self.kubelets

    def run(self, seconds: int) -> None:
        """Let time pass."""
        self.loop.run_until(self.loop.now_us + seconds * SECOND_US)

    def pod(self, name: str = "cart-0", **spec: Any) -> Ref:
        """Create a pod on the first node."""
        container = {"name": "cart", "image": "ghcr.io/shop/cart:1.0", **spec.pop("container", {})}
        body: JsonObject = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "shop", "labels": {"app": "cart"}},
            "spec": {"containers": [container], "nodeName": "node-1", **spec},
        }
        self.store.create(body, "kube-controller-manager")
        return Ref("Pod", "shop", name)

    def status(self, ref: Ref) -> JsonObject:
        """Return a pod's status."""
        found: JsonObject = self.store.expect(ref)["status"]
        return found

    def container(self, ref: Ref, name: str = "cart") -> JsonObject:
        """Return the status of one of a pod's containers."""
        status = self.status(ref)
        everything = [*status["containerStatuses"], *status.get("initContainerStatuses", ())]
        return next(each for each in everything if each["name"] == name)

    def conditions(self, ref: Ref) -> dict[str, str]:
        """Return type -> status of a pod's or node's conditions."""
        return {each["type"]: each["status"] for each in self.status(ref)["conditions"]}

    def said(self, *reasons: str) -> list[str]:
        """Return the messages of all events so far, or of those with one of the reasons."""
        return [
            event["message"]
            for event in self.store.list("Event")
            if not reasons or event["reason"] in reasons
        ]

    def reasons(self, ref: Ref) -> list[str]:
        """Return the reasons of the events about an object."""
        return [
            event["reason"]
            for event in self.store.list("Event")
            if event["involvedObject"]["name"] == ref.name
        ]


def node(number: int) -> JsonObject:
    """Return a node as it joins the cluster."""
    capacity = {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "50Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"node-{number}"},
        "spec": {"podCIDR": f"100.96.{number}.0/24"},
        "status": {
            "addresses": [{"type": "InternalIP", "address": f"172.20.32.{number}"}],
            "capacity": capacity,
            "allocatable": capacity,
            "nodeInfo": {"architecture": "amd64", "bootID": "a8017f69-854d-4ac1-aa3d-9b13819c79d0"},
        },
    }


@pytest.fixture
def cluster() -> Cluster:
    """Return a cluster without pods."""
    return Cluster()
