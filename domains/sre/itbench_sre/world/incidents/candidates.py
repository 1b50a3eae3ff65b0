"""Which changes rows of evidence show: edits of objects, experiments that events tell of, and what they are about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from itbench_sre.world.incidents.rows import EVENTS, OBJECTS, Row, differences
from itbench_sre.world.incidents.symptoms import workload_of
from itbench_sre.world.store.refs import JsonObject

_KINDS: Final = {
    "deployments": "Deployment", "statefulsets": "StatefulSet", "daemonsets": "DaemonSet", "services": "Service",
    "configmaps": "ConfigMap", "networkpolicies": "NetworkPolicy", "resourcequotas": "ResourceQuota",
    "limitranges": "LimitRange", "nodes": "Node", "horizontalpodautoscalers": "HorizontalPodAutoscaler",
    "poddisruptionbudgets": "PodDisruptionBudget", "namespaces": "Namespace", "ingresses": "Ingress", "cronjobs": "CronJob",
    "serviceaccounts": "ServiceAccount", "persistentvolumeclaims": "PersistentVolumeClaim",
}  # fmt: skip
# What controllers write by themselves.
_IGNORED: Final = ("metadata.", "status", "spec.template.metadata.annotations", "spec.finalizers")
_NODE_TAINTS: Final = "node.kubernetes.io/"


@dataclass(slots=True)
class Candidate:
    """A change that rows show.

    Attributes:
        name: of the object, `namespace/Kind/name`.
        what: `added`, `changed`, `gone`, or `experiment`.
        at: when a row first shows it.
        edits: place of the object -> value before and after.
        body: the object afterwards; before, for what is gone.
        targets: workloads that it is about, where the rows say so.
    """

    name: str
    what: str
    at: str
    edits: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    body: JsonObject = field(default_factory=dict)
    targets: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Return the kind of the object."""
        return self.name.split("/", 2)[1]

    @property
    def own_name(self) -> str:
        """Return the object's own name."""
        return self.name.split("/", 2)[2]


def candidates(rows: Sequence[Row]) -> list[Candidate]:
    """Return the changes that rows show, each object once, with all its edits."""
    found: dict[str, Candidate] = {}
    for one in (*_edits(rows), *_experiments(rows)):
        known = found.get(one.name)
        if known is None:
            found[one.name] = one
        else:
            known.edits = {**known.edits, **one.edits}
            known.body = one.body or known.body
            known.targets = tuple(dict.fromkeys([*known.targets, *one.targets]))
    return list(found.values())


def restarted(rows: Sequence[Row]) -> dict[str, JsonObject]:
    """Return the workloads that got new pods, or lost some, without another edit, with what they are then."""
    found = {}
    for row in rows:
        kind, name = _place(row)[1:] if row.file == OBJECTS else ("", "")
        body, before = row.fields.get("body"), row.fields.get("before")
        if kind in ("deployments", "statefulsets", "daemonsets") and body and before:
            paths = [path for path, _, _ in differences(before, body)]
            if not any(map(_is_told, paths)):
                found[name] = body
    return found


def _place(row: Row) -> tuple[str, str, str]:
    namespace, kind, name = row.key.rpartition("@")[0].split("/", 2)
    return namespace, kind, name


def _edits(rows: Sequence[Row]) -> Iterator[Candidate]:
    for row in rows:
        if row.file != OBJECTS:
            continue
        namespace, plural, name = _place(row)
        kind = _KINDS.get(plural)
        body, before = row.fields["body"], row.fields["before"]
        if kind is None or (row.what == "added" and body["metadata"].get("ownerReferences")):
            continue
        full_name = f"{namespace}/{kind}/{name}"
        if row.what != "changed":
            yield Candidate(full_name, row.what, row.at, {}, body or before or {})
            continue
        edits = {path: (old, new) for path, old, new in differences(before, body) if _is_told(path)}
        edits = {path: pair for path, pair in edits.items() if not _is_of_cluster(kind, path, pair)}
        if edits:
            yield Candidate(full_name, "changed", row.at, edits, body)


def _is_told(path: str) -> bool:
    return not path.startswith(_IGNORED) or path.startswith("metadata.labels")


def _is_of_cluster(kind: str, path: str, pair: tuple[Any, Any]) -> bool:
    """Whether the cluster edits such a place by itself: taints for conditions of a node."""
    if kind != "Node" or path != "spec.taints":
        return False
    keys = {taint["key"] for taints in pair for taint in taints or ()}
    return all(key.startswith(_NODE_TAINTS) for key in keys)


def _experiments(rows: Sequence[Row]) -> Iterator[Candidate]:
    """Yield what Chaos Mesh tells of: a schedule and its experiments are one, named as the schedule."""
    spawned: dict[str, str] = {}
    for row in rows:
        if row.file != EVENTS:
            continue
        about = row.fields["involvedObject"]
        if "chaos-mesh" not in about.get("apiVersion", ""):
            continue
        name, message = about["name"], row.fields["message"]
        if about["kind"] == "Schedule":
            if message.startswith("Create new object: "):
                spawned[message.rpartition(" ")[2]] = name
            yield Candidate(f"{about['namespace']}/Schedule/{name}", "experiment", row.at)
        elif message.startswith("Successfully apply chaos for "):
            pod = message.partition(" for ")[2].split("/")[1]
            owner = spawned.get(name)
            full_name = (
                f"{about['namespace']}/Schedule/{owner}"
                if owner
                else f"{about['namespace']}/{about['kind']}/{name}"
            )
            target = workload_of("Pod", pod)
            yield Candidate(
                full_name, "experiment", row.at, {"kind": (None, about["kind"])}, targets=(target,)
            )
