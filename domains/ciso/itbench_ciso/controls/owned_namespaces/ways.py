"""5.7.1: namespaces as boundaries between owners."""

from collections.abc import Callable
from typing import TypeAlias

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, on_scene, violates
from itbench_ciso.controls.manifests.access import cluster_role, harmless_rule
from itbench_ciso.controls.manifests.names import NEAR, OWNER_LABEL, TEAMS
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.exceptions import ORDINALS, exempt_namespaces, other_system_namespace

_OTHER = "outsiders"
_New: TypeAlias = Callable[[Scene], JsonObject]
_Edit: TypeAlias = Callable[[JsonObject], object]
_Name: TypeAlias = Callable[[Scene, Parameters], str]


def _parameters(random: Randomness) -> Parameters:
    return {**exempt_namespaces(random), "owner_label": OWNER_LABEL}


def _config(scene: Scene) -> JsonObject:
    return scene.config_map({"MODE": "fast"})


def _service_account(scene: Scene) -> JsonObject:
    manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": scene.metadata()}
    return scene.add(manifest | {"automountServiceAccountToken": False})


def _custom(scene: Scene) -> JsonObject:
    return scene.custom_object("delivery.meridian.example/v1", "AppBundle", {"size": "small"})


def _workload(kind: str) -> _New:
    return lambda scene: scene.workload(kind).object


_KINDS: tuple[tuple[str, _New], ...] = (
    ("Deployment", _workload("Deployment")),
    ("CronJob", _workload("CronJob")),
    ("Pod", _workload("Pod")),
    ("ConfigMap", _config),
    ("ServiceAccount", _service_account),
    ("custom resource", _custom),
)


def _with_label(new: _New, value: str | None) -> Change:
    """Return the change that adds an object with this owner; None leaves the one of its namespace."""

    def change(scene: Scene) -> None:
        labels = new(scene)["metadata"]["labels"]
        labels[OWNER_LABEL] = labels[OWNER_LABEL] if value is None else value

    return on_scene(change)


def _owned_by_another(kind: str, new: _New) -> Way:
    return violates(f"a {kind} of another owner", _with_label(new, _OTHER), _with_label(new, None))


def _placed(new: _New, *, is_declared: bool, has_labels: bool = True) -> Change:
    """Return the change that adds a namespace, and an object in it or in one that is not declared."""

    def change(scene: Scene) -> None:
        declared = scene.bare_namespace(scene.namespace_name())["metadata"]
        metadata = new(scene)["metadata"]
        metadata["labels"][OWNER_LABEL] = declared["labels"][OWNER_LABEL]
        metadata["namespace"] = declared["name"] if is_declared else scene.namespace_name()
        if not has_labels:
            del metadata["labels"]

    return on_scene(change)


def _undeclared(kind: str, new: _New) -> Way:
    return violates(
        f"a {kind} in a namespace that is not declared",
        _placed(new, is_declared=False),
        _placed(new, is_declared=True),
    )


def _of_other_group(version: str) -> Change:
    """Return the change that adds an object whose namespace is declared with this API version."""

    def change(scene: Scene) -> None:
        name = scene.namespace_name()
        found = scene.namespace(name)
        found["apiVersion"] = version
        _config(scene)["metadata"].update(namespace=name, labels={"app": "web"})

    return on_scene(change)


def _edited(edit: _Edit, name: _Name = lambda scene, _given: scene.namespace_name()) -> Change:
    """Return the change that adds a namespace in which nothing else names an owner, and edits its metadata."""

    def change(scene: Scene, given: Parameters) -> None:
        place = name(scene, given)
        metadata: JsonObject = scene.namespace(place)["metadata"]
        for manifest in scene.objects:
            if manifest["metadata"].get("namespace") == place:
                del manifest["metadata"]["labels"]
        edit(metadata)

    return change


def _unchanged(_metadata: JsonObject) -> None:
    pass


def _unowned(metadata: JsonObject) -> None:
    del metadata["labels"][OWNER_LABEL]


def _unlabelled(metadata: JsonObject) -> None:
    del metadata["labels"]


def _label(key: str, value: str) -> _Edit:
    def edit(metadata: JsonObject) -> None:
        _unowned(metadata)
        metadata["labels"][key] = value

    return edit


def _annotated(metadata: JsonObject) -> None:
    metadata["annotations"] = {OWNER_LABEL: metadata["labels"].pop(OWNER_LABEL)}


def _bad(name: str, edit: _Edit, fine: _Edit = _unchanged) -> Way:
    return violates(name, _edited(edit), _edited(fine))


def _nearly_exempt(changed: Callable[[str], str]) -> _Name:
    return lambda scene, given: changed(scene.random.pick(given["exempt_namespaces"]))


def _other_owner_in(name: _Name, *, is_same: bool) -> Change:
    """Return the change that adds an object with the owner of its namespace, or with another one."""

    def change(scene: Scene, given: Parameters) -> None:
        place = name(scene, given)
        owner = scene.namespace(place)["metadata"]["labels"][OWNER_LABEL]
        labels = {OWNER_LABEL: owner if is_same else _OTHER}
        _config(scene)["metadata"].update(namespace=place, labels=labels)

    return change


def _of_unowned(*, has_owner: bool) -> Change:
    """Return the change that adds an object with an owner; its namespace has that one too, or none."""

    def change(scene: Scene, given: Parameters) -> None:
        name = scene.namespace_name()
        _edited(_unchanged if has_owner else _unowned, lambda _scene, _given: name)(scene, given)
        owner = scene.namespace(name)["metadata"]["labels"].get(OWNER_LABEL, scene.random.pick(TEAMS))
        _config(scene)["metadata"].update(namespace=name, labels={OWNER_LABEL: owner})

    return change


def _exempt(scene: Scene, parameters: Parameters) -> None:
    for name in parameters["exempt_namespaces"]:
        scene.workload(namespace=name)
        scene.workload(namespace=name).metadata["labels"][OWNER_LABEL] = _OTHER
        scene.namespace(name)["metadata"]["labels"].pop(OWNER_LABEL, None)


def _exempt_undeclared(scene: Scene, parameters: Parameters) -> None:
    for name in parameters["exempt_namespaces"]:
        _config(scene)["metadata"]["namespace"] = name


def _same_owner(scene: Scene) -> None:
    owner = scene.random.pick(TEAMS)
    for _ in range(2):
        _edited(_label(OWNER_LABEL, owner))(scene, {})


def _cluster_role(scene: Scene) -> None:
    cluster_role(scene, harmless_rule(scene.random), labels={OWNER_LABEL: _OTHER})


def _unplaced(scene: Scene) -> None:
    metadata = _config(scene)["metadata"]
    del metadata["namespace"]
    metadata["labels"][OWNER_LABEL] = _OTHER


def _note(scene: Scene) -> None:
    _config(scene)["metadata"]["annotations"] = {OWNER_LABEL: _OTHER}


def _template_label(scene: Scene) -> None:
    template = scene.workload("Deployment").object["spec"]["template"]
    template["metadata"]["labels"][OWNER_LABEL] = _OTHER


def _unlabelled_objects(scene: Scene) -> None:
    del _config(scene)["metadata"]["labels"]
    _service_account(scene)["metadata"]["labels"] = None
    del _workload("Deployment")(scene)["metadata"]["labels"][OWNER_LABEL]


def _foreign_namespace(scene: Scene) -> None:
    found = scene.custom_object("zones.meridian.example/v1", "Namespace", {})
    found["metadata"] = {"name": scene.namespace_name()}


CONTROL = Control(
    number="5.7.1",
    title="Each namespace must belong to one owner",
    parameters=_parameters,
    ways=(
        _bad("a namespace has no owner", _unowned),
        _bad("a namespace has no labels", _unlabelled),
        _bad("a namespace's owner is empty", _label(OWNER_LABEL, ""), _label(OWNER_LABEL, "harbour")),
        _bad("a label of another prefix names the owner", _label("owner", "harbour")),
        _bad("an annotation names the owner", _annotated),
        *(
            violates(
                f"a namespace whose name {relation} an exempt one's has no owner",
                _edited(_unowned, _nearly_exempt(near)),
                _edited(_unchanged, _nearly_exempt(near)),
            )
            for relation, near in NEAR
        ),
        *(
            violates(
                f"the {ordinal} system namespace that is not exempt has no owner",
                _edited(_unowned, other_system_namespace(place)),
                _edited(_unchanged, other_system_namespace(place)),
            )
            for place, ordinal in enumerate(ORDINALS)
        ),
        violates(
            "only an object of a namespace has an owner",
            _of_unowned(has_owner=False),
            _of_unowned(has_owner=True),
        ),
        *(_owned_by_another(kind, new) for kind, new in _KINDS),
        *(
            violates(
                f"an object of another owner in {where}",
                _other_owner_in(name, is_same=False),
                _other_owner_in(name, is_same=True),
            )
            for where, name in (
                *(
                    (f"a namespace whose name {relation} an exempt one's", _nearly_exempt(near))
                    for relation, near in NEAR
                ),
                *(
                    (f"the {ordinal} system namespace that is not exempt", other_system_namespace(place))
                    for place, ordinal in enumerate(ORDINALS)
                ),
                ("`default`", lambda _scene, _given: "default"),
            )
        ),
        violates("an object's owner is empty", _with_label(_config, ""), _with_label(_config, None)),
        *(_undeclared(kind, new) for kind, new in _KINDS),
        violates(
            "an object without labels in a namespace that is not declared",
            _placed(_config, is_declared=False, has_labels=False),
            _placed(_config, is_declared=True, has_labels=False),
        ),
        violates(
            "the namespace of an object is declared in another API group",
            _of_other_group("zones.meridian.example/v1"),
            _of_other_group("v1"),
        ),
        complies("a new namespace with an owner", _edited(_unchanged)),
        complies("objects without labels", on_scene(_unlabelled_objects)),
        complies("two namespaces of one owner", on_scene(_same_owner)),
        complies("exempt namespaces without an owner hold objects of two", _exempt),
        complies("exempt namespaces are not declared", _exempt_undeclared),
        complies("a cluster-wide object of another owner", on_scene(_cluster_role)),
        complies("an object without a namespace is of another owner", on_scene(_unplaced)),
        complies("an annotation names another owner", on_scene(_note)),
        complies("only the pods of a workload have another owner's label", on_scene(_template_label)),
        complies("what looks like a namespace belongs to another API group", on_scene(_foreign_namespace)),
    ),
)
