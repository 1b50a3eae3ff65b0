"""The Kubernetes objects that a snapshot shows, one by one, in bounded memory.

`k8s_objects_raw.tsv` lists objects: all of some kinds. Events, alerts, metrics, logs and traces mention others, such as
pods that came and went between two pulls, and objects of kinds that nobody pulled.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from itbench import DataError, Input, JsonObject
from itbench_sre.snapshot import events, logs, objects, traces
from itbench_sre.snapshot.alerts import is_alert_file, read_alerts
from itbench_sre.snapshot.events import parse_event
from itbench_sre.snapshot.metrics import metric_file
from itbench_sre.snapshot.objects import ObjectId, parse_object
from itbench_sre.snapshot.records import parse_body
from itbench_sre.snapshot.tsv import open_table, read_rows
from itbench_sre.snapshot.values import parse_map

_LABELS: Final = {
    "cronjob": "CronJob",
    "daemonset": "DaemonSet",
    "deployment": "Deployment",
    "horizontalpodautoscaler": "HorizontalPodAutoscaler",
    "job_name": "Job",
    "namespace": "Namespace",
    "node": "Node",
    "persistentvolumeclaim": "PersistentVolumeClaim",
    "pod": "Pod",
    "poddisruptionbudget": "PodDisruptionBudget",
    "replicaset": "ReplicaSet",
    "resourcequota": "ResourceQuota",
    "service": "Service",
    "service_name": "Service",
    "statefulset": "StatefulSet",
}
_ATTRIBUTES: Final = {
    "k8s.cronjob.name": "CronJob",
    "k8s.daemonset.name": "DaemonSet",
    "k8s.deployment.name": "Deployment",
    "k8s.job.name": "Job",
    "k8s.namespace.name": "Namespace",
    "k8s.node.name": "Node",
    "k8s.pod.name": "Pod",
    "k8s.replicaset.name": "ReplicaSet",
    "k8s.statefulset.name": "StatefulSet",
    "service.name": "Service",
}
_CLUSTER_SCOPED: Final = frozenset({"Namespace", "Node"})


class Damage(list[str]):
    """Takes what is wrong with rows and keeps only that there was something."""

    def append(self, item: str) -> None:
        """Keep the first one."""
        if not self:
            super().append(item)


def listed_objects(inputs: Sequence[Input], damage: Damage) -> Iterator[ObjectId]:
    """Yield the objects of every pull, in file order; what cannot be read is told of in `damage`."""
    for entry in inputs:
        if _name(entry) == objects.FILE_NAME:
            try:
                yield from _in_bodies(entry, _object_id, damage)
            except DataError as error:
                damage.append(str(error))


def mentioned_objects(inputs: Sequence[Input]) -> Iterator[ObjectId]:
    """Yield the objects that metrics, alerts, events, logs and traces name; what cannot be read is left out."""
    readers = (_in_metrics, _in_alerts, _in_events, _in_resources)
    for reader in readers:
        for entry in inputs:
            try:
                yield from reader(entry)
            except DataError:
                continue  # A file that cannot be read shows nothing.


def _in_events(entry: Input) -> Iterator[ObjectId]:
    if _name(entry) != events.FILE_NAME:
        return
    for about in _in_bodies(entry, _id_in_event, Damage()):
        if about.kind and about.name:
            yield about


def _in_metrics(entry: Input) -> Iterator[ObjectId]:
    found = metric_file(entry.path, entry.source)
    if found is None:
        return
    first = next(read_rows(entry.source, faults=Damage()), {})
    yield ObjectId(first.get("namespace", ""), "Pod" if found.owner == "pod" else "Service", found.name)


def _in_alerts(entry: Input) -> Iterator[ObjectId]:
    if not is_alert_file(entry.path):
        return
    for alert in read_alerts(entry.source).alerts:
        yield from _of_labels(alert.labels, alert.labels.get("namespace", ""), _LABELS)


def _in_resources(entry: Input) -> Iterator[ObjectId]:
    if _name(entry) not in {logs.FILE_NAME, traces.FILE_NAME}:
        return
    with open_table(entry.source, required=("ResourceAttributes",), faults=Damage()) as table:
        column = table.position["ResourceAttributes"]
        for row in table:
            yield from _of_attributes(row[column])


# The attributes repeat for every record of a pod.
@lru_cache(maxsize=4096)
def _of_attributes(text: str) -> tuple[ObjectId, ...]:
    try:
        attributes = parse_map(text)
    except ValueError:
        return ()
    return tuple(_of_labels(attributes, attributes.get("k8s.namespace.name", ""), _ATTRIBUTES))


def _of_labels(labels: Mapping[str, str], namespace: str, kinds: Mapping[str, str]) -> Iterator[ObjectId]:
    for label, kind in kinds.items():
        name = labels.get(label)
        if name:
            yield ObjectId("" if kind in _CLUSTER_SCOPED else namespace, kind, name)


def _in_bodies(entry: Input, id_in: Callable[[JsonObject], ObjectId], damage: Damage) -> Iterator[ObjectId]:
    with open_table(entry.source, required=("Body",), faults=damage) as table:
        body = table.position["Body"]
        yield from table.records(lambda row: id_in(parse_body(row[body])))


def _object_id(body: JsonObject) -> ObjectId:
    return parse_object(body, 0).id


def _id_in_event(body: JsonObject) -> ObjectId:
    event = parse_event(body, 0)
    return ObjectId(event.namespace, event.kind, event.name)


def _name(entry: Input) -> str:
    return entry.path.rpartition("/")[2]
