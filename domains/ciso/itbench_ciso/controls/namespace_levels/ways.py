"""5.2.1: pod security is enforced where workloads run."""

from collections.abc import Callable
from typing import TypeAlias

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, on_scene, violates
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import WORKLOAD_KINDS
from itbench_ciso.controls.ways.exceptions import ORDINALS, exempt_namespaces, other_system_namespace

_PREFIX = "pod-security.kubernetes.io/"
_ENFORCE = f"{_PREFIX}enforce"
_LEVELS = ("privileged", "baseline", "restricted")
_WEAKER = {"restricted": "baseline", "baseline": "privileged"}
_Edit: TypeAlias = Callable[[JsonObject], object]


def _parameters(random: Randomness) -> Parameters:
    level = random.pick(tuple(_WEAKER))
    weaker = _LEVELS[: _LEVELS.index(level)]
    return {**exempt_namespaces(random), "level": level, "weaker_levels": list(weaker)}


def _new(scene: Scene, kind: str | None = None) -> JsonObject:
    """Return the metadata of a namespace of its own for a new workload."""
    name = scene.namespace_name()
    scene.workload(kind, namespace=name)
    metadata: JsonObject = scene.namespace(name)["metadata"]
    return metadata


def _edited(edit: _Edit, kind: str | None = None) -> Change:
    """Return the change that makes a namespace with a workload and edits the namespace's metadata."""
    return on_scene(lambda scene: edit(_new(scene, kind)))


def _unlabelled(metadata: JsonObject) -> None:
    del metadata["labels"][_ENFORCE]


def _labelled(**labels: str) -> _Edit:
    """Return the edit that gives a namespace these labels instead of `enforce`."""

    def edit(metadata: JsonObject) -> None:
        _unlabelled(metadata)
        found = {f"{_PREFIX}{name.replace('_', '-')}": value for name, value in labels.items()}
        metadata["labels"].update(found)

    return edit


def _annotated(metadata: JsonObject) -> None:
    metadata["annotations"] = {_ENFORCE: metadata["labels"].pop(_ENFORCE)}


def _unlabelled_at_all(metadata: JsonObject) -> None:
    del metadata["labels"]


def _unchanged(_metadata: JsonObject) -> None:
    pass


def _bad(name: str, edit: _Edit, fine: _Edit = _unchanged) -> Way:
    return violates(name, _edited(edit), _edited(fine))


def _of_kind(kind: str) -> Way:
    return violates(
        f"the namespace of a {kind} enforces nothing", _edited(_unlabelled, kind), _edited(_unchanged, kind)
    )


def _level(levels: dict[str, str] | None) -> Change:
    """Return the change that makes a namespace with the level that is asked for, or with what it stands for here."""

    def change(scene: Scene, parameters: Parameters) -> None:
        level = parameters["level"]
        _new(scene)["labels"][_ENFORCE] = level if levels is None else levels[level]

    return change


def _without_replicas(edit: _Edit) -> Change:
    def change(scene: Scene) -> None:
        name = scene.namespace_name()
        scene.workload("Deployment", namespace=name).object["spec"]["replicas"] = 0
        edit(scene.namespace(name)["metadata"])

    return on_scene(change)


def _undeclared(*, is_declared: bool) -> Change:
    """Return the change that adds a namespace, and a workload in it or in one that is not declared."""

    def change(scene: Scene) -> None:
        name = scene.namespace_name()
        scene.bare_namespace(name)
        workload = scene.workload(namespace=name)
        if not is_declared:
            workload.metadata["namespace"] = scene.namespace_name()

    return on_scene(change)


def _unplaced(edit: _Edit, *, is_named: bool = False) -> Change:
    """Return the change that adds a workload in `default`, which it names or not, and edits that namespace."""

    def change(scene: Scene) -> None:
        if is_named:
            scene.workload(namespace="default")
        else:
            scene.unplaced_workload()
        edit(scene.namespace("default")["metadata"])

    return on_scene(change)


def _label_on_workload(edit: _Edit) -> Change:
    def change(scene: Scene) -> None:
        name = scene.namespace_name()
        scene.workload(namespace=name).metadata["labels"][_ENFORCE] = "restricted"
        edit(scene.namespace(name)["metadata"])

    return on_scene(change)


def _of_other_group(version: str) -> Change:
    """Return the change that adds a workload whose namespace has this API version."""

    def change(scene: Scene) -> None:
        name = scene.namespace_name()
        scene.workload(namespace=name)
        scene.namespace(name)["apiVersion"] = version

    return on_scene(change)


def _exempt(scene: Scene, parameters: Parameters) -> None:
    for name in parameters["exempt_namespaces"]:
        scene.workload(namespace=name)
        scene.namespace(name)["metadata"]["labels"].pop(_ENFORCE, None)


def _nearly_exempt(changed: Callable[[str], str], edit: _Edit) -> Change:
    def change(scene: Scene, parameters: Parameters) -> None:
        name = changed(scene.random.pick(parameters["exempt_namespaces"]))
        scene.workload(namespace=name)
        edit(scene.namespace(name)["metadata"])

    return change


def _other_system(place: int, edit: _Edit) -> Change:
    def change(scene: Scene, parameters: Parameters) -> None:
        name = other_system_namespace(place)(scene, parameters)
        scene.workload(namespace=name)
        edit(scene.namespace(name)["metadata"])

    return change


def _without_workloads(scene: Scene) -> str:
    name = scene.namespace_name()
    _unlabelled(scene.namespace(name)["metadata"])
    return name


def _with_other_objects(scene: Scene) -> None:
    name = _without_workloads(scene)
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    scene.add(
        {"apiVersion": "v1", "kind": "Service", "metadata": scene.metadata(namespace=name), "spec": spec}
    )
    for kind, body in (("ConfigMap", {"data": {"MODE": "fast"}}), ("Secret", {"type": "Opaque"})):
        scene.add({"apiVersion": "v1", "kind": kind, "metadata": scene.metadata(namespace=name)} | body)
    for kind in WORKLOAD_KINDS:
        manifest = {"apiVersion": "fleet.meridian.example/v1", "kind": kind, "spec": {"replicas": 1}}
        scene.add(manifest | {"metadata": scene.metadata(namespace=name)})


CONTROL = Control(
    number="5.2.1",
    title="Namespaces with workloads must enforce a Pod Security level",
    parameters=_parameters,
    ways=(
        *(_of_kind(kind) for kind in WORKLOAD_KINDS),
        violates(
            "the namespace of a workload with no replicas enforces nothing",
            _without_replicas(_labelled(audit="restricted")),
            _without_replicas(_unchanged),
        ),
        violates("a namespace enforces a weaker level", _level(_WEAKER), _level(None)),
        _bad(
            "a namespace enforces `privileged`",
            _labelled(enforce="privileged"),
            _labelled(enforce="restricted"),
        ),
        _bad(
            "a namespace only audits and warns",
            _labelled(audit="restricted", warn="restricted"),
            _labelled(audit="restricted", enforce="restricted"),
        ),
        _bad("a namespace only pins a version", _labelled(enforce_version="latest")),
        _bad("the level is an annotation", _annotated),
        _bad("a namespace has no labels", _unlabelled_at_all),
        violates(
            "the level is a label of the workload",
            _label_on_workload(_unlabelled),
            _label_on_workload(_unchanged),
        ),
        violates(
            "a workload's namespace is not declared",
            _undeclared(is_declared=False),
            _undeclared(is_declared=True),
        ),
        violates(
            "the namespace that is declared is of another API group",
            _of_other_group("zones.meridian.example/v1"),
            _of_other_group("v1"),
        ),
        violates(
            "a workload names no namespace, `default` enforces nothing",
            _unplaced(_unlabelled),
            _unplaced(_unchanged),
        ),
        violates(
            "a workload lies in `default`, which enforces nothing",
            _unplaced(_unlabelled, is_named=True),
            _unplaced(_unchanged, is_named=True),
        ),
        *(
            violates(
                f"a namespace whose name {relation} an exempt one's enforces nothing",
                _nearly_exempt(near, _unlabelled),
                _nearly_exempt(near, _unchanged),
            )
            for relation, near in NEAR
        ),
        *(
            violates(
                f"the {ordinal} system namespace that is not exempt enforces nothing",
                _other_system(place, _unlabelled),
                _other_system(place, _unchanged),
            )
            for place, ordinal in enumerate(ORDINALS)
        ),
        complies("a namespace enforces exactly the level", _level(None)),
        complies("a namespace enforces the strictest level", _edited(_unchanged)),
        complies(
            "a level is misspelt, which Kubernetes takes for `restricted`",
            _edited(_labelled(enforce="Restricted")),
        ),
        complies(
            "a level is unknown, which Kubernetes takes for `restricted`",
            _edited(_labelled(enforce="strict")),
        ),
        *(
            complies(
                f"a level's name {relation} `privileged`, which Kubernetes takes for `restricted`",
                _edited(_labelled(enforce=near("privileged"))),
            )
            for relation, near in NEAR
        ),
        complies("a level is empty, which Kubernetes takes for `restricted`", _edited(_labelled(enforce=""))),
        complies(
            "a namespace enforces and also audits",
            _edited(_labelled(enforce="restricted", audit="baseline", warn="privileged")),
        ),
        complies(
            "a namespace pins a version", _edited(_labelled(enforce="restricted", enforce_version="v1.29"))
        ),
        complies("a workload names no namespace, `default` enforces the level", _unplaced(_unchanged)),
        complies("exempt namespaces enforce nothing", _exempt),
        complies("a namespace without workloads enforces nothing", on_scene(_without_workloads)),
        complies("a namespace with other objects only enforces nothing", on_scene(_with_other_objects)),
    ),
)
