"""Exceptions that a task states: whole namespaces, and one workload by kind, namespace and name."""

from collections.abc import Callable

from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Parameters, Way, complies, violates
from itbench_ciso.controls.names import AGENTS, SYSTEM_NAMESPACES
from itbench_ciso.controls.pod_ways import Edit, unchanged
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import WORKLOAD_KINDS, Workload

_Added = Callable[[Scene, Parameters], Workload]


def exempt_namespaces(random: Randomness) -> Parameters:
    """Draw two namespaces in which everything is allowed."""
    return {"exempt_namespaces": sorted(random.shuffled(SYSTEM_NAMESPACES)[:2])}


def exempt_workload(random: Randomness) -> Parameters:
    """Draw one workload that may do what others may not."""
    return {
        "exempt_kind": random.pick(("DaemonSet", "Deployment")),
        "exempt_namespace": random.pick(SYSTEM_NAMESPACES),
        "exempt_name": random.pick(AGENTS),
    }


def exempt_both(random: Randomness) -> Parameters:
    """Draw two exempt namespaces and, in neither of them, one exempt workload."""
    drawn = random.shuffled(SYSTEM_NAMESPACES)
    return {**exempt_workload(random), "exempt_namespaces": sorted(drawn[:2]), "exempt_namespace": drawn[2]}


def namespace_ways(what: str, edit: Edit, fine: Edit = unchanged) -> tuple[Way, ...]:
    """Return the ways about exempt namespaces; `what` goes on after "a workload"."""

    def inside(scene: Scene, parameters: Parameters) -> None:
        for name in parameters["exempt_namespaces"]:
            edit(scene.workload(namespace=name))

    def beside(scene: Scene, parameters: Parameters) -> Workload:
        name = scene.namespace_name(scene.random.pick(parameters["exempt_namespaces"]))
        return scene.workload(namespace=name)

    def another(scene: Scene, parameters: Parameters) -> Workload:
        others = [name for name in SYSTEM_NAMESPACES if name not in _exempt_places(parameters)]
        return scene.workload(namespace=scene.random.pick(others))

    def so_called(scene: Scene, parameters: Parameters) -> Workload:
        return scene.workload(name=scene.random.pick(parameters["exempt_namespaces"]))

    return (
        complies(f"workloads {what}, in the exempt namespaces", inside),
        _bad(
            f"a workload {what}, in a namespace whose name only begins like an exempt one", beside, edit, fine
        ),
        _bad(f"a workload {what}, in a system namespace that is not exempt", another, edit, fine),
        _bad(f"a workload {what}, whose own name is that of an exempt namespace", so_called, edit, fine),
    )


def workload_ways(what: str, edit: Edit, fine: Edit = unchanged) -> tuple[Way, ...]:
    """Return the ways about the one exempt workload; `what` goes on after its name."""

    def exempt(scene: Scene, given: Parameters) -> None:
        edit(
            scene.workload(
                given["exempt_kind"], namespace=given["exempt_namespace"], name=given["exempt_name"]
            )
        )

    def elsewhere(scene: Scene, given: Parameters) -> Workload:
        return scene.workload(given["exempt_kind"], name=given["exempt_name"])

    def other_kind(scene: Scene, given: Parameters) -> Workload:
        kind = scene.random.pick([kind for kind in WORKLOAD_KINDS if kind != given["exempt_kind"]])
        return scene.workload(kind, namespace=given["exempt_namespace"], name=given["exempt_name"])

    def other_name(scene: Scene, given: Parameters) -> Workload:
        return scene.workload(given["exempt_kind"], namespace=given["exempt_namespace"])

    def longer_name(scene: Scene, given: Parameters) -> Workload:
        name = f"{given['exempt_name']}-{scene.random.pick(('next', 'canary', 'debug'))}"
        return scene.workload(given["exempt_kind"], namespace=given["exempt_namespace"], name=name)

    return (
        complies(f"the exempt workload {what}", exempt),
        _bad(f"a workload with the exempt one's name in another namespace {what}", elsewhere, edit, fine),
        _bad(f"a workload of another kind with the exempt one's name {what}", other_kind, edit, fine),
        _bad(f"another workload in the exempt one's namespace {what}", other_name, edit, fine),
        _bad(f"a workload whose name only begins like the exempt one's {what}", longer_name, edit, fine),
    )


def _exempt_places(parameters: Parameters) -> list[str]:
    return [*parameters["exempt_namespaces"], parameters.get("exempt_namespace", "")]


def _bad(name: str, added: _Added, edit: Edit, fine: Edit) -> Way:
    return violates(name, _edited(added, edit), _edited(added, fine))


def _edited(added: _Added, edit: Edit) -> Change:
    return lambda scene, parameters: edit(added(scene, parameters))
