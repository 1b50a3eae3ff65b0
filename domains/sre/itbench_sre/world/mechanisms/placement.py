"""Where pods may run: selectors, affinity, volumes, cordoned and tainted nodes, and pods of a higher priority."""

from abc import abstractmethod
from typing import Any

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Create, Drain, Edit
from itbench_sre.world.mechanisms.depth import above, draw_depth
from itbench_sre.world.mechanisms.extra import new_ref, scripted
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import SPEC, edit, with_strategy
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

_HOSTNAME = "kubernetes.io/hostname"


class _Placement(Mechanism):
    """Changes what a workload asks of its nodes."""

    family = "scheduling"
    waits = True

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload and what it asks."""
        body = scene.pick(random, [each for each in scene.workloads if each["kind"] != "DaemonSet"])
        if body is None:
            return None
        ref = ref_of(body)
        path, value, condition = self.asks(scene, body, random)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=edit(body, with_strategy(body, {path: value}, random), hand),
            condition=condition,
            solution=f"let the pods of {ref.name} run where they did",
        )

    @abstractmethod
    def asks(self, scene: Scene, body: JsonObject, random: Randomness) -> tuple[Path, Any, str]:
        """Return place, value and description."""


class NodeSelector(_Placement):
    """Asks for a label that nodes have, or that none has."""

    name = "node-selector"
    faults = ("fault 16",)

    def asks(self, scene: Scene, body: JsonObject, random: Randomness) -> tuple[Path, Any, str]:
        """Take a label of a node, or change its value."""
        node = random.pick(scene.workers)
        labels = sorted(node["metadata"].get("labels", {}).items())
        key, value = random.pick(labels)
        if random.below(2):
            value = f"{value}-b" if value else "true"
        return (*SPEC, "nodeSelector", key), value, f"its pods ask for a node with {key}={value}"


class AntiAffinity(_Placement):
    """Wants its pods away from pods of a label: its own, another workload's, or everybody's."""

    name = "anti-affinity"
    faults = ("fault 25",)

    def asks(self, scene: Scene, body: JsonObject, random: Randomness) -> tuple[Path, Any, str]:
        """Pick labels to keep away from, and how strictly."""
        other = random.pick(scene.everything)
        own = random.pick([body, other])["spec"]["template"]["metadata"]["labels"]
        key = random.pick(sorted(own))
        term: dict[str, Any] = {
            "labelSelector": {
                "matchExpressions": [{"key": key, "operator": "In" if random.below(2) else "Exists"}]
            },
            "topologyKey": random.pick((_HOSTNAME, "topology.kubernetes.io/zone", _HOSTNAME)),
        }
        expression = term["labelSelector"]["matchExpressions"][0]
        if expression["operator"] == "In":
            expression["values"] = [own[key]]
        if random.below(3):
            value: Any = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
        else:
            value = {
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]
            }
        return (
            (*SPEC, "affinity", "podAntiAffinity"),
            value,
            f"its pods keep away from pods with the label {key}",
        )


class MissingClaim(_Placement):
    """Mounts a PersistentVolumeClaim: one that is there, or one that is not."""

    name = "persistent-volume-claim"
    faults = ("fault 17",)

    def asks(self, scene: Scene, body: JsonObject, random: Randomness) -> tuple[Path, Any, str]:
        """Pick a claim."""
        there = [
            each["metadata"]["name"] for each in scene.store.list("PersistentVolumeClaim", scene.namespace)
        ]
        name = body["metadata"]["name"]
        claim = random.pick([*there, f"{name}-data", f"{name}-scratch"] if there else [f"{name}-data"])
        value = {"name": "data", "persistentVolumeClaim": {"claimName": claim}}
        return (*SPEC, "volumes", Item("data")), value, f"its pods mount the claim {claim}"


class CordonedNodes(Mechanism):
    """Cordons nodes for maintenance; harmless as long as another node has room for new pods."""

    name = "cordoned-nodes"
    family = "nodes"
    waits = True
    faults = ("fault 1",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick nodes."""
        refs = [ref_of(node) for node in _some(scene.workers, random)]
        return Plan(
            target=refs[0],
            affects=tuple(name for name in scene.names if scene.nodes_of(name) & {ref.name for ref in refs}),
            names=tuple(exact(ref) for ref in refs),
            depth=1000 * len(refs) // len(scene.workers),
            manager="kubectl-cordon",
            actions=tuple(Edit(ref, ((("spec", "unschedulable"), True),), "kubectl-cordon") for ref in refs),
            pause_us=random.between(2, 20) * SECOND_US,
            condition=f"{len(refs)} of {len(scene.workers)} nodes take no new pods",
            solution="uncordon the nodes",
        )


class DrainedNodes(Mechanism):
    """Drains nodes; their pods move where there is room, those with volumes or budgets wait."""

    name = "drained-nodes"
    family = "nodes"
    faults = ("cluster-availability-loss",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick nodes."""
        nodes = random.shuffled(scene.workers)[: random.between(1, max(len(scene.workers) - 1, 1))]
        refs = [ref_of(node) for node in nodes]
        return Plan(
            target=refs[0],
            affects=(),
            names=tuple(exact(ref) for ref in refs),
            depth=1000 * len(refs) // len(scene.workers),
            manager="kubectl-drain",
            actions=tuple(Drain(ref) for ref in refs),
            pause_us=random.between(5, 40) * SECOND_US,
            condition=f"{len(refs)} of {len(scene.workers)} nodes are drained",
            solution="uncordon the nodes",
        )


class TaintedNode(Mechanism):
    """Taints a node; who does not tolerate it stays away, or has to go."""

    name = "tainted-nodes"
    family = "nodes"
    waits = True

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick nodes and the effect."""
        effect = random.pick(("NoSchedule", "PreferNoSchedule", "NoExecute", "NoExecute"))
        nodes = _some(scene.workers, random)
        refs = [ref_of(node) for node in nodes]
        taint = {"key": random.pick(("dedicated", "maintenance", "pool")), "value": "true", "effect": effect}
        actions = tuple(
            Edit(ref, ((("spec", "taints"), [*node["spec"].get("taints", ()), taint]),), "kubectl-taint")
            for ref, node in zip(refs, nodes, strict=True)
        )
        return Plan(
            target=refs[0],
            affects=(),
            names=tuple(exact(ref) for ref in refs),
            depth=1000 * len(refs) // len(scene.workers),
            manager="kubectl-taint",
            actions=actions,
            condition=f"{len(refs)} nodes have the taint {taint['key']}=true:{effect}",
            solution="take the taint away",
        )


def _room(scene: Scene) -> tuple[int, int]:
    """Return the memory that is free on the emptiest worker, and all that pods may have there, in MiB."""
    free = scene.free_mib()
    found = [
        (free[node["metadata"]["name"]], thousandths(node["status"]["allocatable"]["memory"]) // 1000 >> 20)
        for node in scene.workers
    ]
    return max(found, default=(1024, 2048))


def _some(nodes: list[JsonObject], random: Randomness) -> list[JsonObject]:
    """Return some of the nodes, every second time all of them."""
    shuffled = random.shuffled(nodes)
    return shuffled if random.below(2) else shuffled[: random.between(1, len(nodes))]


class Preemption(Mechanism):
    """Brings a workload of a higher or lower priority that needs room on the nodes."""

    name = "priority-preemption"
    family = "nodes"
    faults = ("fault 19",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Make a priority class and a workload."""
        depth = draw_depth(random.fork("depth"))
        free, whole = _room(scene)
        # Above what is free by as much of what others have as the depth goes beyond.
        wanted = above(free, min(depth, 1000)) + (whole - free) * max(depth - 1000, 0) // 3000
        value = random.pick((1_000_000, 100_000, 100_000, -10))
        ref = new_ref(scene, random.fork("name"))
        priority = Ref("PriorityClass", "", f"{ref.name}-priority")
        if scene.store.get(priority) is not None:
            return None
        classes = {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": priority.name},
            "value": value,
            "globalDefault": False,
            "preemptionPolicy": "PreemptLowerPriority",
        }
        body = scripted(
            ref,
            "sleep infinity",
            replicas=random.between(1, len(scene.workers) + 1),
            requests={"memory": f"{wanted}Mi", "cpu": "10m"},
            priorityClassName=priority.name,
        )
        return Plan(
            target=ref,
            affects=(),
            names=(*of_workload(body, scene.names), exact(priority)),
            depth=depth,
            actions=(Create(classes, hand), Create(body, hand)),
            condition=f"its pods have the priority {value} and ask for the room of others",
            solution=f"delete the Deployment {ref.name}",
        )
