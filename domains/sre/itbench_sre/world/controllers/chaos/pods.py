"""What a PodChaos does: kills pods and containers, or puts an image in place that does nothing."""

from collections.abc import Callable
from typing import Any

from itbench_sre.world.controllers.chaos.targets import Target
from itbench_sre.world.kubelet.registry import PAUSE
from itbench_sre.world.store.paths import REMOVED, Path
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store

_MANAGER = "chaos-controller-manager"
_LONGEST_KEY = 63


class PodFaults:
    """Carries out PodChaos on one target at a time."""

    def __init__(self, store: Store, kill_container: Callable[[str, str], object]) -> None:
        self._store = store
        self._kill_container = kill_container

    def act(self, chaos: JsonObject, target: Target, *, is_run: bool) -> None:
        """Apply or recover."""
        ref = Ref("Pod", target.namespace, target.pod)
        pod = self._store.get(ref)
        if pod is None or pod["metadata"]["uid"] != target.uid:
            return
        action = chaos["spec"]["action"]
        if action == "pod-failure":
            self._replace_images(chaos, ref, pod, is_run=is_run)
        elif action == "pod-kill" and is_run:
            self._store.delete(ref, _MANAGER, grace_s=int(chaos["spec"].get("gracePeriod", 0)))
        elif action == "container-kill" and is_run:
            self._kill_container(target.uid, target.container)

    def _replace_images(self, chaos: JsonObject, ref: Ref, pod: JsonObject, *, is_run: bool) -> None:
        changes: dict[Path, Any] = {}
        annotations = dict(pod["metadata"].get("annotations") or {})
        for place in ("initContainers", "containers"):
            for at, container in enumerate(pod["spec"].get(place) or ()):
                key = _key(chaos, container["name"], is_init=place == "initContainers")
                if is_run and key not in annotations:
                    annotations[key] = container["image"]
                    changes[("spec", place, at, "image")] = PAUSE
                elif not is_run and key in annotations:
                    changes[("spec", place, at, "image")] = annotations.pop(key)
        if changes:
            changes[("metadata", "annotations")] = annotations or REMOVED
            self._store.edit(ref, changes, _MANAGER)


def _key(chaos: JsonObject, container: str, *, is_init: bool) -> str:
    name = f"{container}-{'init' if is_init else 'normal'}"
    key = f"chaos-mesh-{chaos['metadata']['name']}-{chaos['spec']['action']}-{name}-image"
    return name if len(key) > _LONGEST_KEY else key
