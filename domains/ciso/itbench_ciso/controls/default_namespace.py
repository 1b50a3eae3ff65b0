"""5.7.4: nothing lies in the namespace `default`."""

from collections.abc import Callable

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.control import Change, Control, Way, complies, no_parameters, on_scene, violates
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import WORKLOAD_KINDS

_New = Callable[[Scene], JsonObject]


def _workload(kind: str) -> _New:
    return lambda scene: scene.workload(kind).object


def _plain(api_version: str, kind: str, body: JsonObject) -> _New:
    def new(scene: Scene) -> JsonObject:
        return scene.add({"apiVersion": api_version, "kind": kind, "metadata": scene.metadata()} | body)

    return new


_CONFIG = _plain("v1", "ConfigMap", {"data": {"namespace": "default"}})
_ACCOUNT = _plain("v1", "ServiceAccount", {"automountServiceAccountToken": False})
_SERVICE = _plain("v1", "Service", {"spec": {"ports": [{"port": 443}]}})
_CUSTOM = _plain("delivery.meridian.example/v1", "AppBundle", {"spec": {"size": "small"}})
_RESERVED = ((_SERVICE, "kubernetes"), (_ACCOUNT, "default"), (_CONFIG, "kube-root-ca.crt"))


def _in_default(new: _New) -> Change:
    return on_scene(lambda scene: new(scene)["metadata"].update(namespace="default"))


def _nowhere(new: _New) -> Change:
    return on_scene(lambda scene: new(scene)["metadata"].pop("namespace"))


def _null(scene: Scene) -> None:
    _CONFIG(scene)["metadata"]["namespace"] = None


def _reserved(scene: Scene) -> None:
    for new, name in _RESERVED:
        new(scene)["metadata"] = {"name": name, "namespace": "default"}


def _wrong_kind(scene: Scene) -> None:
    _CONFIG(scene)["metadata"] = {"name": "kubernetes", "namespace": "default"}


def _named_default(scene: Scene) -> None:
    _SERVICE(scene)["metadata"]["name"] = "default"


def _similar(scene: Scene) -> None:
    scene.workload(namespace="default-apps")


def _cluster_wide(scene: Scene) -> None:
    rules = [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]
    scene.add(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": scene.name()},
            "rules": rules,
        }
    )
    scene.add(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "standard"},
            "provisioner": "disk.meridian.example",
        }
    )


def _peer(scene: Scene) -> None:
    namespaces = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "default"}}}
    spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [namespaces]}]}
    _plain("networking.k8s.io/v1", "NetworkPolicy", {"spec": spec})(scene)


def _labelled(scene: Scene) -> None:
    scene.workload().metadata["labels"]["namespace"] = "default"


def _each_kind() -> tuple[Way, ...]:
    return tuple(violates(f"a {kind} in `default`", _in_default(_workload(kind))) for kind in WORKLOAD_KINDS)


CONTROL = Control(
    number="5.7.4",
    title="The namespace default must not be used",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *_each_kind(),
        violates("a ConfigMap in `default`", _in_default(_CONFIG)),
        violates("a ServiceAccount in `default`", _in_default(_ACCOUNT)),
        violates("a Service in `default`", _in_default(_SERVICE)),
        violates("a custom resource in `default`", _in_default(_CUSTOM)),
        violates("a Deployment without a namespace", _nowhere(_workload("Deployment"))),
        violates("a ConfigMap without a namespace", _nowhere(_CONFIG)),
        violates("a custom resource without a namespace", _nowhere(_CUSTOM)),
        violates("a ConfigMap whose namespace is null", on_scene(_null)),
        violates("an object of another kind with a reserved name", on_scene(_wrong_kind)),
        complies("what Kubernetes itself puts into `default`", on_scene(_reserved)),
        complies("an object whose name is `default`", on_scene(_named_default)),
        complies("a namespace whose name only begins with `default`", on_scene(_similar)),
        complies("cluster-wide objects have no namespace", on_scene(_cluster_wide)),
        complies("a network policy about the namespace `default`", on_scene(_peer)),
        complies("a label has the value `default`", on_scene(_labelled)),
        complies("a text has the value `default`", on_scene(_CONFIG)),
    ),
)
