"""Objects that any namespace has and nothing here acts on: claims, roles, budgets, a job that is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import NAMESPACE
from itbench_sre.world.clock.times import kubernetes_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.manifests import JsonObject

    Add = Callable[..., JsonObject]

_CLAIMS = (
    ("clickhouse", "data-clickhouse-0", "gp3", "50Gi"),
    ("prometheus", "prometheus-db-prometheus-0", "gp3", "30Gi"),
    ("kube-system", "metrics-cache", "kops-ssd-1-17", "2Gi"),
)
_ROLES = (
    (NAMESPACE, "flagd-reader", "configmaps"),
    (NAMESPACE, "otel-collector", "pods"),
    ("chaos-mesh", "chaos-controller-manager-control-plane", "events"),
    ("ingress-nginx", "ingress-nginx", "configmaps"),
    ("kube-system", "leader-locking", "leases"),
    ("prometheus", "prometheus-k8s", "endpoints"),
)
_BUDGETS = ("ad", "frontend", "image-provider", "recommendation")


def add_namespaced(add: Add, installed_us: int) -> None:
    """Add them by `add(resource, api, kind, name, namespace, created_us, about, **content)`."""
    for namespace, name, storage, size in _CLAIMS:
        wished = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
        spec = {
            **wished,
            "storageClassName": storage,
            "volumeMode": "Filesystem",
            "volumeName": f"pvc-{name}",
        }
        status = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}, "phase": "Bound"}
        add(
            "persistentvolumeclaims", "v1", "PersistentVolumeClaim", name, namespace, spec=spec, status=status
        )
    for namespace, name, resource in _ROLES:
        rules = [{"apiGroups": [""], "resources": [resource], "verbs": ["get", "list", "watch"]}]
        api = "rbac.authorization.k8s.io"
        add("roles", f"{api}/v1", "Role", name, namespace, rules=rules)
        bound = {"apiGroup": api, "kind": "Role", "name": name}
        subjects = [{"kind": "ServiceAccount", "name": "default", "namespace": namespace}]
        add("rolebindings", f"{api}/v1", "RoleBinding", name, namespace, roleRef=bound, subjects=subjects)
    for name in _BUDGETS:
        selector = {"matchLabels": {"opentelemetry.io/name": name}}
        budget = {"maxUnavailable": 1, "selector": selector}
        add("poddisruptionbudgets", "policy/v1", "PodDisruptionBudget", name, NAMESPACE, spec=budget)
    _add_job(add, installed_us)


def _add_job(add: Add, installed_us: int) -> None:
    container = {"image": "docker.io/library/postgres:17.6", "name": "migrate"}
    template = {"spec": {"containers": [container], "restartPolicy": "Never"}}
    spec: JsonObject = {"backoffLimit": 6, "completions": 1, "parallelism": 1, "template": template}
    done = {"status": "True", "type": "Complete"}
    finished = kubernetes_text(installed_us + 41_000_000)
    status = {"completionTime": finished, "conditions": [done], "succeeded": 1}
    add("jobs", "batch/v1", "Job", "schema-migrate-1", NAMESPACE, spec=spec, status=status)
