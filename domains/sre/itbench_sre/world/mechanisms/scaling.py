"""How many pods a workload has: set by hand, or by an autoscaler whose bounds or target were changed."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Create, Edit
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.usage import replicas
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of


class ScaledWorkload(Mechanism):
    """Scales a workload: to nothing, to less, or to more."""

    name = "scaled-workload"
    family = "capacity"
    faults = ("fault 20", "fault 39", "stalled-pipeline-controller")

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload and a number."""
        body = scene.pick(random, [each for each in scene.workloads if each["kind"] != "DaemonSet"])
        if body is None:
            return None
        ref, now = ref_of(body), replicas(body)
        wanted = random.pick(
            [number for number in (0, 0, now + 1, now + 1, max(now - 1, 1), now * 2) if number != now]
        )
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            depth=1000 * (now - wanted) // max(now, 1),
            actions=(Edit(ref, ((("spec", "replicas"), wanted),), hand),),
            condition=f"it has {wanted} replicas and no longer {now}",
            solution=f"scale {ref.name} to {now} again",
        )


class Autoscaler(Mechanism):
    """Creates or edits a HorizontalPodAutoscaler: another target, other bounds, other behaviour when scaling down."""

    name = "autoscaler"
    family = "capacity"
    faults = ("fault 11", "aggressive-scaledown-kubernetes-horizontal-pod-autoscaler")

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, and what its autoscaler wants."""
        fits = [body for body in scene.workloads if body["kind"] in ("Deployment", "StatefulSet")]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref = Ref("HorizontalPodAutoscaler", scene.namespace, body["metadata"]["name"])
        spec = self._spec(body, random)
        old = scene.store.get(ref)
        made = {
            "apiVersion": "autoscaling/v2",
            "kind": ref.kind,
            "metadata": {"name": ref.name, "namespace": ref.namespace},
        }
        action = (
            Create({**made, "spec": spec}, hand) if old is None else Edit(ref, ((("spec",), spec),), hand)
        )
        target = spec["metrics"][0]["resource"]["target"]["averageUtilization"]
        return Plan(
            target=ref,
            affects=(ref.name,),
            depth=target * 10,
            actions=(action,),
            condition=f"it keeps {ref.name} at {target} % of what it asks for, between {spec['minReplicas']} and {spec['maxReplicas']} pods",
            solution=f"give the autoscaler of {ref.name} a target and bounds that fit",
        )

    def _spec(self, body: JsonObject, random: Randomness) -> dict[str, Any]:
        now = replicas(body)
        utilisation = random.pick((1, 2, 5, 20, 50, 60, 80, 95))
        spec: dict[str, Any] = {
            "scaleTargetRef": {
                "apiVersion": "apps/v1",
                "kind": body["kind"],
                "name": body["metadata"]["name"],
            },
            "minReplicas": 1,
            "maxReplicas": random.pick((max(now, 1), now + 2, 3 * now + 2, 12, 24)),
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {"type": "Utilization", "averageUtilization": utilisation},
                    },
                }
            ],
        }
        if random.below(2):
            down = {
                "stabilizationWindowSeconds": 0,
                "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
            }
            spec["behavior"] = {"scaleDown": down}
        return spec
