"""Disruption budgets, and the maintenance that meets them."""

from typing import Any

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, Create, Drain, Edit
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.usage import replicas
from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of


class DisruptionBudget(Mechanism):
    """Creates or edits a disruption budget, then evicts its pods from nodes: one by one, all at once, or never."""

    name = "disruption-budget"
    family = "nodes"
    faults = ("fault 1", "fault 19")

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, a budget, and the node."""
        body = scene.pick(random, [each for each in scene.workloads if each["kind"] != "DaemonSet"])
        if body is None:
            return None
        nodes = _nodes_of(scene, body)
        if not nodes:
            return None
        rules: list[dict[str, Any]] = [
            {"maxUnavailable": "100%"},
            {"maxUnavailable": replicas(body)},
            {"maxUnavailable": 1},
            {"minAvailable": 1},
            {"maxUnavailable": 0},
        ]
        rule = random.pick(rules)
        labels = dict(body["spec"]["selector"]["matchLabels"])
        ref, action = self._set(scene, body, {**rule, "selector": {"matchLabels": labels}}, hand)
        others = [ref_of(node) for node in scene.workers if ref_of(node) not in nodes]
        drained = [*nodes, *(others if random.below(2) else random.shuffled(others)[:1])]
        return Plan(
            target=ref,
            affects=(body["metadata"]["name"],),
            names=(exact(ref), *(exact(node) for node in drained)),
            actions=(action, *(Drain(node, tuple(labels.items())) for node in drained)),
            pause_us=random.between(10, 40) * SECOND_US,
            condition=f"the budget says {rule}, and {', '.join(node.name for node in drained)} are drained of its pods",
            solution=f"uncordon the nodes, and give {ref.name} a budget that keeps what is needed",
        )

    def _set(self, scene: Scene, body: JsonObject, spec: dict[str, Any], hand: str) -> tuple[Ref, Action]:
        labels = body["spec"]["template"]["metadata"].get("labels", {})
        for there in scene.store.list("PodDisruptionBudget", scene.namespace):
            wanted = value_at(there, ("spec", "selector", "matchLabels"), {})
            if wanted and wanted.items() <= labels.items():
                return ref_of(there), Edit(ref_of(there), ((("spec",), spec),), hand)
        ref = Ref("PodDisruptionBudget", scene.namespace, body["metadata"]["name"])
        made = {
            "apiVersion": "policy/v1",
            "kind": ref.kind,
            "metadata": {"name": ref.name, "namespace": ref.namespace},
            "spec": spec,
        }
        return ref, Create(made, hand)


def _nodes_of(scene: Scene, body: JsonObject) -> list[Ref]:
    """Return the nodes that a workload's pods are on, in order of creation of the pods."""
    found: dict[Ref, None] = {}
    for pod in scene.store.list("Pod", scene.namespace):
        owner = owner_of(pod)
        if owner is None or not pod["spec"].get("nodeName"):
            continue
        if owner != ref_of(body):
            above = scene.store.get(owner)
            owner = owner_of(above) if above else None
        if owner == ref_of(body):
            found[Ref("Node", "", pod["spec"]["nodeName"])] = None
    return list(found)
