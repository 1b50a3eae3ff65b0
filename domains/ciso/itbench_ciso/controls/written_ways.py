"""Ways of the controls that judge roles as they are written, bound or not."""

from collections.abc import Callable
from typing import TypeAlias

from itbench.interfaces.json import JsonObject
from itbench.made.randomness import Randomness
from itbench_ciso.controls.access import bind, cluster_role, harmless_rule, role, someone
from itbench_ciso.controls.control import Change, Parameters, Way, complies, violates
from itbench_ciso.controls.names import SYSTEM_NAMESPACES
from itbench_ciso.controls.rights import Right, foreign_role
from itbench_ciso.controls.scene import Scene

Granting: TypeAlias = Callable[[Scene], JsonObject]

_CLUSTER_ROLES = (
    "estate-operator",
    "platform-installer",
    "fleet-manager",
    "delivery-engine",
    "cluster-keeper",
)
_ROLES = ("runner", "installer", "deployer", "reconciler", "builder")


def exempt_cluster_role(random: Randomness) -> Parameters:
    """Draw the name of one ClusterRole that may grant what others may not."""
    return {"exempt_cluster_role": random.pick(_CLUSTER_ROLES)}


def exempt_roles(random: Randomness) -> Parameters:
    """Draw one ClusterRole and one Role that may grant what others may not."""
    return {
        **exempt_cluster_role(random),
        "exempt_role": random.pick(_ROLES),
        "exempt_role_namespace": random.pick(SYSTEM_NAMESPACES),
    }


def two_cluster_roles(random: Randomness) -> Parameters:
    """Draw the names of two ClusterRoles that may grant what others may not."""
    return {"exempt_roles": sorted(random.shuffled(_CLUSTER_ROLES)[:2])}


def in_cluster_role(granting: Granting) -> Change:
    """Return the change that adds a ClusterRole with a rule and, half of the time, a binding of it."""

    def change(scene: Scene, _given: Parameters) -> None:
        _maybe_bound(scene, cluster_role(scene, granting(scene)))

    return change


def in_role(granting: Granting) -> Change:
    """Return the change that adds a Role with a rule and, half of the time, a binding of it."""

    def change(scene: Scene, _given: Parameters) -> None:
        _maybe_bound(scene, role(scene, granting(scene)))

    return change


def written_ways(right: Right) -> tuple[Way, ...]:
    """Return all ways that any control of this kind has, but those about exceptions."""
    return (
        violates("a ClusterRole grants it", in_cluster_role(right.granted)),
        violates("a rule grants it among other things", in_cluster_role(right.granted_among_others)),
        violates("the last of several rules grants it", _last_rule(right.granted)),
        violates(
            "a rule grants every verb", in_cluster_role(lambda scene: right.granted(scene) | {"verbs": ["*"]})
        ),
        violates(
            "a rule grants it in every API group",
            in_cluster_role(lambda scene: right.granted(scene) | {"apiGroups": ["*"]}),
        ),
        (complies if right.is_cluster_wide else violates)("a Role has such a rule", in_role(right.granted)),
        *look_alike_ways(right.granted),
        complies("a rule is about another API group", in_cluster_role(right.granted_elsewhere)),
    )


def look_alike_ways(granting: Granting) -> tuple[Way, ...]:
    """Return ways that comply: a role of Kubernetes itself, and what is no role."""

    def of_kubernetes(scene: Scene, _given: Parameters) -> None:
        _maybe_bound(scene, cluster_role(scene, granting(scene), name=f"system:controller:{scene.name()}"))

    def of_other_group(scene: Scene, _given: Parameters) -> None:
        foreign_role(scene, granting(scene), scene.random.pick(("Role", "ClusterRole")))

    def harmless(scene: Scene, _given: Parameters) -> None:
        _maybe_bound(scene, cluster_role(scene, harmless_rule(scene.random)))

    return (
        complies("a role of Kubernetes itself grants it", of_kubernetes),
        complies("what looks like a role belongs to another API group", of_other_group),
        complies("a ClusterRole grants other things", harmless),
    )


def exempt_cluster_role_ways(granting: Granting) -> tuple[Way, ...]:
    """Return the ways about the one exempt ClusterRole."""

    def exempt(scene: Scene, given: Parameters) -> None:
        _maybe_bound(scene, cluster_role(scene, granting(scene), name=given["exempt_cluster_role"]))

    def longer(scene: Scene, given: Parameters) -> None:
        name = f"{given['exempt_cluster_role']}-{scene.random.pick(('2', 'dev', 'old'))}"
        _maybe_bound(scene, cluster_role(scene, granting(scene), name=name))

    return (
        complies("the exempt ClusterRole grants it", exempt),
        violates("a ClusterRole whose name only begins like the exempt one's grants it", longer),
    )


def exempt_role_ways(granting: Granting) -> tuple[Way, ...]:
    """Return the ways about the exempt ClusterRole and the exempt Role."""

    def named(name: str, namespace: str | None) -> Change:
        def change(scene: Scene, given: Parameters) -> None:
            place = None if namespace is None else given[namespace]
            _maybe_bound(scene, role(scene, granting(scene), name=given[name], namespace=place))

        return change

    def cluster_wide(scene: Scene, given: Parameters) -> None:
        _maybe_bound(scene, cluster_role(scene, granting(scene), name=given["exempt_role"]))

    return (
        *exempt_cluster_role_ways(granting),
        complies("the exempt Role grants it", named("exempt_role", "exempt_role_namespace")),
        violates(
            "a Role with the exempt one's name in another namespace grants it", named("exempt_role", None)
        ),
        violates("a Role with the exempt ClusterRole's name grants it", named("exempt_cluster_role", None)),
        violates("a ClusterRole with the exempt Role's name grants it", cluster_wide),
    )


def _last_rule(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        found = cluster_role(scene)
        found["rules"] = [harmless_rule(scene.random), harmless_rule(scene.random), granting(scene)]

    return change


def _maybe_bound(scene: Scene, found: JsonObject) -> None:
    if scene.random.below(2):
        bind(scene, found, someone(scene))
