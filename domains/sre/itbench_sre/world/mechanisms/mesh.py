"""A service mesh in ambient mode: who takes part, who must prove who they are, and what the gateway lets through."""

from typing import Any

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Create, Edit
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import edit, with_strategy
from itbench_sre.world.store.paths import REMOVED
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

_POD_LABELS = ("spec", "template", "metadata", "labels")
_MODE = "istio.io/dataplane-mode"


class AmbientLabel(Mechanism):
    """Changes whether a namespace, or a workload's pods, take part in the mesh; who leaves it cannot prove who it is."""

    name = "ambient-mode"
    family = "mesh"
    faults = ("fault 3",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a namespace or a workload, and a value of the label."""
        if scene.has_mesh and random.fork("whose").below(3):
            body = scene.pick(random, scene.workloads)
            return None if body is None else leave(scene, body, random, hand)
        fits = [body for body in scene.store.list("Namespace") if _MODE in body["metadata"].get("labels", {})]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref = Ref("Namespace", "", body["metadata"]["name"])
        value: Any = random.pick(("none", "disabled", REMOVED, "ambient-legacy"))
        if random.below(2):
            key, value = "istio.io/use-waypoint", "waypoint"
        else:
            key = _MODE
        return Plan(
            target=ref,
            affects=(),
            actions=(Edit(ref, ((("metadata", "labels", key), value),), hand),),
            condition=f"the label {key} of the namespace is {'gone' if value is REMOVED else value}",
            solution=f"label the namespace with {_MODE}=ambient again",
        )


def leave(scene: Scene, body: JsonObject, random: Randomness, hand: str) -> Plan:
    """Return the plan by which a workload's pods leave the mesh, or are labelled as what they are."""
    ref = ref_of(body)
    value = random.pick(("none", "none", "none", "ambient"))
    return Plan(
        target=ref,
        affects=(ref.name,),
        names=of_workload(body, scene.names),
        actions=edit(body, with_strategy(body, {(*_POD_LABELS, _MODE): value}, random), hand),
        condition=f"its pods have the label {_MODE}={value}",
        solution=f"label the pods of {ref.name} with {_MODE}=ambient",
    )


class MutualTls(Mechanism):
    """Asks callers for certificates of the mesh: of everybody, or of those that are in it anyway; a caller may have left it."""

    name = "mutual-tls"
    family = "mesh"
    faults = ("fault 22",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, a mode, and, three times of four, one of its callers, which leaves the mesh."""
        body = scene.pick(random, scene.workloads)
        if body is None or not scene.has_mesh:
            return None
        name = body["metadata"]["name"]
        ref = Ref(
            "PeerAuthentication", scene.namespace, f"{name}-{random.pick(('mtls', 'peers', 'transport'))}"
        )
        if scene.store.get(ref) is not None:
            return None
        mode = random.pick(("STRICT", "STRICT", "STRICT", "PERMISSIVE", "DISABLE"))
        spec = {"selector": {"matchLabels": body["spec"]["selector"]["matchLabels"]}, "mtls": {"mode": mode}}
        left = leave(scene, random.pick(scene.callers(body) or scene.everything), random.fork("leaves"), hand)
        is_left = random.fork("leaves at all").below(4) > 0
        return Plan(
            target=ref,
            affects=(name, *(left.affects if is_left else ())),
            names=(exact(ref), *(left.names if is_left else ())),
            actions=(
                *(left.actions if is_left else ()),
                Create(_body("security.istio.io/v1", ref, spec), hand),
            ),
            pause_us=random.between(20, 60) * SECOND_US,
            condition=f"callers of {name} are asked for certificates: {mode}"
            + (f"; of {left.target.name}, {left.condition}" if is_left else ""),
            solution=f"delete the PeerAuthentication {ref.name}",
        )


class GatewayAuthorization(Mechanism):
    """Denies requests at a gateway or a workload: methods that are used, or ones that are not."""

    name = "authorization-policy"
    family = "mesh"
    faults = ("fault 23",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick what it protects and what it denies."""
        if not scene.has_mesh:
            return None
        gateways = [body["metadata"]["name"] for body in scene.store.list("Gateway", scene.namespace)]
        methods = random.pick((["GET"], ["POST"], ["DELETE", "PATCH"], ["TRACE"], ["GET", "HEAD"]))
        if gateways and random.below(2):
            name = random.pick(gateways)
            where: dict[str, Any] = {
                "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name}]
            }
        else:
            body = random.pick(scene.workloads)
            name = body["metadata"]["name"]
            where = {"selector": {"matchLabels": body["spec"]["selector"]["matchLabels"]}}
        ref = Ref(
            "AuthorizationPolicy", scene.namespace, f"{name}-{random.pick(('deny', 'methods', 'access'))}"
        )
        if scene.store.get(ref) is not None:
            return None
        rules = [{"to": [{"operation": {"methods": methods}}]}]
        spec = {**where, "action": "DENY", "rules": rules}
        return Plan(
            target=ref,
            affects=(name,),
            actions=(Create(_body("security.istio.io/v1", ref, spec), hand),),
            condition=f"{name} denies {', '.join(methods)}",
            solution=f"delete the AuthorizationPolicy {ref.name}",
        )


def _body(api_version: str, ref: Ref, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": ref.name, "namespace": ref.namespace}
    return {"apiVersion": api_version, "kind": ref.kind, "metadata": metadata, "spec": spec}
