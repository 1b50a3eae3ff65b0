"""Init containers that are added: short ones, ones that end with an error, and ones that never end."""

from typing import Any, ClassVar

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, Create
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import SPEC, edit, with_strategy
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

_IMAGE = "busybox:1.36"
_NAMES = ("prepare-config", "wait-for-deps", "migrate-schema", "warm-cache", "check-permissions")


class _InitContainer(Mechanism):
    """Adds an init container whose script comes from a ConfigMap."""

    family = "startup"
    scripts: ClassVar[tuple[str, ...]]

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload and a script."""
        body = scene.pick(random, [each for each in scene.workloads if each["kind"] == "Deployment"])
        if body is None:
            return None
        ref, name = ref_of(body), random.pick(_NAMES)
        script = self.script(scene, body, random)
        configmap = Ref("ConfigMap", ref.namespace, f"{ref.name}-config")
        changes: dict[Path, Any] = {
            (*SPEC, "initContainers", Item(name)): {
                "name": name,
                "image": _IMAGE,
                "imagePullPolicy": "IfNotPresent",
                "command": ["sh", "-c", script],
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "volumeMounts": [{"mountPath": "/scripts", "name": f"{name}-scripts"}],
            },
            (*SPEC, "volumes", Item(f"{name}-scripts")): {
                "name": f"{name}-scripts",
                "configMap": {"name": configmap.name, "defaultMode": 420},
            },
        }
        actions: tuple[Action, ...] = edit(body, with_strategy(body, changes, random), hand)
        if scene.store.get(configmap) is None:
            actions = (Create(_config_map(configmap, name, script), hand), *actions)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=(*of_workload(body, scene.names), exact(configmap)),
            actions=actions,
            condition=f"its pods begin with the container {name}, which runs {script!r}",
            solution=f"take the init container {name} out of {ref.name}",
        )

    def script(self, scene: Scene, body: JsonObject, random: Randomness) -> str:
        """Return what the init container does."""
        return random.pick(self.scripts)


class CrashingInitContainer(_InitContainer):
    """Adds an init container that ends with an error, or a similar one that does not."""

    name = "init-container-crashing"
    faults = ("fault 2",)
    scripts = (
        "echo preparing; exit 0",
        "echo preparing; sleep 2; exit 0",
        "echo preparing; exit 1",
        "echo preparing; sleep 3; exit 127",
    )


class HangingInitContainer(_InitContainer):
    """Adds an init container that waits: for a while, for something that is there, or for something that never comes."""

    name = "init-container-hanging"
    faults = ("fault 5",)

    def script(self, scene: Scene, body: JsonObject, random: Randomness) -> str:
        """Wait for a Service of the application, for one that does not exist, or for a time."""
        services = [
            f"{each['metadata']['name']} {each['spec']['ports'][0]['port']}"
            for each in scene.store.list("Service", scene.namespace)
            if each["spec"].get("selector")
        ]
        there = random.pick(services) if services else "kubernetes.default 443"
        host, _, port = there.partition(" ")
        missing = f"{host}-headless {port}" if random.below(2) else f"{host} {int(port) + 7}"
        return random.pick(
            [
                f"until nc -z {there}; do echo waiting; sleep 2; done",
                f"echo settling; sleep {random.between(5, 25)}",
                f"until nc -z {missing}; do echo waiting; sleep 2; done",
                "echo settling; sleep infinity",
            ]
        )


def _config_map(ref: Ref, name: str, script: str) -> JsonObject:
    metadata = {"name": ref.name, "namespace": ref.namespace}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "data": {f"{name}.sh": f"#!/bin/sh\n{script}\n"},
    }
