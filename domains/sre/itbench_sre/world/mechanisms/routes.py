"""Where gateways lead: HTTPRoutes and Ingresses."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Edit
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.paths import Path
from itbench_sre.world.store.refs import JsonObject, ref_of


class Route(Mechanism):
    """Edits an HTTPRoute or an Ingress: where it leads, at which port, for which requests, or only how it is described."""

    name = "route"
    family = "network"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick one, and an edit."""
        fits = [body for kind in ("HTTPRoute", "Ingress") for body in scene.store.list(kind, scene.namespace)]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref = ref_of(body)
        place, value, words = random.pick(_edits(scene, body, random))
        return Plan(
            target=ref,
            affects=(),
            actions=(Edit(ref, ((place, value),), hand),),
            condition=words,
            solution=f"give the {ref.kind} {ref.name} its old spec",
        )


def _edits(scene: Scene, body: JsonObject, random: Randomness) -> list[tuple[Path, Any, str]]:
    other = random.pick([each["metadata"]["name"] for each in scene.store.list("Service", scene.namespace)])
    described: Path = ("metadata", "annotations", "owner")
    edits: list[tuple[Path, Any, str]] = [(described, "edge-team", "its owner is written down")]
    if body["kind"] == "HTTPRoute":
        to: Path = ("spec", "rules", 0, "backendRefs", 0)
        now = body["spec"]["rules"][0]["backendRefs"][0]
        parent: Path = ("spec", "parentRefs", 0, "name")
        gateway = body["spec"]["parentRefs"][0]["name"]
        return [
            *edits,
            ((*to, "port"), int(now["port"]) + 1, f"it leads to port {int(now['port']) + 1}"),
            ((*to, "name"), other, f"it leads to {other}"),
            ((*to, "weight"), 100, "its backend has the weight 100"),
            (("spec", "rules", 0, "timeouts"), {"request": "30s"}, "requests may take 30 s"),
            (parent, f"{gateway}-v2", f"it belongs to the gateway {gateway}-v2"),
        ]
    at: Path = ("spec", "rules", 0, "http", "paths", 0, "backend", "service")
    return [
        *edits,
        ((*at, "name"), other, f"it leads to {other}"),
        (("spec", "rules", 0, "host"), "shop.example", "it is for the host shop.example"),
    ]
