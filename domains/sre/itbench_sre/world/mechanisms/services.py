"""Services that lead nowhere, or elsewhere: another target port, another selector, no Service at all."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Delete, Edit
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import JsonObject, ref_of


def _services(scene: Scene) -> list[JsonObject]:
    return [body for body in scene.store.list("Service", scene.namespace) if body["spec"].get("selector")]


class ServicePort(Mechanism):
    """Changes where a port of a Service leads.

    To the same port by another spelling, to another port of the same pods, or to one where nothing listens; ports that
    nobody asks for are changed as often as those that everybody does.
    """

    name = "service-target-port"
    family = "network"
    faults = ("fault 14",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a Service, one of its ports, and another target."""
        body = scene.pick(random, _services(scene))
        if body is None:
            return None
        ref = ref_of(body)
        place = random.below(len(body["spec"]["ports"]))
        port = body["spec"]["ports"][place]
        target = random.pick(self._targets(scene, body, port))
        return Plan(
            target=ref,
            affects=(ref.name,),
            actions=(Edit(ref, ((("spec", "ports", place, "targetPort"), target),), hand),),
            condition=f"port {port['port']} of the Service leads to {target}",
            solution=f"let port {port['port']} of the Service {ref.name} lead to {port.get('targetPort', port['port'])} again",
        )

    def _targets(self, scene: Scene, body: JsonObject, port: JsonObject) -> list[Any]:
        now = port.get("targetPort", port["port"])
        containers = [
            each
            for workload in scene.behind(body)
            for container in workload["spec"]["template"]["spec"]["containers"]
            for each in container.get("ports", ())
        ]
        numbers = {each["containerPort"] for each in containers}
        same = {each.get("name"): each["containerPort"] for each in containers if each.get("name")}
        equal = [number for name, number in same.items() if name == now] + [
            name for name, number in same.items() if number == now
        ]
        others = sorted(numbers - {now, *(number for number in equal if isinstance(number, int))})
        wrong = int(port["port"]) + 1
        # Twice as many that change nothing as there are.
        return [*equal, *equal, *others, wrong]


class ServiceSelector(Mechanism):
    """Adds a label to a Service's selector, which all, some or none of its pods have."""

    name = "service-selector"
    family = "network"
    faults = ("fault 29",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a Service and a label."""
        body = scene.pick(random, _services(scene))
        if body is None:
            return None
        ref = ref_of(body)
        key, value = random.pick(self._labels(scene, body))
        return Plan(
            target=ref,
            affects=(ref.name,),
            actions=(Edit(ref, ((("spec", "selector", key), value),), hand),),
            condition=f"the Service asks its pods for the label {key}={value}",
            solution=f"take the label {key} out of the selector of the Service {ref.name}",
        )

    def _labels(self, scene: Scene, body: JsonObject) -> list[tuple[str, str]]:
        selector = body["spec"]["selector"]
        found = []
        for workload in scene.behind(body):
            labels = workload["spec"]["template"]["metadata"].get("labels", {})
            kept = [(key, value) for key, value in sorted(labels.items()) if key not in selector]
            found += kept * 2 + [
                (key, f"{value}-{'v2' if '-v' not in value else 'next'}") for key, value in kept[:1]
            ]
            found += [("tier", "backend"), ("version", "stable")]
        return found or [("tier", "backend")]


class ServiceDeleted(Mechanism):
    """Deletes a Service, one that is used or one that is not."""

    name = "service-deleted"
    family = "network"
    faults = ("fault 30",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a Service; those that nobody calls as often as those that are called."""
        used = scene.called_services()
        services = _services(scene)
        kinds = [
            [body for body in services if body["metadata"]["name"] in used],
            [body for body in services if body["metadata"]["name"] not in used],
        ]
        kinds = [kind for kind in kinds if kind]
        body = random.pick(random.pick(kinds)) if kinds else None
        if body is None:
            return None
        ref = ref_of(body)
        return Plan(
            target=ref,
            affects=(ref.name,),
            actions=(Delete(ref, hand),),
            condition="the Service was deleted, so that its name is unknown",
            solution=f"create the Service {ref.name} again",
        )
