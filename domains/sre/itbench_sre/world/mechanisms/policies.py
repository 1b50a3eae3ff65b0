"""NetworkPolicies: that let through what is used, or not, in either direction."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Create
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import JsonObject, Ref

_NAMES = ("baseline", "zero-trust", "segment", "guard", "tenant-isolation")


class IngressPolicy(Mechanism):
    """Lets only some pods, or nobody, reach a workload; which harms if somebody else calls it."""

    name = "network-policy-ingress"
    family = "network"
    faults = ("fault 6",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload and who may call it."""
        body = scene.pick(random, [each for each in scene.workloads if scene.container(each).get("ports")])
        if body is None:
            return None
        name = body["metadata"]["name"]
        kind = random.pick(("all in the namespace", "its callers", "some", "nobody", "another port"))
        port = scene.container(body)["ports"][0]["containerPort"]
        rules = self._rules(scene, body, kind, port, random)
        ref = Ref("NetworkPolicy", scene.namespace, f"{name}-{random.pick(_NAMES)}")
        spec = {"podSelector": {"matchLabels": _labels(body)}, "policyTypes": ["Ingress"]}
        return _plan(scene, ref, {**spec, "ingress": rules}, name, hand, f"{kind} may call {name}")

    def _rules(
        self, scene: Scene, body: JsonObject, kind: str, port: int, random: Randomness
    ) -> list[JsonObject]:
        callers = scene.callers(body)
        others = [each for each in scene.everything if each not in callers]
        if kind == "nobody":
            return []
        if kind == "all in the namespace":
            return [{"from": [{"podSelector": {}}]}]
        if kind == "another port":
            return [{"ports": [{"port": port + 1, "protocol": "TCP"}]}]
        chosen = callers if kind == "its callers" else random.shuffled(others)[:2]
        peers = [{"podSelector": {"matchLabels": _labels(each)}} for each in chosen]
        return [{"from": peers, "ports": [{"port": port, "protocol": "TCP"}]}] if peers else []


class EgressPolicy(Mechanism):
    """Lets a workload reach only some others, or forgets that names are looked up in another namespace."""

    name = "network-policy-egress"
    family = "network"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload and what it may call."""
        asking = [body for body in scene.workloads if len(scene.callees(body)) > 2]
        body = scene.pick(random, asking if asking and random.fork("who").below(4) else scene.workloads)
        if body is None:
            return None
        name = body["metadata"]["name"]
        kind = random.pick(
            (
                "everybody",
                "its namespace and DNS",
                "its namespace",
                "what it calls and DNS",
                "half of what it calls and DNS",
                "half of what it calls and DNS",
                "nobody",
            )
        )
        namespace: JsonObject = {"to": [{"podSelector": {}}]}
        dns: JsonObject = {
            "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
            "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
        }
        callees = scene.callees(body)
        half: JsonObject = {
            "to": [
                {"podSelector": {"matchLabels": _labels(each)}}
                for each in random.fork("half").shuffled(callees)[: (len(callees) + 1) // 2]
            ]
        }
        called: JsonObject = {"to": [{"podSelector": {"matchLabels": _labels(each)}} for each in callees]}
        rules: dict[str, list[JsonObject]] = {
            "everybody": [{}],
            "its namespace and DNS": [namespace, dns],
            "its namespace": [namespace],
            "what it calls and DNS": [called, dns] if callees else [dns],
            "half of what it calls and DNS": [half, dns] if callees else [dns],
            "nobody": [],
        }
        ref = Ref("NetworkPolicy", scene.namespace, f"{name}-egress-{random.pick(_NAMES)}")
        spec = {
            "podSelector": {"matchLabels": _labels(body)},
            "policyTypes": ["Egress"],
            "egress": rules[kind],
        }
        return _plan(scene, ref, spec, name, hand, f"{name} may call {kind}")


def _labels(body: JsonObject) -> dict[str, str]:
    return dict(body["spec"]["selector"]["matchLabels"])


def _plan(scene: Scene, ref: Ref, spec: dict[str, Any], name: str, hand: str, condition: str) -> Plan | None:
    if scene.store.get(ref) is not None:
        return None
    metadata = {"name": ref.name, "namespace": ref.namespace}
    body = {"apiVersion": "networking.k8s.io/v1", "kind": ref.kind, "metadata": metadata, "spec": spec}
    return Plan(
        target=ref,
        affects=(name,),
        actions=(Create(body, hand),),
        condition=condition,
        solution=f"delete the NetworkPolicy {ref.name}",
    )
