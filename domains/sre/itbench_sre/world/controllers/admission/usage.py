"""What an object counts against the quotas of its namespace."""

from collections.abc import Iterable

from itbench_sre.world.controllers.pods import is_over
from itbench_sre.world.controllers.resources import Amounts, amounts_of
from itbench_sre.world.store.kinds import KINDS
from itbench_sre.world.store.pod_defaults import quality_of_service
from itbench_sre.world.store.quantities import quantity, thousandths
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.selectors import is_met

_ONE = 1000
_OBJECTS = {
    "ConfigMap": "configmaps",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "ReplicationController": "replicationcontrollers",
    "ResourceQuota": "resourcequotas",
    "Secret": "secrets",
    "Service": "services",
}
_AMOUNTS = ("cpu", "memory", "ephemeral-storage")


def usage_of(body: JsonObject) -> Amounts:
    """Return what an object uses of every resource that a quota may name."""
    kind = body["kind"]
    known = KINDS.get(kind)
    if known is None or not known.is_namespaced:
        return {}
    used: Amounts = {f"count/{known.resource}": _ONE}
    if kind in _OBJECTS:
        used[_OBJECTS[kind]] = _ONE
    if kind == "Pod":
        used |= _pod_usage(body)
    elif kind == "Service":
        type_ = body["spec"].get("type")
        if type_ == "LoadBalancer":
            used["services.loadbalancers"] = _ONE
        if type_ in ("LoadBalancer", "NodePort"):
            used["services.nodeports"] = _ONE * len(body["spec"].get("ports") or ())
    elif kind == "PersistentVolumeClaim":
        size = thousandths((body["spec"]["resources"].get("requests") or {}).get("storage", 0))
        used["requests.storage"] = size
        if storage_class := body["spec"].get("storageClassName"):
            head = f"{storage_class}.storageclass.storage.k8s.io"
            used |= {f"{head}/requests.storage": size, f"{head}/persistentvolumeclaims": _ONE}
    return used


def _pod_usage(pod: JsonObject) -> Amounts:
    if is_over(pod):
        return {}
    requests, limits = amounts_of(pod), amounts_of(pod, "limits")
    used: Amounts = {"pods": _ONE}
    for name in _AMOUNTS:
        if name in requests:
            used[name] = used[f"requests.{name}"] = requests[name]
        if name in limits:
            used[f"limits.{name}"] = limits[name]
    for name, amount in requests.items():
        if name not in _AMOUNTS:
            used[f"requests.{name}"] = amount
    return used


def text_of(name: str, amount: int) -> str:
    """Return an amount as a quota's status prints it."""
    return quantity(amount, binary="memory" in name or "storage" in name)


def listed(names: Iterable[str], amounts: Amounts) -> str:
    """Return `cpu=1,memory=2Gi`, in order of the names."""
    return ",".join(f"{name}={text_of(name, amounts.get(name, 0))}" for name in sorted(names))


def is_in_scope(quota: JsonObject, body: JsonObject) -> bool:
    """Return whether the scopes of a quota cover an object."""
    spec = quota["spec"]
    scopes = [{"scopeName": name, "operator": "Exists"} for name in spec.get("scopes") or ()]
    scopes += (spec.get("scopeSelector") or {}).get("matchExpressions") or []
    if not scopes:
        return True
    return body["kind"] == "Pod" and all(_is_scope_met(each, body["spec"]) for each in scopes)


def _is_scope_met(scope: JsonObject, spec: JsonObject) -> bool:
    name = scope["scopeName"]
    if name in ("BestEffort", "NotBestEffort"):
        return (quality_of_service(spec) == "BestEffort") is (name == "BestEffort")
    if name in ("Terminating", "NotTerminating"):
        return ((spec.get("activeDeadlineSeconds") or -1) >= 0) is (name == "Terminating")
    if name == "PriorityClass":
        labels = {"priority": spec["priorityClassName"]} if spec.get("priorityClassName") else {}
        return is_met("priority", scope["operator"], scope.get("values") or (), labels)
    return False
