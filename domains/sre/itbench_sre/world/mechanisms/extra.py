"""New workloads that changes bring into a cluster: small scripts in containers, named from one pool."""

from collections.abc import Mapping, Sequence
from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import JsonObject, Ref

IMAGE = "busybox:1.36"
_WHAT = ("report", "index", "thumbnail", "invoice", "catalog", "session", "digest", "price", "audit", "media")
_WHO = ("builder", "sync", "worker", "refresh", "runner", "export", "batch", "keeper", "scorer", "encoder")


def new_ref(scene: Scene, random: Randomness, kind: str = "Deployment") -> Ref:
    """Return a name that no workload has yet, from the pool that every mechanism uses."""
    while True:
        name = f"{random.pick(_WHAT)}-{random.pick(_WHO)}"
        if random.below(3) == 0:
            name += f"-{random.between(2, 9)}"
        if not any(name == other or other.startswith(f"{name}-") for other in scene.names):
            return Ref(kind, scene.namespace, name)


def scripted(
    ref: Ref,
    script: str,
    *,
    replicas: int = 1,
    requests: Mapping[str, str] | None = None,
    limits: Mapping[str, str] | None = None,
    volumes: Sequence[tuple[JsonObject, str]] = (),
    **spec: Any,
) -> JsonObject:
    """Return a Deployment whose pods run a script; `volumes` are with their mount paths, `spec` further fields of its pods."""
    resources = {key: dict(value) for key, value in (("limits", limits), ("requests", requests)) if value}
    container: JsonObject = {
        "name": ref.name,
        "image": IMAGE,
        "command": ["sh", "-c", script],
        "resources": resources,
    }
    if volumes:
        container["volumeMounts"] = [{"name": volume["name"], "mountPath": path} for volume, path in volumes]
        spec["volumes"] = [volume for volume, _ in volumes]
    return deployed(ref, {"containers": [container], **spec}, replicas)


def deployed(ref: Ref, pod: JsonObject, replicas: int) -> JsonObject:
    """Return a Deployment of pods."""
    labels = {"app": ref.name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": ref.name, "namespace": ref.namespace, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
