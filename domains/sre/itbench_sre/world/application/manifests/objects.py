"""Objects that hold data or names: namespaces, ConfigMaps, Secrets, accounts, claims; and any other object."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from itbench_sre.world.store.refs import JsonObject

Texts = Mapping[str, str] | None


def thing(
    kind: str,
    name: str,
    *,
    api_version: str = "v1",
    namespace: str = "",
    labels: Texts = None,
    annotations: Texts = None,
    **rest: Any,
) -> JsonObject:
    """Return an object of any kind; `rest` are its other fields."""
    metadata: JsonObject = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = dict(labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def namespace(name: str, labels: Texts = None, annotations: Texts = None) -> JsonObject:
    """Return a Namespace."""
    return thing(
        "Namespace",
        name,
        labels={**(labels or {}), "kubernetes.io/metadata.name": name},
        annotations=annotations,
        spec={"finalizers": ["kubernetes"]},
        status={"phase": "Active"},
    )


def config_map(
    name: str, space: str, data: Mapping[str, str], labels: Texts = None, annotations: Texts = None
) -> JsonObject:
    """Return a ConfigMap."""
    return thing("ConfigMap", name, namespace=space, labels=labels, annotations=annotations, data=dict(data))


def secret(
    name: str, space: str, data: Mapping[str, str], labels: Texts = None, annotations: Texts = None
) -> JsonObject:
    """Return a Secret; `data` is plain text."""
    encoded = {key: b64encode(value.encode()).decode() for key, value in data.items()}
    return thing(
        "Secret",
        name,
        namespace=space,
        labels=labels,
        annotations=annotations,
        data=encoded,
        type="Opaque",
    )


def service_account(name: str, space: str, labels: Texts = None, annotations: Texts = None) -> JsonObject:
    """Return a ServiceAccount."""
    return thing("ServiceAccount", name, namespace=space, labels=labels, annotations=annotations)


def persistent_volume_claim(
    name: str,
    space: str,
    size: str,
    storage_class: str = "gp2",
    labels: Texts = None,
    annotations: Texts = None,
) -> JsonObject:
    """Return a claim that waits for its first pod."""
    return thing(
        "PersistentVolumeClaim",
        name,
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec={
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
            "storageClassName": storage_class,
            "volumeMode": "Filesystem",
        },
    )


def role_binding(
    kind: str, name: str, role: str, account: str, space: str, labels: Texts = None, annotations: Texts = None
) -> JsonObject:
    """Return a RoleBinding or ClusterRoleBinding of a role of the same reach to a ServiceAccount."""
    return thing(
        kind,
        name,
        api_version="rbac.authorization.k8s.io/v1",
        namespace=space if kind == "RoleBinding" else "",
        labels=labels,
        annotations=annotations,
        roleRef={
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": kind.removesuffix("Binding"),
            "name": role,
        },
        subjects=[{"kind": "ServiceAccount", "name": account, "namespace": space}],
    )
