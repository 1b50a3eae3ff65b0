"""What the mutating admission plug-ins that are on by default do to a pod before validating admission.

Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/ (ServiceAccount, Priority,
DefaultTolerationSeconds) and, for the status, the strategies of the built-in kinds.
"""

from collections.abc import Callable, Mapping
from typing import Any

_TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path
_VOLUME = "kube-api-access-itben"
_TOLERATED = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_TOLERATION_S = 300

# Tells whether a service account of a namespace and name mounts its token, or None where that is not set.
MountsToken = Callable[[str, str], bool | None]


def mutate_pod(pod: dict[str, Any], mounts_token: MountsToken) -> None:
    """Change a decoded pod as the plug-ins do."""
    spec = pod["spec"]
    if "kubernetes.io/config.mirror" not in pod["metadata"].get("annotations", {}):
        _set_account(spec)
        _mount_token(
            spec, mounts_token(str(pod["metadata"].get("namespace", "")), spec["serviceAccountName"])
        )
    _set_priority(spec)
    _set_tolerations(spec)
    pod["status"] = {"phase": "Pending", "qosClass": _quality(spec)}


def _set_account(spec: dict[str, Any]) -> None:
    account = spec.get("serviceAccountName") or "default"
    spec |= {"serviceAccountName": account, "serviceAccount": account}


def _mount_token(spec: dict[str, Any], of_account: bool | None) -> None:
    is_wanted = spec.get("automountServiceAccountToken", of_account)
    if is_wanted is False:
        return
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    without = [each for each in containers if not _has_token(each)]
    if not without:
        return
    for container in without:
        mount = {"name": _VOLUME, "readOnly": True, "mountPath": _TOKEN_PATH}
        container["volumeMounts"] = [*container.get("volumeMounts", []), mount]
    spec["volumes"] = [*spec.get("volumes", []), _token_volume()]


def _has_token(container: Mapping[str, Any]) -> bool:
    return any(each.get("mountPath") == _TOKEN_PATH for each in container.get("volumeMounts", []))


def _token_volume() -> dict[str, Any]:
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [namespace]}},
    ]
    return {"name": _VOLUME, "projected": {"sources": sources, "defaultMode": 0o644}}


def _set_priority(spec: dict[str, Any]) -> None:
    if "priorityClassName" not in spec:
        spec.setdefault("priority", 0)
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")


def _set_tolerations(spec: dict[str, Any]) -> None:
    present = spec.get("tolerations", [])
    missing = [key for key in _TOLERATED if not any(_tolerates(each, key) for each in present)]
    added = [
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _TOLERATION_S}
        for key in missing
    ]
    if added:
        spec["tolerations"] = [*present, *added]


def _tolerates(toleration: Mapping[str, Any], key: str) -> bool:
    return toleration.get("key", key) in {"", key} and toleration.get("effect", "NoExecute") == "NoExecute"


def _quality(spec: Mapping[str, Any]) -> str:
    resources = [
        each.get("resources", {})
        for each in [*(spec.get("containers") or []), *spec.get("initContainers", [])]
    ]
    if not any(each.get("limits") or each.get("requests") for each in resources):
        return "BestEffort"
    limited = all({"cpu", "memory"} <= set(each.get("limits", {})) for each in resources)
    return (
        "Guaranteed"
        if limited and all(each.get("requests") == each["limits"] for each in resources)
        else "Burstable"
    )
