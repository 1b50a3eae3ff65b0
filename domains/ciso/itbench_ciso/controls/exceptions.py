"""Exceptions that a task states: whole namespaces, and one workload by kind, namespace and name."""

from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Parameters, Way, complies, violates
from itbench_ciso.controls.names import AGENTS, SYSTEM_NAMESPACES
from itbench_ciso.controls.pod_ways import Edit
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import WORKLOAD_KINDS


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


def namespace_ways(what: str, edit: Edit) -> tuple[Way, ...]:
    """Return the ways about exempt namespaces; `what` goes on after "a workload"."""

    def inside(scene: Scene, parameters: Parameters) -> None:
        edit(scene.workload(namespace=scene.random.pick(parameters["exempt_namespaces"])))

    def beside(scene: Scene, parameters: Parameters) -> None:
        name = scene.namespace_name(scene.random.pick(parameters["exempt_namespaces"]))
        edit(scene.workload(namespace=name))

    return (
        complies(f"a workload {what}, in an exempt namespace", inside),
        violates(f"a workload {what}, in a namespace whose name only begins like an exempt one", beside),
    )


def workload_ways(what: str, edit: Edit) -> tuple[Way, ...]:
    """Return the ways about the one exempt workload; `what` goes on after its name."""

    def exempt(scene: Scene, given: Parameters) -> None:
        edit(
            scene.workload(
                given["exempt_kind"], namespace=given["exempt_namespace"], name=given["exempt_name"]
            )
        )

    def elsewhere(scene: Scene, given: Parameters) -> None:
        edit(scene.workload(given["exempt_kind"], name=given["exempt_name"]))

    def other_kind(scene: Scene, given: Parameters) -> None:
        kind = scene.random.pick([kind for kind in WORKLOAD_KINDS if kind != given["exempt_kind"]])
        edit(scene.workload(kind, namespace=given["exempt_namespace"], name=given["exempt_name"]))

    def other_name(scene: Scene, given: Parameters) -> None:
        edit(scene.workload(given["exempt_kind"], namespace=given["exempt_namespace"]))

    return (
        complies(f"the exempt workload {what}", exempt),
        violates(f"a workload with the exempt one's name in another namespace {what}", elsewhere),
        violates(f"a workload of another kind with the exempt one's name {what}", other_kind),
        violates(f"another workload in the exempt one's namespace {what}", other_name),
    )
