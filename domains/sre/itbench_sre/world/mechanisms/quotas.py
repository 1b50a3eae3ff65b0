"""ResourceQuotas and LimitRanges: with room for what is there and what comes, for what is there, or for less.

Only pods that are made afterwards are refused, so a tight one waits for the next rollout, restart or crash.
"""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, Create, Edit
from itbench_sre.world.mechanisms.depth import below, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.usage import MIB, asked, replicas
from itbench_sre.world.store.refs import Ref, ref_of

_RESOURCES = ("pods", "limits.memory", "requests.memory", "requests.cpu", "limits.cpu")
_NAMES = ("team-budget", "compute-budget", "namespace-guard", "capacity-plan", "platform-quota", "cost-guard")


class Quota(Mechanism):
    """Creates or edits a ResourceQuota of about what the namespace uses."""

    name = "resource-quota"
    family = "quotas"
    waits = True
    faults = ("fault 7",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a resource and an amount."""
        resource = random.pick(_RESOURCES)
        used = _used(scene, resource)
        depth = draw_depth(random.fork("depth"))
        amount = _quantity(resource, max(below(used * 21 // 20, depth), 1))
        ref, action = _set_quota(scene, random, resource, amount, hand)
        return Plan(
            target=ref,
            affects=(),
            names=(exact(ref), exact(Ref("Namespace", "", scene.namespace))),
            depth=depth,
            actions=(action,),
            condition=f"the quota allows {resource}={amount}",
            solution=f"raise {resource} of the quota {ref.name}",
        )


class LimitRange(Mechanism):
    """Creates a LimitRange whose largest allowed container is about as large as those that are there."""

    name = "limit-range"
    family = "quotas"
    waits = True

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a largest container."""
        some = random.shuffled(scene.workloads)[: random.between(1, 3)]
        depth = draw_depth(random.fork("depth"))
        sizes = [asked(body, "limits", "memory") // MIB for body in some]
        most = below(max([*sizes, 16]), depth)
        ref = Ref("LimitRange", scene.namespace, f"{random.pick(_NAMES)}-limits")
        if scene.store.get(ref) is not None:
            return None
        limits = [{"type": "Container", "max": {"memory": f"{most}Mi"}, "defaultRequest": {"memory": "32Mi"}}]
        return Plan(
            target=ref,
            affects=(),
            depth=depth,
            actions=(Create(_body(ref, "v1", {"limits": limits}), hand),),
            condition=f"no container may have more than {most}Mi of memory",
            solution=f"raise the largest container of the LimitRange {ref.name}",
        )


def _set_quota(scene: Scene, random: Randomness, resource: str, amount: str, hand: str) -> tuple[Ref, Action]:
    """Return the quota and the action: an edit of one that is there, or a new one."""
    there = [
        ref_of(body)
        for body in scene.store.list("ResourceQuota", scene.namespace)
        if resource in body["spec"]["hard"]
    ]
    if there and random.fork("edit").below(2):
        ref = random.pick(there)
        return ref, Edit(ref, ((("spec", "hard", resource), amount),), hand)
    ref = Ref("ResourceQuota", scene.namespace, f"{random.pick(_NAMES)}-{random.between(1, 9)}")
    return ref, Create(_body(ref, "v1", {"hard": {resource: amount}}), hand)


def _body(ref: Ref, api_version: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": api_version,
        "kind": ref.kind,
        "metadata": {"name": ref.name, "namespace": ref.namespace},
        "spec": spec,
    }


def _used(scene: Scene, resource: str) -> int:
    """Return what the application's pods take: pods, millicores, or MiB."""
    if resource == "pods":
        return sum(replicas(body) for body in scene.everything)
    kind, _, what = resource.partition(".")
    total = sum(asked(body, kind, what) * replicas(body) for body in scene.everything)
    return max(total if what == "cpu" else total // MIB, 1)


def _quantity(resource: str, amount: int) -> str:
    if resource == "pods":
        return str(amount)
    return f"{amount}m" if resource.endswith("cpu") else f"{amount}Mi"
