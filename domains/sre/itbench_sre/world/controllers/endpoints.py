"""The endpoints controller: which addresses stand behind each service, ready and not."""

from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import condition, is_over, is_ready, is_terminating
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.selectors import has_labels, labels_of
from itbench_sre.world.store.store import Change

_TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"


class Endpoints:
    """Keeps an `Endpoints` object beside each service that has a selector."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, "endpoint-controller", self._sync)
        plane.store.watch("Service", self._on_service)
        plane.store.watch("Pod", self._on_pod)
        plane.store.watch("Endpoints", self._on_endpoints)

    def _on_service(self, change: Change) -> None:
        self._queue.add(change.ref)

    def _on_endpoints(self, change: Change) -> None:
        # One that a person deletes or edits is made anew.
        if change.manager != MANAGER:
            self._queue.add(Ref("Service", change.ref.namespace, change.ref.name))

    def _on_pod(self, change: Change) -> None:
        if change.type == "MODIFIED" and not _is_other(change.old or {}, change.body):
            return
        labels, before = labels_of(change.body), labels_of(change.old or change.body)
        for service in self._store.list("Service", change.ref.namespace):
            selector = service["spec"].get("selector")
            if selector and (has_labels(selector, labels) or has_labels(selector, before)):
                self._queue.add(Ref("Service", change.ref.namespace, service["metadata"]["name"]))

    def _sync(self, service: Ref) -> None:
        ref = Ref("Endpoints", service.namespace, service.name)
        body, old = self._store.get(service), self._store.get(ref)
        if body is None:
            if old is not None and _is_ours(old):
                self._store.delete(ref, MANAGER)
            return
        if not body["spec"].get("selector"):
            return
        subsets = self._subsets(body)
        labels = {**labels_of(body), "endpoints.kubernetes.io/managed-by": "endpoint-controller"}
        if body["spec"].get("clusterIP") == "None":
            labels["service.kubernetes.io/headless"] = ""
        if old is not None and (old.get("subsets") or []) == subsets and labels_of(old) == labels:
            return
        self._write(ref, old, labels, subsets)

    def _write(
        self, ref: Ref, old: JsonObject | None, labels: dict[str, str], subsets: list[JsonObject]
    ) -> None:
        metadata: JsonObject = {"name": ref.name, "namespace": ref.namespace}
        metadata = {**(old["metadata"] if old else metadata), "labels": labels}
        metadata["annotations"] = {_TRIGGER: kubernetes_text(self._plane.loop.now_us)}
        made: JsonObject = {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata}
        if subsets:
            made["subsets"] = subsets
        if old is None:
            self._store.create(made, MANAGER)
        else:
            self._store.replace(ref, made, MANAGER)

    def _subsets(self, service: JsonObject) -> list[JsonObject]:
        found: dict[tuple[tuple[str, int, str], ...], dict[str, list[JsonObject]]] = {}
        namespace, selector = service["metadata"]["namespace"], service["spec"]["selector"]
        all_count = bool(service["spec"].get("publishNotReadyAddresses"))
        for pod in self._store.list("Pod", namespace):
            if not has_labels(selector, labels_of(pod)) or not _is_listed(pod, all_count):
                continue
            is_listed_ready = all_count or is_ready(pod)
            part = "addresses" if is_listed_ready else "notReadyAddresses"
            group = found.setdefault(_ports(service, pod), {})
            group.setdefault(part, []).append(_address(pod, service))
        return [_subset(ports, group) for ports, group in sorted(found.items(), key=lambda each: each[0])]


def _is_ours(endpoints: JsonObject) -> bool:
    return "endpoints.kubernetes.io/managed-by" in labels_of(endpoints)


def _is_other(old: JsonObject, new: JsonObject) -> bool:
    """Return whether a change of a pod matters to endpoints."""
    return _facts(old) != _facts(new)


def _facts(pod: JsonObject) -> tuple[object, ...]:
    ready = condition(pod, "Ready")
    status = pod.get("status") or {}
    return (
        labels_of(pod),
        status.get("podIP"),
        ready and ready["status"],
        is_over(pod),
        is_terminating(pod),
        pod["spec"].get("nodeName"),
    )


def _is_listed(pod: JsonObject, all_count: bool) -> bool:
    if not pod["status"].get("podIP") or (is_terminating(pod) and not all_count):
        return False
    return not is_over(pod)


def _ports(service: JsonObject, pod: JsonObject) -> tuple[tuple[str, int, str], ...]:
    made = []
    for port in service["spec"].get("ports") or ():
        number = _number(port, pod)
        if number is not None:
            made.append((port.get("name", ""), number, port["protocol"]))
    return tuple(made)


def _number(port: JsonObject, pod: JsonObject) -> int | None:
    target = port.get("targetPort", port["port"])
    if isinstance(target, int):
        return target or int(port["port"])
    for container in pod["spec"]["containers"]:
        for each in container.get("ports") or ():
            if each.get("name") == target and each.get("protocol", "TCP") == port["protocol"]:
                return int(each["containerPort"])
    return None


def _address(pod: JsonObject, service: JsonObject) -> JsonObject:
    metadata = pod["metadata"]
    made: JsonObject = {"ip": pod["status"]["podIP"]}
    subdomain = pod["spec"].get("subdomain")
    if pod["spec"].get("hostname") and subdomain == service["metadata"]["name"]:
        made["hostname"] = pod["spec"]["hostname"]
    if pod["spec"].get("nodeName"):
        made["nodeName"] = pod["spec"]["nodeName"]
    made["targetRef"] = {
        "kind": "Pod",
        "name": metadata["name"],
        "namespace": metadata["namespace"],
        "uid": metadata["uid"],
    }
    return made


def _subset(ports: tuple[tuple[str, int, str], ...], group: dict[str, list[JsonObject]]) -> JsonObject:
    made: JsonObject = {
        part: sorted(group[part], key=lambda each: (each["ip"], each["targetRef"]["uid"]))
        for part in sorted(group)
    }
    if ports:
        made["ports"] = [
            {**({"name": name} if name else {}), "port": number, "protocol": protocol}
            for name, number, protocol in ports
        ]
    return made
