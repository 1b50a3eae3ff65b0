"""Who may do what: the roles that every cluster has, and those of the standing workloads."""

from itbench_sre.world.application.manifests import role_binding, thing
from itbench_sre.world.application.platform.parts import Standing
from itbench_sre.world.store.refs import JsonObject

_RBAC = "rbac.authorization.k8s.io/v1"
_BOOTSTRAP = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_AUTOUPDATE = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
_READ = ["get", "list", "watch"]
_WRITE = ["create", "delete", "patch", "update"]
# Role -> (API group, resources, verbs); bound to a group or user of the same meaning where one is named.
_USUAL: tuple[tuple[str, str, tuple[str, ...], list[str], str], ...] = (
    ("cluster-admin", "*", ("*",), ["*"], "system:masters"),
    ("admin", "", ("pods", "services", "configmaps", "secrets"), _READ + _WRITE, ""),
    ("edit", "", ("pods", "services", "configmaps", "secrets"), _READ + _WRITE, ""),
    ("view", "", ("pods", "services", "configmaps", "endpoints"), _READ, ""),
    ("system:basic-user", "authorization.k8s.io", ("selfsubjectaccessreviews",), ["create"], "system:authenticated"),
    ("system:discovery", "", ("componentstatuses",), ["get"], "system:authenticated"),
    ("system:node", "", ("nodes", "pods", "secrets", "configmaps"), _READ, "system:nodes"),
    ("system:node-proxier", "", ("services", "endpoints", "nodes"), _READ, "system:kube-proxy"),
    ("system:kube-scheduler", "", ("pods", "nodes", "bindings"), [*_READ, "create", "update"], "system:kube-scheduler"),
    ("system:kube-controller-manager", "", ("*",), _READ, "system:kube-controller-manager"),
    ("system:monitoring", "", ("nodes/metrics",), ["get"], "system:monitoring"),
    ("system:public-info-viewer", "", ("healthz",), ["get"], "system:unauthenticated"),
    ("system:aggregate-to-admin", "authorization.k8s.io", ("localsubjectaccessreviews",), ["create"], ""),
    ("system:aggregate-to-edit", "apps", ("deployments", "statefulsets"), _READ + _WRITE, ""),
    ("system:aggregate-to-view", "apps", ("deployments", "statefulsets"), _READ, ""),
    ("system:persistent-volume-provisioner", "", ("persistentvolumes", "persistentvolumeclaims"), _READ + _WRITE, ""),
    ("system:volume-scheduler", "storage.k8s.io", ("storageclasses",), _READ, "system:kube-scheduler"),
    ("system:certificates.k8s.io:kubelet-serving-approver", "certificates.k8s.io", ("signers",), ["approve"], ""),
)  # fmt: skip
_CONTROLLERS = (
    "deployment-controller", "replicaset-controller", "statefulset-controller", "daemon-set-controller", "job-controller",
    "cronjob-controller", "endpoint-controller", "endpointslice-controller", "horizontal-pod-autoscaler",
    "namespace-controller", "node-controller", "persistent-volume-binder", "pod-garbage-collector",
    "resourcequota-controller", "service-account-controller", "disruption-controller", "attachdetach-controller",
    "generic-garbage-collector", "ttl-after-finished-controller", "expand-controller",
)  # fmt: skip
_WATCHED = {
    "chaos-controller-manager": "chaos-mesh.org",
    "clickhouse-operator": "clickhouse.altinity.com",
    "istiod": "networking.istio.io",
    "opentelemetry-operator": "opentelemetry.io",
    "prometheus-kube-prometheus-operator": "monitoring.coreos.com",
    "cert-manager": "cert-manager.io",
}


def usual_rights(scale: int) -> list[JsonObject]:
    """Return the roles and bindings that a cluster begins with; those of controllers from scale 2 on."""
    made: list[JsonObject] = []
    for name, group, resources, verbs, subject in _USUAL:
        rules = [{"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}]
        made.append(_cluster_role(name, rules))
        if subject:
            kind = (
                "Group"
                if subject.startswith(("system:m", "system:a", "system:u", "system:nodes"))
                else "User"
            )
            made.append(_bound(name, name, kind, subject))
    for name in _CONTROLLERS if scale > 1 else _CONTROLLERS[:4]:
        role = f"system:controller:{name}"
        rules = [{"apiGroups": ["", "apps", "batch"], "resources": ["*"], "verbs": _READ + _WRITE}]
        made += [
            _cluster_role(role, rules),
            role_binding("ClusterRoleBinding", role, role, name, "kube-system", _BOOTSTRAP, _AUTOUPDATE),
        ]
    return made


def rights_of(row: Standing) -> list[JsonObject]:
    """Return the rights of a standing workload that asks the API server."""
    if row.language != "go":
        return []
    name = "system:coredns" if row.name == "coredns" else row.name
    account = row.account or row.name
    group = _WATCHED.get(row.name, "")
    rules: list[JsonObject] = [
        {
            "apiGroups": [""],
            "resources": ["pods", "services", "endpoints", "namespaces", "nodes"],
            "verbs": _READ,
        }
    ]
    if group:
        rules.append({"apiGroups": [group], "resources": ["*"], "verbs": ["*"]})
    role = thing("ClusterRole", name, api_version=_RBAC, labels=row.own_labels, rules=rules)
    made = [role, role_binding("ClusterRoleBinding", name, name, account, row.namespace, row.own_labels)]
    if group:
        lease = [{"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": _READ + _WRITE}]
        elect = f"{row.name}-leader-election"
        made += [
            thing(
                "Role", elect, api_version=_RBAC, namespace=row.namespace, labels=row.own_labels, rules=lease
            ),
            role_binding("RoleBinding", elect, elect, account, row.namespace, row.own_labels),
        ]
    return made


def _cluster_role(name: str, rules: list[JsonObject]) -> JsonObject:
    return thing(
        "ClusterRole", name, api_version=_RBAC, labels=_BOOTSTRAP, annotations=_AUTOUPDATE, rules=rules
    )


def _bound(name: str, role: str, kind: str, subject: str) -> JsonObject:
    return thing(
        "ClusterRoleBinding",
        name,
        api_version=_RBAC,
        labels=_BOOTSTRAP,
        annotations=_AUTOUPDATE,
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        subjects=[{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": subject}],
    )
