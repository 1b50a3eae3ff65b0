"""5.7.4: nothing lies in the namespace `default`."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, on_scene, violates
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import WORKLOAD_KINDS

_New: TypeAlias = Callable[[Scene], JsonObject]
_Place: TypeAlias = Callable[[JsonObject], None]

# What lives in no namespace, with the API version of each kind and what a manifest of it has at least.
_ADMISSION = "admissionregistration.k8s.io/v1"
_SERVICE_REFERENCE: JsonObject = {"name": "gate", "namespace": "shop"}
_LABEL_SELECTOR: JsonObject = {"resourceRules": []}
CLUSTER_WIDE: dict[str, tuple[str, JsonObject]] = {
    "Namespace": ("v1", {}),
    "Node": ("v1", {"spec": {}}),
    "PersistentVolume": ("v1", {"spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadOnlyMany"]}}),
    "ClusterRole": ("rbac.authorization.k8s.io/v1", {"rules": []}),
    "ClusterRoleBinding": (
        "rbac.authorization.k8s.io/v1",
        {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}},
    ),
    "StorageClass": ("storage.k8s.io/v1", {"provisioner": "disk.meridian.example"}),
    "CSIDriver": ("storage.k8s.io/v1", {"spec": {"attachRequired": False}}),
    "CSINode": ("storage.k8s.io/v1", {"spec": {"drivers": []}}),
    "VolumeAttachment": (
        "storage.k8s.io/v1",
        {"spec": {"attacher": "disk.meridian.example", "nodeName": "node-1", "source": {}}},
    ),
    "PriorityClass": ("scheduling.k8s.io/v1", {"value": 1000}),
    "RuntimeClass": ("node.k8s.io/v1", {"handler": "runc"}),
    "IngressClass": ("networking.k8s.io/v1", {"spec": {"controller": "meridian.example/edge"}}),
    "FlowSchema": (
        "flowcontrol.apiserver.k8s.io/v1",
        {"spec": {"priorityLevelConfiguration": {"name": "exempt"}}},
    ),
    "PriorityLevelConfiguration": ("flowcontrol.apiserver.k8s.io/v1", {"spec": {"type": "Exempt"}}),
    "CustomResourceDefinition": (
        "apiextensions.k8s.io/v1",
        {"spec": {"group": "delivery.meridian.example", "scope": "Namespaced", "versions": []}},
    ),
    "APIService": (
        "apiregistration.k8s.io/v1",
        {"spec": {"group": "metrics.k8s.io", "version": "v1beta1", "service": _SERVICE_REFERENCE}},
    ),
    "CertificateSigningRequest": (
        "certificates.k8s.io/v1",
        {"spec": {"request": "LS0t", "signerName": "meridian.example/mesh", "usages": ["client auth"]}},
    ),
    "ValidatingWebhookConfiguration": (_ADMISSION, {"webhooks": []}),
    "MutatingWebhookConfiguration": (_ADMISSION, {"webhooks": []}),
    "ValidatingAdmissionPolicy": (_ADMISSION, {"spec": {"matchConstraints": _LABEL_SELECTOR}}),
    "ValidatingAdmissionPolicyBinding": (
        _ADMISSION,
        {"spec": {"policyName": "x", "validationActions": ["Deny"]}},
    ),
}


def _parameters(_random: Randomness) -> Parameters:
    return {"cluster_wide_kinds": sorted(CLUSTER_WIDE)}


def _workload(kind: str) -> _New:
    return lambda scene: scene.workload(kind).object


def _plain(api_version: str, kind: str, body: JsonObject) -> _New:
    def new(scene: Scene) -> JsonObject:
        return scene.add({"apiVersion": api_version, "kind": kind, "metadata": scene.metadata()} | body)

    return new


_CONFIG = _plain("v1", "ConfigMap", {"data": {"namespace": "default"}})
_ACCOUNT = _plain("v1", "ServiceAccount", {"automountServiceAccountToken": False})
_SERVICE = _plain("v1", "Service", {"spec": {"ports": [{"port": 443}]}})
_ENDPOINTS = _plain("v1", "Endpoints", {"subsets": []})
_SLICE = _plain("discovery.k8s.io/v1", "EndpointSlice", {"addressType": "IPv4", "endpoints": []})
_CUSTOM = _plain("delivery.meridian.example/v1", "AppBundle", {"spec": {"size": "small"}})
_OTHERS: tuple[tuple[str, _New], ...] = (
    ("ConfigMap", _CONFIG),
    ("ServiceAccount", _ACCOUNT),
    ("Service", _SERVICE),
    ("Secret", _plain("v1", "Secret", {"type": "Opaque"})),
    ("Role", _plain("rbac.authorization.k8s.io/v1", "Role", {"rules": []})),
    (
        "RoleBinding",
        _plain(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}},
        ),
    ),
    ("Endpoints", _ENDPOINTS),
    ("EndpointSlice", _SLICE),
    ("custom resource", _CUSTOM),
)
_CERTIFICATE = "kube-root-ca.crt"
# What Kubernetes itself puts there.
_RESERVED: tuple[tuple[_New, str, str], ...] = (
    (_SERVICE, "Service", "kubernetes"),
    (_ENDPOINTS, "Endpoints", "kubernetes"),
    (_SLICE, "EndpointSlice", "kubernetes"),
    (_ACCOUNT, "ServiceAccount", "default"),
    (_CONFIG, "ConfigMap", _CERTIFICATE),
)


def _way(name: str, new: _New, place: _Place, named: str | None = None) -> Way:
    """Return the violating way of an object in `default`.

    Kubernetes puts a ConfigMap with its certificate into every namespace. One of the two lies in `default`, the other one in
    a namespace of the users: how many objects lie where tells nothing.
    """

    def change(*, is_fine: bool) -> Change:
        def with_certificate(scene: Scene) -> None:
            both = [new(scene)["metadata"], _CONFIG(scene)["metadata"]]
            both[1]["name"] = _CERTIFICATE
            if named is not None:
                both[0]["name"] = named
            place(both[is_fine])

        return on_scene(with_certificate)

    return violates(name, change(is_fine=False), change(is_fine=True))


def _in_default(metadata: JsonObject) -> None:
    metadata["namespace"] = "default"


def _nowhere(metadata: JsonObject) -> None:
    del metadata["namespace"]


def _null(metadata: JsonObject) -> None:
    metadata["namespace"] = None


def _each_kind() -> Iterator[Way]:
    for kind, new in (*((kind, _workload(kind)) for kind in WORKLOAD_KINDS), *_OTHERS):
        yield _way(f"a {kind} in `default`", new, _in_default)
    for kind, new in (*((kind, _workload(kind)) for kind in WORKLOAD_KINDS), *_OTHERS):
        yield _way(f"a {kind} without a namespace", new, _nowhere)


def _wrong_names() -> Iterator[Way]:
    """Yield the ways in which an object of one kind has a name that is reserved for another one."""
    names = {name: [kind for _, kind, each in _RESERVED if each == name] for _, _, name in _RESERVED}
    for name, kinds in names.items():
        new = _CONFIG if "ConfigMap" not in kinds else _SERVICE
        kind = "ConfigMap" if "ConfigMap" not in kinds else "Service"
        yield _way(f"a {kind} with the reserved name `{name}`", new, _in_default, name)
    for new, kind, name in _RESERVED:
        for relation, changed in NEAR:
            label = f"a {kind} whose name {relation} the reserved `{name}`"
            yield _way(label, new, _in_default, changed(name))


def _reserved(*, is_named: bool) -> Change:
    def change(scene: Scene) -> None:
        # The last one stands in every variant.
        for new, _, name in _RESERVED[:-1]:
            new(scene)["metadata"] = {"name": name} | ({"namespace": "default"} if is_named else {})

    return on_scene(change)


def _named_default(scene: Scene) -> None:
    for new in (_SERVICE, _CUSTOM):
        new(scene)["metadata"]["name"] = "default"


def _similar(scene: Scene) -> None:
    for _, changed in NEAR:
        scene.workload(namespace=changed("default"))


def _cluster_wide(scene: Scene) -> None:
    for kind, (version, body) in CLUSTER_WIDE.items():
        name = "default" if kind == "Namespace" else scene.name()
        scene.add({"apiVersion": version, "kind": kind, "metadata": {"name": name}} | body)


def _peer(scene: Scene) -> None:
    namespaces = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "default"}}}
    spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [namespaces]}]}
    _plain("networking.k8s.io/v1", "NetworkPolicy", {"spec": spec})(scene)


def _labelled(scene: Scene) -> None:
    scene.workload().metadata["labels"]["namespace"] = "default"


CONTROL = Control(
    number="5.7.4",
    title="The namespace default must not be used",
    parameters=_parameters,
    is_admission=True,
    ways=(
        *_each_kind(),
        _way("a ConfigMap whose namespace is null", _CONFIG, _null),
        *_wrong_names(),
        complies("what Kubernetes itself puts into `default`", _reserved(is_named=True)),
        complies(
            "what Kubernetes itself puts into `default`, without a namespace", _reserved(is_named=False)
        ),
        complies("objects whose name is `default`", on_scene(_named_default)),
        complies("namespaces with similar names", on_scene(_similar)),
        complies("cluster-wide objects of every kind have no namespace", on_scene(_cluster_wide)),
        complies("a network policy about the namespace `default`", on_scene(_peer)),
        complies("a label has the value `default`", on_scene(_labelled)),
        complies("a text has the value `default`", on_scene(_CONFIG)),
    ),
)
