"""5.7.1: namespaces as boundaries between owners."""

from collections.abc import Callable

from itbench.interfaces.json import JsonObject
from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, complies, on_scene, violates
from itbench_ciso.controls.exceptions import exempt_namespaces
from itbench_ciso.controls.names import OWNER_LABEL, TEAMS
from itbench_ciso.controls.scene import Scene

_OTHER = "outsiders"


def _parameters(random: Randomness) -> Parameters:
    return {**exempt_namespaces(random), "owner_label": OWNER_LABEL}


def _config(scene: Scene) -> JsonObject:
    return scene.config_map({"MODE": "fast"})


def _service_account(scene: Scene) -> JsonObject:
    manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": scene.metadata()}
    return scene.add(manifest | {"automountServiceAccountToken": False})


def _custom(scene: Scene) -> JsonObject:
    return scene.custom_object("delivery.meridian.example/v1", "AppBundle", {"size": "small"})


def _workload(kind: str) -> Callable[[Scene], JsonObject]:
    return lambda scene: scene.workload(kind).object


def _owned_by_another(new: Callable[[Scene], JsonObject]) -> Change:
    return on_scene(lambda scene: new(scene)["metadata"]["labels"].update({OWNER_LABEL: _OTHER}))


def _undeclared(new: Callable[[Scene], JsonObject]) -> Change:
    def change(scene: Scene) -> None:
        new(scene)["metadata"]["namespace"] = scene.namespace_name()

    return on_scene(change)


def _new_namespace(scene: Scene) -> JsonObject:
    return scene.namespace(scene.namespace_name())


def _unowned(scene: Scene, name: str | None = None) -> JsonObject:
    """Return the metadata of a namespace in which nothing names an owner."""
    name = scene.namespace_name() if name is None else name
    metadata: JsonObject = scene.namespace(name)["metadata"]
    for manifest in scene.objects:
        if manifest["metadata"].get("namespace") == name:
            del manifest["metadata"]["labels"]
    del metadata["labels"][OWNER_LABEL]
    return metadata


def _unlabelled(scene: Scene) -> None:
    _config(scene)["metadata"].pop("labels")


def _label(key: str, value: str | None) -> Change:
    return on_scene(lambda scene: _unowned(scene)["labels"].update({key: value}))


def _annotated(scene: Scene) -> None:
    _unowned(scene)["annotations"] = {OWNER_LABEL: scene.random.pick(TEAMS)}


def _nearly_exempt(scene: Scene, parameters: Parameters) -> None:
    _unowned(scene, scene.namespace_name(scene.random.pick(parameters["exempt_namespaces"])))


def _exempt(scene: Scene, parameters: Parameters) -> None:
    name = scene.random.pick(parameters["exempt_namespaces"])
    scene.workload(namespace=name)
    scene.workload(namespace=name).metadata["labels"][OWNER_LABEL] = _OTHER
    del scene.namespace(name)["metadata"]["labels"][OWNER_LABEL]


def _exempt_undeclared(scene: Scene, parameters: Parameters) -> None:
    _config(scene)["metadata"]["namespace"] = scene.random.pick(parameters["exempt_namespaces"])


def _same_owner(scene: Scene) -> None:
    owner = scene.random.pick(TEAMS)
    for beginning in scene.namespaces:
        _unowned(scene, scene.namespace_name(beginning))["labels"][OWNER_LABEL] = owner


def _cluster_role(scene: Scene) -> None:
    metadata = {"name": scene.name(), "labels": {OWNER_LABEL: _OTHER}}
    rules = [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}]
    scene.add(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": metadata,
            "rules": rules,
        }
    )


def _note(scene: Scene) -> None:
    _config(scene)["metadata"]["annotations"] = {OWNER_LABEL: _OTHER}


def _template_label(scene: Scene) -> None:
    template = scene.workload("Deployment").object["spec"]["template"]
    template["metadata"]["labels"][OWNER_LABEL] = _OTHER


CONTROL = Control(
    number="5.7.1",
    title="Each namespace must belong to one owner",
    parameters=_parameters,
    ways=(
        violates("a namespace has no owner", on_scene(_unowned)),
        violates("a namespace's owner is empty", _label(OWNER_LABEL, "")),
        violates("a namespace's owner is null", _label(OWNER_LABEL, None)),
        violates("a label of another prefix names the owner", _label("owner", "harbour")),
        violates("an annotation names the owner", on_scene(_annotated)),
        violates("a namespace that only begins like an exempt one has no owner", _nearly_exempt),
        violates("a Deployment of another owner", _owned_by_another(_workload("Deployment"))),
        violates("a CronJob of another owner", _owned_by_another(_workload("CronJob"))),
        violates("a Pod of another owner", _owned_by_another(_workload("Pod"))),
        violates("a ConfigMap of another owner", _owned_by_another(_config)),
        violates("a ServiceAccount of another owner", _owned_by_another(_service_account)),
        violates("a custom resource of another owner", _owned_by_another(_custom)),
        violates("a StatefulSet in a namespace that is not declared", _undeclared(_workload("StatefulSet"))),
        violates("a ConfigMap in a namespace that is not declared", _undeclared(_config)),
        violates("a custom resource in a namespace that is not declared", _undeclared(_custom)),
        complies("a new namespace with an owner", on_scene(_new_namespace)),
        complies("an object without labels", on_scene(_unlabelled)),
        complies("two namespaces of one owner", on_scene(_same_owner)),
        complies("an exempt namespace without an owner holds objects of two", _exempt),
        complies("an exempt namespace is not declared", _exempt_undeclared),
        complies("a cluster-wide object of another owner", on_scene(_cluster_role)),
        complies("an annotation names another owner", on_scene(_note)),
        complies("only the pods of a workload have another owner's label", on_scene(_template_label)),
    ),
)
