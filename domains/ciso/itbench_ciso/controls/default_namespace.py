"""5.7.4: nothing lies in the namespace `default`."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from itbench.interfaces.json import JsonObject
from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, on_scene, violates
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import WORKLOAD_KINDS

_New: TypeAlias = Callable[[Scene], JsonObject]

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
    ("Endpoints", _ENDPOINTS),
    ("EndpointSlice", _SLICE),
    ("custom resource", _CUSTOM),
)
# What Kubernetes itself puts there.
_RESERVED: tuple[tuple[_New, str, str], ...] = (
    (_SERVICE, "Service", "kubernetes"),
    (_ENDPOINTS, "Endpoints", "kubernetes"),
    (_SLICE, "EndpointSlice", "kubernetes"),
    (_ACCOUNT, "ServiceAccount", "default"),
    (_CONFIG, "ConfigMap", "kube-root-ca.crt"),
)


def _in_default(new: _New) -> Change:
    return on_scene(lambda scene: new(scene)["metadata"].update(namespace="default"))


def _placed(new: _New) -> Change:
    return on_scene(new)


def _nowhere(new: _New) -> Change:
    return on_scene(lambda scene: new(scene)["metadata"].pop("namespace"))


def _null(new: _New) -> Change:
    return on_scene(lambda scene: new(scene)["metadata"].update(namespace=None))


def _each_kind() -> Iterator[Way]:
    for kind, new in (*((kind, _workload(kind)) for kind in WORKLOAD_KINDS), *_OTHERS):
        yield violates(f"a {kind} in `default`", _in_default(new), _placed(new))
    for kind, new in (("Deployment", _workload("Deployment")), *_OTHERS):
        yield violates(f"a {kind} without a namespace", _nowhere(new), _placed(new))


def _wrong_names() -> Iterator[Way]:
    """Yield the ways in which an object of one kind has a name that is reserved for another one."""
    names = {name: [kind for _, kind, each in _RESERVED if each == name] for _, _, name in _RESERVED}
    for name, kinds in names.items():
        new = _CONFIG if "ConfigMap" not in kinds else _SERVICE
        kind = "ConfigMap" if "ConfigMap" not in kinds else "Service"
        yield violates(
            f"a {kind} with the reserved name `{name}`", _named(new, name, "default"), _named(new, name, None)
        )


def _named(new: _New, name: str, namespace: str | None) -> Change:
    def change(scene: Scene) -> None:
        metadata = new(scene)["metadata"]
        metadata["name"] = name
        metadata["namespace"] = namespace or metadata["namespace"]

    return on_scene(change)


def _longer_name(namespace: str | None) -> Change:
    return _named(_SERVICE, "kubernetes-2", namespace)


def _reserved(*, is_named: bool) -> Change:
    def change(scene: Scene) -> None:
        for new, _, name in _RESERVED:
            new(scene)["metadata"] = {"name": name} | ({"namespace": "default"} if is_named else {})

    return on_scene(change)


def _named_default(scene: Scene) -> None:
    for new in (_SERVICE, _CUSTOM):
        new(scene)["metadata"]["name"] = "default"


def _similar(scene: Scene) -> None:
    for name in ("default-apps", "my-default"):
        scene.workload(namespace=name)


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
        violates("a ConfigMap whose namespace is null", _null(_CONFIG), _placed(_CONFIG)),
        *_wrong_names(),
        violates(
            "a Service whose name only begins like the reserved one",
            _longer_name("default"),
            _longer_name(None),
        ),
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
