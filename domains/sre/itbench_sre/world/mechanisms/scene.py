"""What a mechanism sees of a cluster when it draws: the objects, which workload calls which, and who could have done it."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

if TYPE_CHECKING:
    from itbench_sre.world.application.model import Application, Image, Program
    from itbench_sre.world.runtime.process import Process
    from itbench_sre.world.store.store import Store
    from itbench_sre.world.world import World

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
# Who edits objects of an application, and how often: the same for every mechanism, so that a hand tells nothing.
HANDS = (
    ("argocd-controller", 30),
    ("helm", 24),
    ("kubectl-edit", 14),
    ("kubectl-client-side-apply", 12),
    ("kubectl-patch", 10),
    ("terraform-provider-kubernetes", 10),
)


class Scene:
    """A cluster as a mechanism sees it, at the moment before the first change.

    Parameters:
        focus: names of the workloads among which targets are picked; none for all.
    """

    def __init__(self, world: "World", focus: frozenset[str] = frozenset()) -> None:
        self.world = world
        self.focus = focus

    @property
    def store(self) -> "Store":
        """The objects."""
        return self.world.store

    @property
    def application(self) -> "Application":
        """What runs here."""
        return self.world.application

    @property
    def namespace(self) -> str:
        """Where the application lives."""
        return self.world.application.namespace

    @cached_property
    def everything(self) -> list[JsonObject]:
        """The application's workloads, in order of creation."""
        return [body for kind in WORKLOADS for body in self.store.list(kind, self.namespace)]

    @cached_property
    def workloads(self) -> list[JsonObject]:
        """Those of them that may be a target."""
        return [body for body in self.everything if not self.focus or body["metadata"]["name"] in self.focus]

    @cached_property
    def names(self) -> list[str]:
        """The names of the application's workloads."""
        return [body["metadata"]["name"] for body in self.everything]

    @cached_property
    def images(self) -> "dict[str, Image]":
        """What the registry holds for the application, by reference."""
        return {image.reference: image for image in self.application.images}

    def container(self, workload: JsonObject) -> JsonObject:
        """Return the first container of a workload's pods."""
        found: JsonObject = workload["spec"]["template"]["spec"]["containers"][0]
        return found

    def program(self, workload: JsonObject) -> "Program | None":
        """Return what a workload runs."""
        image = self.images.get(self.container(workload)["image"])
        return image.program if image else None

    def other_images(self, workload: JsonObject) -> "list[Image]":
        """Return other versions of what a workload runs, in the registry's order."""
        now = self.container(workload)["image"]
        current = self.images.get(now)
        name = current.program.name if current and current.program else ""
        others = [image for reference, image in self.images.items() if reference != now]
        versions = [image for image in others if image.program and image.program.name == name]
        repository = now.rpartition(":")[0]
        empty = [
            image for image in others if image.program is None and _is_of(image.reference, repository, name)
        ]
        return versions + empty

    def environment(self, workload: JsonObject) -> dict[str, str]:
        """Return the variables of a workload's first container that are written out."""
        return {
            entry["name"]: entry["value"]
            for entry in self.container(workload).get("env", ())
            if "value" in entry
        }

    def value(self, ref: Ref, *path: Any, default: Any = None) -> Any:
        """Return a place of an object, or `default`."""
        body = self.store.get(ref)
        return default if body is None else value_at(body, path, default)

    @cached_property
    def workers(self) -> list[JsonObject]:
        """The nodes that take ordinary pods, in order of creation."""
        return [
            node
            for node in self.store.list("Node")
            if not any(taint.get("effect") == "NoSchedule" for taint in node["spec"].get("taints", ()))
        ]

    def free_mib(self) -> dict[str, int]:
        """Return the memory that no pod asks for, in MiB, by node."""
        free = {
            node["metadata"]["name"]: thousandths(node["status"]["allocatable"]["memory"]) // 1000
            for node in self.workers
        }
        for pod in self.store.list("Pod"):
            name = pod["spec"].get("nodeName")
            if name in free and pod["status"].get("phase") not in ("Succeeded", "Failed"):
                free[name] -= _asked_memory(pod)
        return {name: max(amount >> 20, 1) for name, amount in free.items()}

    def memory_of(self, workload: JsonObject) -> int:
        """Return the most that a process of a workload's first container uses now, in bytes; 0 where none runs."""
        return max((process.memory for process in self.processes(workload)), default=0)

    def cpu_m_of(self, workload: JsonObject) -> int:
        """Return the mean use of the busiest process of a workload's first container, in thousandths of a core."""
        now_us = self.world.loop.now_us
        uses = [
            process.cpu_us * 1000 // max(now_us - process.started_us, 1)
            for process in self.processes(workload)
        ]
        return max(uses, default=0)

    def unused_mib(self, node: str) -> int:
        """Return the memory that nobody uses on a node, in MiB."""
        kubelet = self.world.kubelets[node]
        return max(kubelet.memory_size - kubelet.pressure.used_memory() >> 20, 16)

    def unused_disk_mib(self, node: str) -> int:
        """Return what may still be written on a node before its kubelet reclaims disk, in MiB."""
        kubelet = self.world.kubelets[node]
        return max(kubelet.disk_size * 9 // 10 - kubelet.pressure.used_disk() >> 20, 16)

    def processes(self, workload: JsonObject) -> "list[Process]":
        """Return the processes of a workload's first container."""
        name = self.container(workload)["name"]
        found = self.world.runtime.of_workload(ref_of(workload))
        return [process for process in found if process.place.container == name]

    def nodes_of(self, workload: str) -> set[str]:
        """Return the names of the nodes on which a workload's pods run."""
        found = (
            process
            for body in self.everything
            if body["metadata"]["name"] == workload
            for process in self.processes(body)
        )
        return {process.place.node for process in found}

    def pick(self, random: Randomness, found: Sequence[JsonObject]) -> JsonObject | None:
        """Return any of the objects, each as likely as another; None of none."""
        return random.pick(found) if found else None

    def behind(self, service: JsonObject) -> list[JsonObject]:
        """Return the workloads whose pods a Service selects."""
        selector = service["spec"].get("selector") or {}
        return [
            body
            for body in self.everything
            if selector.items() <= body["spec"]["template"]["metadata"].get("labels", {}).items()
        ]

    def callers(self, workload: JsonObject) -> list[JsonObject]:
        """Return the workloads that ask a Service whose pods are a workload's."""
        services = {
            body["metadata"]["name"]
            for body in self.store.list("Service", self.namespace)
            if workload in self.behind(body)
        }
        return [body for body in self.everything if services & set(self.dependencies(body))]

    def callees(self, workload: JsonObject) -> list[JsonObject]:
        """Return the workloads behind the Services that a workload asks."""
        asked = set(self.dependencies(workload))
        found = [
            body
            for service in self.store.list("Service", self.namespace)
            if service["metadata"]["name"] in asked
            for body in self.behind(service)
        ]
        return [body for body in self.everything if body in found]

    def dependencies(self, workload: JsonObject) -> list[str]:
        """Return the names of the Services that a workload's program asks, as its settings say now."""
        return self.world.runtime.hosts_of(ref_of(workload))

    def asking(self, flag: str) -> list[str]:
        """Return the names of the workloads whose version asks for a feature flag."""
        return [
            body["metadata"]["name"]
            for body in self.everything
            if (image := self.images.get(self.container(body)["image"])) and flag in image.flags
        ]

    @property
    def has_mesh(self) -> bool:
        """Whether the application's namespace takes part in a service mesh."""
        labels = self.value(Ref("Namespace", "", self.namespace), "metadata", "labels", default={})
        return any(key.startswith("istio.io/") for key in labels)

    def called_services(self) -> set[str]:
        """Return the names of the Services that something in the application asks."""
        found = {name for body in self.everything for name in self.dependencies(body)}
        return found | {self.application.entrance.partition(":")[0]}

    def hand(self, random: Randomness) -> str:
        """Return who makes an edit."""
        place = random.below(sum(weight for _, weight in HANDS))
        for name, weight in HANDS:
            place -= weight
            if place < 0:
                return name
        raise AssertionError("weights are positive")


def _is_of(reference: str, repository: str, name: str) -> bool:
    """Whether an image without a program belongs to a program's repository, or carries its name in the tag."""
    return reference.rpartition(":")[0] == repository and (name in reference or not reference.count("demo"))


def _asked_memory(pod: JsonObject) -> int:
    texts = [
        each.get("resources", {}).get("requests", {}).get("memory") for each in pod["spec"]["containers"]
    ]
    return sum(thousandths(text) // 1000 for text in texts if text is not None)
