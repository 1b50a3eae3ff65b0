"""5.2.1: pod security is enforced where workloads run."""

from itbench.interfaces.json import JsonObject
from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, on_scene, violates
from itbench_ciso.controls.exceptions import exempt_namespaces
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import WORKLOAD_KINDS

_PREFIX = "pod-security.kubernetes.io/"
_ENFORCE = f"{_PREFIX}enforce"
_WEAKER = {"restricted": "baseline", "baseline": "privileged"}


def _parameters(random: Randomness) -> Parameters:
    return {**exempt_namespaces(random), "level": random.pick(tuple(_WEAKER))}


def _new(scene: Scene, kind: str | None = None) -> JsonObject:
    """Return the labels of a namespace of its own for a new workload."""
    name = scene.namespace_name()
    scene.workload(kind, namespace=name)
    labels: JsonObject = scene.namespace(name)["metadata"]["labels"]
    return labels


def _unlabelled(kind: str) -> Way:
    def change(scene: Scene) -> None:
        del _new(scene, kind)[_ENFORCE]

    return violates(f"the namespace of a {kind} enforces nothing", on_scene(change))


def _labelled(**labels: str) -> Change:
    """Return the change that makes a namespace with a workload and these labels instead of `enforce`."""

    def change(scene: Scene) -> None:
        found = _new(scene)
        del found[_ENFORCE]
        found.update({f"{_PREFIX}{name.replace('_', '-')}": value for name, value in labels.items()})

    return on_scene(change)


def _weaker(scene: Scene, parameters: Parameters) -> None:
    _new(scene)[_ENFORCE] = _WEAKER[parameters["level"]]


def _exact(scene: Scene, parameters: Parameters) -> None:
    _new(scene)[_ENFORCE] = parameters["level"]


def _undeclared(scene: Scene) -> None:
    scene.workload().metadata["namespace"] = scene.namespace_name()


def _annotated(scene: Scene) -> None:
    name = scene.namespace_name()
    scene.workload(namespace=name)
    metadata = scene.namespace(name)["metadata"]
    del metadata["labels"][_ENFORCE]
    metadata["annotations"] = {_ENFORCE: "restricted"}


def _label_on_workload(scene: Scene) -> None:
    name = scene.namespace_name()
    scene.workload(namespace=name).metadata["labels"][_ENFORCE] = "restricted"
    del scene.namespace(name)["metadata"]["labels"][_ENFORCE]


def _exempt(scene: Scene, parameters: Parameters) -> None:
    name = scene.random.pick(parameters["exempt_namespaces"])
    scene.workload(namespace=name)
    del scene.namespace(name)["metadata"]["labels"][_ENFORCE]


def _nearly_exempt(scene: Scene, parameters: Parameters) -> None:
    name = scene.namespace_name(scene.random.pick(parameters["exempt_namespaces"]))
    scene.workload(namespace=name)
    del scene.namespace(name)["metadata"]["labels"][_ENFORCE]


def _without_workloads(scene: Scene) -> str:
    name = scene.namespace_name()
    del scene.namespace(name)["metadata"]["labels"][_ENFORCE]
    return name


def _with_custom_resource(scene: Scene) -> None:
    name = _without_workloads(scene)
    manifest = {"apiVersion": "fleet.meridian.example/v1", "kind": "Deployment", "spec": {"replicas": 1}}
    scene.add(manifest | {"metadata": scene.metadata(namespace=name)})


def _null(scene: Scene) -> None:
    _new(scene)[_ENFORCE] = None


CONTROL = Control(
    number="5.2.1",
    title="Namespaces with workloads must enforce a Pod Security level",
    parameters=_parameters,
    ways=(
        *(_unlabelled(kind) for kind in WORKLOAD_KINDS),
        violates("a namespace enforces a weaker level", _weaker),
        violates("a namespace enforces `privileged`", _labelled(enforce="privileged")),
        violates("a namespace only audits and warns", _labelled(audit="restricted", warn="restricted")),
        violates("a namespace only pins a version", _labelled(enforce_version="latest")),
        violates("a level is misspelt", _labelled(enforce="Restricted")),
        violates("a level is empty", _labelled(enforce="")),
        violates("a level is null", on_scene(_null)),
        violates("the level is an annotation", on_scene(_annotated)),
        violates("the level is a label of the workload", on_scene(_label_on_workload)),
        violates("a workload's namespace is not declared", on_scene(_undeclared)),
        violates("a namespace only begins like an exempt one", _nearly_exempt),
        complies("a namespace enforces exactly the level", _exact),
        complies("a namespace enforces the strictest level", on_scene(_new)),
        complies(
            "a namespace enforces and also audits",
            _labelled(enforce="restricted", audit="baseline", warn="privileged"),
        ),
        complies("a namespace pins a version", _labelled(enforce="restricted", enforce_version="v1.29")),
        complies("an exempt namespace enforces nothing", _exempt),
        complies("a namespace without workloads enforces nothing", on_scene(_without_workloads)),
        complies("a namespace with only a custom resource enforces nothing", on_scene(_with_custom_resource)),
    ),
)
