"""What is added to each new pod: its account's token, tolerations, priority, and the limits of its namespace."""

from typing import Any

from itbench_sre.world.controllers.admission.words import forbidden
from itbench_sre.world.store.paths import Path, changed
from itbench_sre.world.store.pod_defaults import quality_of_service
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store

_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
_TOLERATED = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_BUILT_IN = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}


class PodAdmission:
    """Fills in what depends on other objects: ServiceAccount, PriorityClass, LimitRange."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, body: JsonObject, old: JsonObject | None, manager: str) -> JsonObject:
        """Return a new pod with what is added to it.

        Raises:
            Refusal: its account or its priority class is not there.
        """
        if body["kind"] != "Pod" or old is not None:
            return body
        body = self._with_limits(body)
        body = self._with_priority(self._with_account(body))
        spec = {**body["spec"], "tolerations": _tolerations(body["spec"].get("tolerations") or [])}
        status = {**body["status"], "qosClass": quality_of_service(spec)}
        return {**body, "spec": spec, "status": status}

    def _with_account(self, body: JsonObject) -> JsonObject:
        spec, namespace = body["spec"], body["metadata"]["namespace"]
        name = spec.get("serviceAccountName") or "default"
        account = self._store.get(Ref("ServiceAccount", namespace, name))
        if account is None:
            words = f'error looking up service account {namespace}/{name}: serviceaccount "{name}" not found'
            raise forbidden(body, words, is_named=False)
        spec = {**spec, "serviceAccount": name, "serviceAccountName": name}
        if account.get("imagePullSecrets") and not spec.get("imagePullSecrets"):
            spec["imagePullSecrets"] = account["imagePullSecrets"]
        asked = spec.get("automountServiceAccountToken", account.get("automountServiceAccountToken", True))
        return {**body, "spec": self._with_token(spec, body["metadata"]["name"]) if asked else spec}

    def _with_token(self, spec: JsonObject, pod: str) -> JsonObject:
        volume = f"kube-api-access-{self._store.stream('token', pod).suffix()}"
        mount = {"mountPath": _MOUNT, "name": volume, "readOnly": True}
        made = dict(spec)
        for part in ("containers", "initContainers"):
            if part in spec:
                made[part] = [
                    {**each, "volumeMounts": [*(each.get("volumeMounts") or ()), mount]}
                    for each in spec[part]
                ]
        made["volumes"] = [*(spec.get("volumes") or ()), _token_volume(volume)]
        return made

    def _with_priority(self, body: JsonObject) -> JsonObject:
        spec = body["spec"]
        name = spec.get("priorityClassName")
        if name in _BUILT_IN:
            made = {"priority": _BUILT_IN[name], "preemptionPolicy": "PreemptLowerPriority"}
        elif name:
            found = self._store.get(Ref("PriorityClass", "", name))
            if found is None:
                raise forbidden(body, f"no PriorityClass with name {name} was found", is_named=False)
            made = {"priority": found["value"], "preemptionPolicy": found["preemptionPolicy"]}
        else:
            made = {"priority": 0, "preemptionPolicy": "PreemptLowerPriority"}
            for each in self._store.list("PriorityClass"):
                if each.get("globalDefault"):
                    made = {"priority": each["value"], "preemptionPolicy": each["preemptionPolicy"]}
                    made["priorityClassName"] = each["metadata"]["name"]
        return {**body, "spec": {**spec, **made}}

    def _with_limits(self, body: JsonObject) -> JsonObject:
        for limit_range in self._store.list("LimitRange", body["metadata"]["namespace"]):
            for limit in limit_range["spec"]["limits"]:
                if limit["type"] == "Container":
                    body = _with_default_limits(body, limit)
        return body


def _with_default_limits(body: JsonObject, limit: JsonObject) -> JsonObject:
    changes: dict[Path, Any] = {}
    for part in ("containers", "initContainers"):
        for at, container in enumerate(body["spec"].get(part) or ()):
            before = container.get("resources") or {}
            limits = {**limit.get("default", {}), **(before.get("limits") or {})}
            requests = {**limit.get("defaultRequest", {}), **(before.get("requests") or {})}
            made = {
                **before,
                **({"limits": limits} if limits else {}),
                **({"requests": requests} if requests else {}),
            }
            if made != before:
                changes["spec", part, at, "resources"] = made
    return changed(body, changes) if changes else body


def _token_volume(name: str) -> JsonObject:
    field = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
        {"downwardAPI": {"items": [field]}},
    ]
    return {"name": name, "projected": {"defaultMode": 420, "sources": sources}}


def _tolerations(given: list[JsonObject]) -> list[JsonObject]:
    made = list(given)
    for key in _TOLERATED:
        is_covered = any(
            each.get("key") in (key, None, "") and each.get("effect") in ("NoExecute", None, "")
            for each in given
        )
        if not is_covered:
            made.append({"effect": "NoExecute", "key": key, "operator": "Exists", "tolerationSeconds": 300})
    return made
