"""Which pods and containers an experiment means."""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.selectors import has_labels, is_met, labels_of
from itbench_sre.world.store.store import Store

_BY_CONTAINER = ("StressChaos", "JVMChaos", "IOChaos", "TimeChaos", "DNSChaos")


@dataclass(frozen=True, slots=True)
class Target:
    """A pod or, for what acts on processes, a container; `key` says which of the experiment's selectors found it."""

    namespace: str
    pod: str
    uid: str
    container: str = ""
    key: str = "."

    @property
    def id(self) -> str:
        """Return its name in records and events."""
        parts = [self.namespace, self.pod, self.container]
        return "/".join(part for part in parts if part)


def targets_of(experiment: JsonObject, store: Store, random: Randomness) -> list[Target] | None:
    """Return the targets, or None where one of the selectors finds nothing."""
    kind, spec = experiment["kind"], experiment["spec"]
    home = experiment["metadata"]["namespace"]
    parts = [(".", spec)]
    if kind == "NetworkChaos" and spec.get("target"):
        parts.append((".Target", spec["target"]))
    found: list[Target] = []
    for key, part in parts:
        pods = _of_mode(part, _selected(part.get("selector") or {}, home, store), random)
        if not pods:
            return None
        found += [target for pod in pods for target in _targets(kind, spec, pod, key)]
    return found


def _targets(kind: str, spec: JsonObject, pod: JsonObject, key: str) -> list[Target]:
    metadata = pod["metadata"]
    place = (metadata["namespace"], metadata["name"], metadata["uid"])
    if kind not in _BY_CONTAINER and spec.get("action") != "container-kill":
        return [Target(*place, key=key)]
    containers = [each["name"] for each in pod["spec"]["containers"]]
    wanted = spec.get("containerNames") or containers[:1]
    return [Target(*place, container=name, key=key) for name in containers if name in wanted]


def _selected(selector: JsonObject, home: str, store: Store) -> list[JsonObject]:
    named = selector.get("pods") or {}
    namespaces = selector.get("namespaces") or ([home] if not named else list(named))
    pods = [
        pod
        for pod in store.list("Pod")
        if pod["metadata"]["namespace"] in namespaces and _is_meant(pod, selector, named)
    ]
    return sorted(pods, key=_by_name)


def _by_name(pod: JsonObject) -> tuple[str, str]:
    return pod["metadata"]["namespace"], pod["metadata"]["name"]


def _is_meant(pod: JsonObject, selector: JsonObject, named: JsonObject) -> bool:
    metadata, status = pod["metadata"], pod.get("status") or {}
    if named and metadata["name"] not in (named.get(metadata["namespace"]) or ()):
        return False
    phases, nodes = selector.get("podPhaseSelectors"), selector.get("nodes")
    if phases and status.get("phase") not in phases:
        return False
    if nodes and pod["spec"].get("nodeName") not in nodes:
        return False
    labels = labels_of(pod)
    if not has_labels(selector.get("labelSelectors") or {}, labels):
        return False
    if not has_labels(selector.get("annotationSelectors") or {}, metadata.get("annotations") or {}):
        return False
    return all(
        is_met(each["key"], each["operator"], each.get("values") or (), labels)
        for each in selector.get("expressionSelectors") or ()
    )


def _of_mode(part: JsonObject, pods: Sequence[JsonObject], random: Randomness) -> list[JsonObject]:
    mode = part.get("mode", "one")
    if mode == "all":
        return list(pods)
    # A JVMChaos that returns a value has that in the same place.
    value = int(part.get("value") or 0) if mode != "one" else 1
    if mode in ("one", "fixed"):
        count = value
    elif mode == "fixed-percent":
        count = len(pods) * value // 100
    else:
        count = len(pods) * random.below(value + 1) // 100
    chosen = random.shuffled(pods)[: min(count, len(pods))]
    return sorted(chosen, key=_by_name)
