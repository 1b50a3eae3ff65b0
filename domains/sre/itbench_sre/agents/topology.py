"""Which workloads an object acts upon, read from the objects themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from itbench import JsonObject, JsonValue
from itbench_sre.agents.gravity import is_workload
from itbench_sre.agents.names import mentions
from itbench_sre.snapshot import ObjectHistory, ObjectId

_CONFIG_KEYS = {"configMap", "configMapRef", "configMapKeyRef", "secret", "secretRef", "secretKeyRef"}
_ADDRESSING_KEYS = ("env", "args", "command")


@dataclass(slots=True)
class Topology:
    """The workloads of the cluster: their pods' labels and the configuration they read.

    Attributes:
        labels: of the pods of each workload, by namespace and name.
        readers: workloads that read a ConfigMap or Secret, by namespace and name of that.
    """

    labels: dict[tuple[str, str], JsonObject] = field(default_factory=dict)
    readers: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def selected(self, namespace: str, selector: JsonValue) -> set[str]:
        """Return the workloads in a namespace whose pods a selector of labels takes; an empty one takes all."""
        if not isinstance(selector, dict):
            return set()
        wanted = selector.get("matchLabels", {} if "matchExpressions" in selector else selector)
        if not isinstance(wanted, dict):
            return set()
        return {
            name
            for (space, name), labels in self.labels.items()
            if space == namespace and all(labels.get(key) == value for key, value in wanted.items())
        }


def read_topology(histories: Mapping[ObjectId, ObjectHistory]) -> Topology:
    """Return the topology that the workloads' last versions show."""
    topology = Topology()
    for id_, history in histories.items():
        if not is_workload(id_.kind):
            continue
        template = pod_template(history.versions[-1].body)
        topology.labels[id_.namespace, id_.name] = _mapping(_mapping(template, "metadata"), "labels")
        for name in _config_names(template):
            topology.readers.setdefault((id_.namespace, name), set()).add(id_.name)
    return topology


def targets(id_: ObjectId, body: JsonObject, topology: Topology) -> set[str]:
    """Return the workloads that an object acts upon by its own words."""
    spec = _mapping(body, "spec")
    if is_workload(id_.kind):
        return {id_.name}
    if id_.kind in {"ConfigMap", "Secret"}:
        return topology.readers.get((id_.namespace, id_.name), set())
    if id_.kind == "NetworkPolicy":
        return topology.selected(id_.namespace, spec.get("podSelector"))
    if id_.kind == "PodDisruptionBudget":
        return topology.selected(id_.namespace, spec.get("selector"))
    if id_.kind == "Service":
        # A selector that takes nothing any more is the fault; the name still tells whose it was.
        return topology.selected(id_.namespace, spec.get("selector") or None) | {id_.name}
    if id_.kind == "HorizontalPodAutoscaler":
        return {str(_mapping(spec, "scaleTargetRef").get("name", ""))} - {""}
    return set()


def addressed(body: JsonObject, names: set[str]) -> set[str]:
    """Return the workloads among `names` that the containers of an object are told to talk to."""
    told = " ".join(
        item
        for container in _containers(body)
        for key in _ADDRESSING_KEYS
        for _, item in _inside(container.get(key))
        if isinstance(item, str)
    )
    return {name for name in names if mentions(told, name)}


def pod_template(body: JsonObject) -> JsonObject:
    """Return the template of the pods of a workload, also of a CronJob; empty if it has none."""
    spec = _mapping(body, "spec")
    return _mapping(_mapping(_mapping(spec, "jobTemplate"), "spec") or spec, "template")


def _mapping(value: JsonObject, key: str) -> JsonObject:
    item = value.get(key)
    return item if isinstance(item, dict) else {}


def _containers(body: JsonObject) -> list[JsonObject]:
    containers = _mapping(pod_template(body), "spec").get("containers")
    return [item for item in containers if isinstance(item, dict)] if isinstance(containers, list) else []


def _config_names(template: JsonObject) -> Iterator[str]:
    for key, item in _inside(template):
        if key in _CONFIG_KEYS and isinstance(item, dict):
            name = item.get("name", item.get("secretName"))
            if isinstance(name, str):
                yield name


def _inside(value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Yield a value and everything in it with the key it stands under; not by recursion, as JSON may be deep."""
    waiting: list[tuple[str, JsonValue]] = [("", value)]
    while waiting:
        key, item = waiting.pop()
        yield key, item
        if isinstance(item, dict):
            waiting += item.items()
        elif isinstance(item, list):
            waiting += [(key, part) for part in item]
