"""Feature flags: another variant for everybody, or for a group of users that is there or not."""

import json
from typing import Any

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Edit, Restart
from itbench_sre.world.mechanisms.change import Name
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, of_workload
from itbench_sre.world.mechanisms.references import reads
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

PUBLISHED = (
    "adFailure",
    "adHighCpu",
    "adManualGc",
    "cartFailure",
    "imageSlowLoad",
    "kafkaQueueProblems",
    "loadGeneratorFloodHomepage",
    "paymentFailure",
    "paymentUnreachable",
    "productCatalogFailure",
    "recommendationCacheFailure",
)


class FeatureFlag(Mechanism):
    """Edits the file of flags: flips one for everybody, for a group, by so many percent, or one that nobody asks for."""

    name = "feature-flag"
    family = "flags"
    faults = ("fault 18", *(f"flag {name}" for name in PUBLISHED))

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a flag, a variant and who gets it."""
        found = flag_files(scene)
        if not found:
            return None
        ref, key, flags = random.pick(found)
        name = random.pick(sorted(flags["flags"]))
        flag = flags["flags"][name]
        variants = [variant for variant in sorted(flag["variants"]) if variant != flag["defaultVariant"]]
        if not variants:
            return None
        variant = random.pick(variants)
        flipped, words = _flipped(flag, variant, random)
        text = json.dumps({**flags, "flags": {**flags["flags"], name: flipped}}, indent=2)
        return Plan(
            target=ref,
            affects=tuple(scene.asking(name)),
            names=(exact(ref), *_flooders(scene, name)),
            depth=_depth(flag, variant),
            actions=(Edit(ref, ((("data", key), text),), hand), *_restarts(scene, ref.name, random)),
            pause_us=random.between(3, 20) * SECOND_US,
            condition=f"the flag {name} is {variant!r} {words}",
            solution=f"set the flag {name} to {flag['defaultVariant']!r} again",
        )


def flag_files(scene: Scene) -> list[tuple[Ref, str, JsonObject]]:
    """Return ConfigMap, key and content of each file of flags."""
    found = []
    for body in scene.store.list("ConfigMap", scene.namespace):
        for key, text in sorted(body.get("data", {}).items()):
            if key.endswith(".json") and '"defaultVariant"' in text:
                found.append(
                    (Ref("ConfigMap", scene.namespace, body["metadata"]["name"]), key, json.loads(text))
                )
    return found


def _restarts(scene: Scene, name: str, random: Randomness) -> list[Restart]:
    """Restart the server of flags where it reads a copy that is made at its start; one time of four nobody thinks of it."""
    readers = [
        body
        for body in scene.everything
        if reads(body, name) and body["spec"]["template"]["spec"].get("initContainers")
    ]
    return [Restart(ref_of(body)) for body in readers if random.fork("restart").below(4)]


def _flooders(scene: Scene, flag: str) -> list[Name]:
    """Name the pods that play users where the flag is theirs, as the published truths do."""
    asking = scene.asking(flag)
    players = [
        body
        for body in scene.everything
        if body["metadata"]["name"] in asking and (program := scene.program(body)) and program.role == "load"
    ]
    return [of_workload(body, scene.names)[1] for body in players]


def _flipped(flag: JsonObject, variant: str, random: Randomness) -> tuple[JsonObject, str]:
    who = random.pick(("everybody", "everybody", "everybody", "group", "nobody"))
    if who == "everybody":
        return {**flag, "defaultVariant": variant}, "for everybody"
    group = random.pick(("beta", "staff", "internal-testers"))
    rule: dict[str, Any] = {"if": [{"==": [{"var": "group"}, group]}, variant, flag["defaultVariant"]]}
    if who == "nobody":
        return {**flag, "state": "DISABLED", "defaultVariant": variant}, "but is disabled"
    return {**flag, "targeting": rule}, f"for the group {group}"


def _depth(flag: JsonObject, variant: str) -> int:
    """Return a variant's value in thousandths of the largest."""
    values = [value for value in flag["variants"].values() if isinstance(value, int | float)]
    value, most = flag["variants"][variant], max(values, default=0)
    return int(1000 * value / most) if most and isinstance(value, int | float) else 1000
