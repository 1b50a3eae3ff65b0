"""Exceptions that a task states: whole namespaces, and one workload by kind, namespace and name."""

from collections.abc import Callable

from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.names import AGENTS, NEAR, SYSTEM_NAMESPACES
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import WORKLOAD_KINDS, Workload
from itbench_ciso.controls.ways.pods import Edit, unchanged

# So many system namespaces there are at least in which nothing is exempt.
ORDINALS = ("first", "second", "third", "fourth", "fifth")
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

    def beside(changed: Callable[[str], str]) -> _Added:
        return lambda scene, given: scene.workload(
            namespace=changed(scene.random.pick(given["exempt_namespaces"]))
        )

    def another(place: int) -> _Added:
        name = other_system_namespace(place)
        return lambda scene, given: scene.workload(namespace=name(scene, given))

    def unplaced(scene: Scene, _given: Parameters) -> Workload:
        return scene.unplaced_workload()

    def so_called(scene: Scene, parameters: Parameters) -> Workload:
        return scene.workload(name=scene.random.pick(parameters["exempt_namespaces"]))

    return (
        complies(f"workloads {what}, in the exempt namespaces", inside),
        *(
            _bad(
                f"a workload {what}, in a namespace whose name {relation} an exempt one's",
                beside(near),
                edit,
                fine,
            )
            for relation, near in NEAR
        ),
        *(
            _bad(
                f"a workload {what}, in the {ordinal} system namespace that is not exempt",
                another(place),
                edit,
                fine,
            )
            for place, ordinal in enumerate(ORDINALS)
        ),
        _bad(f"a workload {what}, which names no namespace", unplaced, edit, fine),
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

    def unplaced(scene: Scene, given: Parameters) -> Workload:
        added = scene.workload(given["exempt_kind"], namespace="default", name=given["exempt_name"])
        scene.unplace(added.object)
        return added

    def other_kind(*, is_before: bool) -> _Added:
        """Return what adds a workload whose kind comes before the exempt one's in the alphabet, or after it."""

        def add(scene: Scene, given: Parameters) -> Workload:
            exempt = given["exempt_kind"]
            kinds = [kind for kind in WORKLOAD_KINDS if kind != exempt and (kind < exempt) is is_before]
            kind = scene.random.pick(kinds)
            return scene.workload(kind, namespace=given["exempt_namespace"], name=given["exempt_name"])

        return add

    def other_name(scene: Scene, given: Parameters) -> Workload:
        return scene.workload(given["exempt_kind"], namespace=given["exempt_namespace"])

    def near_name(changed: Callable[[str], str]) -> _Added:
        return lambda scene, given: scene.workload(
            given["exempt_kind"], namespace=given["exempt_namespace"], name=changed(given["exempt_name"])
        )

    def near_place(changed: Callable[[str], str]) -> _Added:
        return lambda scene, given: scene.workload(
            given["exempt_kind"], namespace=changed(given["exempt_namespace"]), name=given["exempt_name"]
        )

    return (
        complies(f"the exempt workload {what}", exempt),
        _bad(f"a workload with the exempt one's name in another namespace {what}", elsewhere, edit, fine),
        _bad(
            f"a workload of another kind with the exempt one's name {what}",
            other_kind(is_before=False),
            edit,
            fine,
        ),
        _bad(
            f"a workload of one more kind with the exempt one's name {what}",
            other_kind(is_before=True),
            edit,
            fine,
        ),
        _bad(f"a workload with the exempt one's name and no namespace {what}", unplaced, edit, fine),
        _bad(f"another workload in the exempt one's namespace {what}", other_name, edit, fine),
        *(
            _bad(f"a workload whose name {relation} the exempt one's {what}", near_name(near), edit, fine)
            for relation, near in NEAR
        ),
        *(
            _bad(
                f"a workload whose namespace's name {relation} the exempt one's {what}",
                near_place(near),
                edit,
                fine,
            )
            for relation, near in NEAR
        ),
    )


def other_system_namespace(place: int) -> Callable[[Scene, Parameters], str]:
    """Return what gives one of the namespaces of the cluster's own parts in which nothing is exempt."""
    return lambda _scene, parameters: _others(parameters)[place]


def _others(parameters: Parameters) -> list[str]:
    exempt = (*parameters["exempt_namespaces"], parameters.get("exempt_namespace"))
    return [name for name in SYSTEM_NAMESPACES if name not in exempt]


def _bad(name: str, added: _Added, edit: Edit, fine: Edit) -> Way:
    return violates(name, _edited(added, edit), _edited(added, fine))


def _edited(added: _Added, edit: Edit) -> Change:
    return lambda scene, parameters: edit(added(scene, parameters))
